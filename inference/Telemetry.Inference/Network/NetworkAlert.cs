using Telemetry.Inference.Detectors;

namespace Telemetry.Inference.Network;

/// <summary>Something wrong with a host's traffic, a link, a flow or a queue, as far as it is known; known by kind, entity and start.</summary>
/// <param name="Kind"><c>synflood</c>, <c>udpflood</c>, <c>microburst</c>, <c>loss</c>, <c>pathchange</c> or <c>qos</c>.</param>
/// <param name="Entity">Host, port, link or flow.</param>
/// <param name="StartNs">Start of the first window that it covers.</param>
/// <param name="EndNs">End of the last one; null while it lasts.</param>
/// <param name="DetectedNs">End of the window that raised it.</param>
/// <param name="Score">0..1.</param>
/// <param name="Explanation">One line for people.</param>
/// <param name="Reasons">What it was decided by.</param>
/// <param name="Detector">Name of the detector.</param>
public sealed record NetworkAlert(
    string Kind,
    string Entity,
    long StartNs,
    long? EndNs,
    long DetectedNs,
    double Score,
    string Explanation,
    IReadOnlyList<Reason> Reasons,
    string Detector);
