using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>Calls a window congested when its median depth is at 70 % of the capacity; keeps every sample.</summary>
internal sealed class DepthDetector : IPortDetector
{
    public List<PortSample> Samples { get; } = [];

    public string Name => "depth";

    public Verdict Observe(in PortSample sample)
    {
        Samples.Add(sample);
        double score = sample.DepthP50 >= 0.7 * sample.QueueCapacity ? 1 : 0;
        return new Verdict(score, score > 0, default);
    }
}
