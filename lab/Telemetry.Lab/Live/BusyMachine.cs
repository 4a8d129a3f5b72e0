using Telemetry.Inference.Network;

namespace Telemetry.Lab.Live;

/// <summary>What a network in real time allows for: processes wait for a processor now and then.</summary>
internal static class BusyMachine
{
    /// <summary>Shorter bursts in Mininet are nobody's: what a host or BMv2 sends when it runs again fills a queue for so long.</summary>
    public const long ShortestBurstNs = 10_000_000;

    /// <summary>Of the embedded fabric, whose switches and wires have a common time of their own.</summary>
    public static NetworkOptions OfEmbedded { get; } = new()
    {
        LatencyRiseNs = 30_000_000, // processes are delayed by so much
        PathGatherNs = 3_000_000_000, // a switch is known to be gone after eight missed answers
        LossByCountersAlone = false,
    };

    /// <summary>
    /// Of Mininet, whose switches are processes. Their stamps are of the machine's clock, which knows no lag, and the lowest
    /// of one and a half seconds' windows counts: BMv2 that waits for a processor lets some packets through at once in between.
    /// </summary>
    public static NetworkOptions OfMininet { get; } = OfEmbedded with
    {
        ShortestBurstNs = ShortestBurstNs,
        LatencyRiseNs = 600_000,
        LatencyWindows = 15,
        SwitchesWait = true,
    };
}
