namespace Telemetry.Inference.Network;

/// <summary>When the rules speak. The defaults are for runs whose timestamps are exact to microseconds.</summary>
public sealed record NetworkOptions
{
    /// <summary>Rise of a link's or flow's latency over its usual one that counts, nanoseconds; 300 us by default. On a busy machine several milliseconds.</summary>
    public long LatencyRiseNs { get; init; } = 300_000;

    /// <summary>Windows in a row that open an alert on latency; 5 by default.</summary>
    public int LatencyWindows { get; init; } = 5;

    /// <summary>
    /// Whether switches are processes that may wait for a processor; false by default. Where they are, all links of a switch
    /// that was kept from running seem slow at once: that is no link's.
    /// </summary>
    public bool SwitchesWait { get; init; }

    /// <summary>Time at half of a queue's capacity or more, in all, below which a burst is none, nanoseconds; 0 by default. On a busy machine some 10 ms.</summary>
    public long ShortestBurstNs { get; init; }

    /// <summary>How long a change of path waits for a link's failure that explains it, nanoseconds; 1.2 s by default. On a busy machine three.</summary>
    public long PathGatherNs { get; init; } = 1_200_000_000;

    /// <summary>Half-open TCP connections to one host in a window that can be a flood; 8 by default.</summary>
    public int HalfOpenPerWindow { get; init; } = 8;

    /// <summary>Senders in a window, unknown to the inventory, whose datagrams to one host can be a flood; 10 by default.</summary>
    public int UnknownSendersPerWindow { get; init; } = 10;

    /// <summary>Load offered to a host's line by UDP, as a factor of its rate, that is a flood whatever the packets; 1.9 by default: crowds of senders stay below.</summary>
    public double FloodLoad { get; init; } = 1.9;

    /// <summary>The same for senders that do not yield: offered for <see cref="LastingFloodNs"/> on end; 1.35 by default.</summary>
    public double LastingFloodLoad { get; init; } = 1.35;

    /// <summary>How long, nanoseconds; 3.5 s by default: crowds are over sooner.</summary>
    public long LastingFloodNs { get; init; } = 3_500_000_000;

    /// <summary>The same as <see cref="FloodLoad"/> for packets that are small, and many more than usual; 0.6 by default.</summary>
    public double SmallPacketLoad { get; init; } = 0.6;

    /// <summary>Mean packet, bytes, up to which packets are small; 300 by default.</summary>
    public double SmallPacketBytes { get; init; } = 300;

    /// <summary>Share of a link's packets that must be lost; 0.004 by default.</summary>
    public double LossShare { get; init; } = 0.004;

    /// <summary>
    /// Whether a link's counters prove a loss where no flow over it is seen; true by default. On a busy machine they are read
    /// at times too uneven for that.
    /// </summary>
    public bool LossByCountersAlone { get; init; } = true;

    /// <summary>Packets that must be lost within the span that is looked at; 4 by default.</summary>
    public int LossPackets { get; init; } = 4;
}
