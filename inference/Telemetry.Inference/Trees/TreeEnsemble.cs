namespace Telemetry.Inference.Trees;

/// <summary>
/// A boosted ensemble of binary regression trees in flat arrays, with the logistic calibration that turns its score
/// into a probability. Scoring allocates nothing and is safe from any thread.
/// </summary>
internal sealed partial class TreeEnsemble
{
    // Per inner node; a child below zero is the complement of an index into _leaves. _expected is the mean of the
    // leaves below a node, weighted by how many training rows reach them: what the ensemble says before it asks further.
    private readonly int[] _feature;
    private readonly float[] _threshold;
    private readonly int[] _left;
    private readonly int[] _right;
    private readonly double[] _expected;
    private readonly double[] _leaves;

    // Per tree: its first node, or the complement of its only leaf.
    private readonly int[] _roots;

    /// <summary>Number of features that a row must have.</summary>
    public int FeatureCount { get; }

    /// <summary>Slope and offset of p = 1 / (1 + exp(slope * score + offset)).</summary>
    public (double Slope, double Offset) Calibration { get; }

    /// <summary>Number of trees.</summary>
    public int TreeCount => _roots.Length;

    /// <summary>Sum of the trees' leaves that a row reaches.</summary>
    /// <param name="row"><see cref="FeatureCount"/> values; a NaN goes right.</param>
    public double Score(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (int root in _roots)
        {
            int node = root;
            while (node >= 0)
            {
                node = row[_feature[node]] <= _threshold[node] ? _left[node] : _right[node];
            }

            sum += _leaves[~node];
        }

        return sum;
    }

    /// <summary>Calibrated probability, 0..1.</summary>
    public double Probability(ReadOnlySpan<float> row) => Calibrate(Score(row));

    /// <summary>
    /// Splits a row's score among the features: at each node on its way the change of the expected score goes to the
    /// feature that the node asks. The contributions and the expected score of the roots add up to the score.
    /// </summary>
    /// <param name="row"><see cref="FeatureCount"/> values.</param>
    /// <param name="contributions">Receives <see cref="FeatureCount"/> values.</param>
    public void Contributions(ReadOnlySpan<float> row, Span<double> contributions)
    {
        contributions[..FeatureCount].Clear();
        foreach (int root in _roots)
        {
            int node = root;
            while (node >= 0)
            {
                int feature = _feature[node];
                int next = row[feature] <= _threshold[node] ? _left[node] : _right[node];
                contributions[feature] += Expected(next) - _expected[node];
                node = next;
            }
        }
    }

    private double Calibrate(double score) => 1 / (1 + Math.Exp(Calibration.Slope * score + Calibration.Offset));

    private double Expected(int node) => node >= 0 ? _expected[node] : _leaves[~node];
}
