using Telemetry.Inference.Features;
using Telemetry.Inference.Samples;
using Telemetry.Inference.Trees;

namespace Telemetry.Inference.Detectors;

/// <summary>The trained model: the score is the calibrated probability that the window overlaps an episode of congestion.</summary>
internal sealed class TreeDetector(TreeEnsemble trees, double threshold) : IPortDetector
{
    public const string DetectorName = "fasttree";

    /// <summary>Scores below it go without reasons: nobody asks why nothing is wrong.</summary>
    private const double ReasonsFrom = 0.05;

    private readonly PerPort<PortState> _states = new();
    private readonly float[] _features = new float[PortFeatures.Count];
    private readonly double[] _contributions = new double[PortFeatures.Count];

    public string Name => DetectorName;

    public Verdict Observe(in PortSample sample)
    {
        _states[sample.Port].Update(sample, _features);
        double score = trees.Probability(_features);
        return new Verdict(score, score >= threshold, score >= ReasonsFrom ? Explain() : default);
    }

    private ReasonList Explain()
    {
        trees.Contributions(_features, _contributions);
        double total = 0;
        foreach (double contribution in _contributions)
        {
            total += Math.Abs(contribution);
        }

        var reasons = default(ReasonList);
        for (int i = 0; total > 0 && i < _contributions.Length; i++)
        {
            if (_contributions[i] != 0)
            {
                reasons.Offer(new Reason(PortFeatures.Names[i], _features[i], _contributions[i] / total));
            }
        }

        return reasons;
    }
}
