using Telemetry.Inference.Detectors;

namespace Telemetry.Inference.Alerts;

/// <summary>One span of congestion at one port, as far as it is known.</summary>
/// <param name="Id">Derived from port and start, the same in every run over the same data; below 2^53.</param>
/// <param name="Port">Entity name, e.g. <c>s1-p3</c>.</param>
/// <param name="StartNs">Start of the first flagged window.</param>
/// <param name="EndNs">End of the last flagged window; null while the alert lasts.</param>
/// <param name="DetectedNs">End of the window that raised it.</param>
/// <param name="Score">Highest score so far, 0..1.</param>
/// <param name="Explanation">One line for people: how full, how long, how late, and by which features.</param>
/// <param name="Reasons">Features of the window with the highest score, strongest first.</param>
/// <param name="Detector">Name of the detector.</param>
public sealed record PortAlert(
    ulong Id,
    string Port,
    long StartNs,
    long? EndNs,
    long DetectedNs,
    double Score,
    string Explanation,
    IReadOnlyList<Reason> Reasons,
    string Detector);
