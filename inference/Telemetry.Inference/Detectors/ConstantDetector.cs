using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Detectors;

/// <summary>Baseline: the same score whatever it sees; what any detector has to beat.</summary>
/// <param name="score">The score, 0..1: best the share of congested windows.</param>
/// <param name="threshold">Score from which a window is flagged.</param>
internal sealed class ConstantDetector(double score, double threshold = 0.5) : IPortDetector
{
    /// <summary>Its name.</summary>
    public const string DetectorName = "constant";

    /// <inheritdoc />
    public string Name => DetectorName;

    /// <inheritdoc />
    public Verdict Observe(in PortSample sample) => new(score, score >= threshold, default);
}
