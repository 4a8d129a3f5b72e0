using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Detectors;

/// <summary>Baseline: the score is the mean occupancy of the queue, 0..1; 0 where it was not measured.</summary>
/// <param name="threshold">Occupancy from which a window is flagged, 0..1.</param>
public sealed class ThresholdDetector(double threshold = PortSample.HighLevel) : IPortDetector
{
    /// <summary>Its name.</summary>
    public const string DetectorName = "threshold";

    /// <inheritdoc />
    public string Name => DetectorName;

    /// <inheritdoc />
    public Verdict Observe(in PortSample sample)
    {
        double occupancy = Occupancy.Mean(sample);
        double score = double.IsNaN(occupancy) ? 0 : occupancy;
        var reasons = default(ReasonList);
        if (score > 0)
        {
            reasons.Offer(new Reason("occ_mean", occupancy, score));
        }

        return new Verdict(score, score >= threshold, reasons);
    }
}
