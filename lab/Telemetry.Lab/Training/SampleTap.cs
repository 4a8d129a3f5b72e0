using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Lab.Training;

/// <summary>Stands where a detector stands and keeps what it is shown; never finds anything.</summary>
internal sealed class SampleTap : IPortDetector
{
    /// <summary>Every window of every port, in the order of the data center.</summary>
    public List<PortSample> Samples { get; } = [];

    /// <inheritdoc/>
    public string Name => "tap";

    /// <inheritdoc/>
    public Verdict Observe(in PortSample sample)
    {
        Samples.Add(sample);
        return new Verdict(0, false, default);
    }
}
