namespace Telemetry.Controller.Discovery;

/// <summary>When links are up and down.</summary>
/// <param name="MissedForDown">Probes lost in a row, or intervals without an answer of a lost switch, that make a link down.</param>
/// <param name="GoodForUp">Probes in a row in both directions that make it up.</param>
/// <param name="SilentForGone">Intervals without a sign of a switch, or of a link that nothing else can tell of, that make it lost.</param>
/// <param name="IntervalNs">Time between two rounds of probes.</param>
/// <param name="SlackNs">What a frame may take from the controller's knowledge that it left to its arrival, besides the link's own delay.</param>
internal sealed record LinkMonitorOptions(int MissedForDown, int GoodForUp, int SilentForGone, long IntervalNs, long SlackNs);
