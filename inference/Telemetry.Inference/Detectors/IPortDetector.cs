using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Detectors;

/// <summary>
/// Judges windows of ports. An instance keeps each port's past, is used by one thread, and allocates nothing for a
/// port that it has seen before.
/// </summary>
public interface IPortDetector
{
    /// <summary>Short lower-case name: <c>fasttree</c>, <c>threshold</c>, <c>ewma</c>, ...</summary>
    string Name { get; }

    /// <summary>Judges one window. A port's windows come in the order of time; a gap between them counts as not measured.</summary>
    /// <param name="sample">The window.</param>
    Verdict Observe(in PortSample sample);
}
