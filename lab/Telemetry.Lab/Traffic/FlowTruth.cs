using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Traffic;

/// <summary>What really became of one direction of a flow: counted at its sender, its receiver and the switches between.</summary>
public sealed class FlowTruth
{
    internal FlowTruth(FlowKey key, string source, string destination)
    {
        Key = key;
        Source = source;
        Destination = destination;
    }

    /// <summary>Addresses and ports.</summary>
    public FlowKey Key { get; }

    /// <summary>True when its packets bear other sources than <see cref="Key"/> says.</summary>
    public bool VariesSource { get; internal init; }

    /// <summary>Sending host.</summary>
    public string Source { get; }

    /// <summary>Receiving host.</summary>
    public string Destination { get; }

    /// <summary>Packets handed to the sender's interface; retransmissions count.</summary>
    public long PacketsSent { get; internal set; }

    /// <summary>Packets that the receiver got, each once.</summary>
    public long PacketsDelivered { get; internal set; }

    /// <summary>Whole frames, bytes.</summary>
    public long BytesDelivered { get; internal set; }

    /// <summary>Packets that arrived with ECN's congestion mark.</summary>
    public long PacketsMarked { get; internal set; }

    /// <summary>Packets that never arrived, as long as none is under way.</summary>
    public long PacketsLost => PacketsSent - PacketsDelivered;

    /// <summary>
    /// Nanoseconds, one value a delivered data packet: sender's interface to receiver on the embedded fabric, into the
    /// first switch to out of the last one in Mininet, where a process may be late and a kernel's stamp is not.
    /// </summary>
    public SampleSet LatencyNs { get; } = new();

    /// <summary>Longest time from one delivered packet to the next, nanoseconds, since <see cref="RestartSilence"/>; loop time.</summary>
    public long LongestSilenceNs { get; private set; }

    /// <summary>When the newest packet was delivered, nanoseconds of loop time; 0 before the first.</summary>
    public long LastDeliveredNs { get; private set; }

    /// <summary>Switches that the newest delivered packet crossed, in order.</summary>
    public IReadOnlyList<string> Path { get; internal set; } = [];

    /// <summary>How often a delivered packet's path differed from the one before.</summary>
    public int PathChanges { get; internal set; }

    /// <summary>The edge switches' account of the same packets; null where no interfaces are tapped.</summary>
    public WireCount? Wire { get; internal set; }

    /// <summary>Forgets silences that are over. Loop's thread.</summary>
    public void RestartSilence() => LongestSilenceNs = 0;

    internal void OnDelivered(long nowNs)
    {
        if (LastDeliveredNs != 0)
        {
            LongestSilenceNs = Math.Max(LongestSilenceNs, nowNs - LastDeliveredNs);
        }

        LastDeliveredNs = nowNs;
    }
}
