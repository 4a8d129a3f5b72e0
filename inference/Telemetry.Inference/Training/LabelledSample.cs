using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Training;

/// <summary>One window of one port with its truth. Order within a run is by <see cref="PortSample.StartNs"/>.</summary>
/// <param name="Sample">What telemetry saw.</param>
/// <param name="Congested">True when the window overlaps a truth episode of congestion at this port.</param>
/// <param name="Run">The run that it belongs to.</param>
/// <param name="EpisodeStartNs">
/// Start of the newest truth episode that the window overlaps; null when there is none, or when it is not known: then
/// episodes are taken from runs of congested windows.
/// </param>
public readonly record struct LabelledSample(
    PortSample Sample, bool Congested, RunKey Run, long? EpisodeStartNs = null);
