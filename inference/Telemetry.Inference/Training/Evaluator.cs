using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Training;

/// <summary>Scores detectors on labelled runs: the same windows, episodes and resamples for each.</summary>
public static class Evaluator
{
    /// <summary>Scores one detector with frozen thresholds.</summary>
    /// <param name="create">Makes a detector without a past; called once for each run.</param>
    /// <param name="thresholds">Its thresholds.</param>
    /// <param name="rows">Labelled windows of one or more runs, in any order.</param>
    /// <param name="resamples">Resamples by run for the intervals.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <exception cref="ArgumentException">There is no row, or none that is congested.</exception>
    public static DetectorMetrics Score(
        Func<IPortDetector> create,
        DetectorThresholds thresholds,
        IReadOnlyList<LabelledSample> rows,
        int resamples = 300,
        int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(thresholds);
        var comparison = new Comparison(NotEmpty(rows), resamples, seed);
        return comparison.Add(create, thresholds);
    }

    /// <summary>Scores every detector of a set, each with the thresholds of its card.</summary>
    /// <param name="set">The detectors.</param>
    /// <param name="rows">Labelled windows of one or more runs, in any order.</param>
    /// <param name="resamples">Resamples by run for the intervals.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <exception cref="ArgumentException">There is no row, or none that is congested.</exception>
    public static Evaluation Compare(
        DetectorSet set, IReadOnlyList<LabelledSample> rows, int resamples = 300, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(set);
        LabelledSet labelled = NotEmpty(rows);
        var comparison = new Comparison(labelled, resamples, seed);
        foreach (string name in DetectorSet.Names)
        {
            comparison.Add(() => set.Create(name), set.Card.Thresholds[name]);
        }

        return comparison.ToEvaluation(TreeDetector.DetectorName);
    }

    /// <summary>A detector's score of each row; the past starts anew with each run.</summary>
    internal static double[] Scores(Func<IPortDetector> create, LabelledSet set)
    {
        var scores = new double[set.Rows.Length];
        foreach (LabelledSet.Run run in set.Runs)
        {
            IPortDetector detector = create();
            for (int i = run.First; i < run.First + run.Count; i++)
            {
                scores[i] = detector.Observe(set.Rows[i].Sample).Score;
            }
        }

        return scores;
    }

    internal static LabelledSet NotEmpty(IReadOnlyList<LabelledSample> rows)
    {
        var set = new LabelledSet(rows);
        return set.Positives > 0
            ? set
            : throw new ArgumentException(
                $"{set.Rows.Length} labelled windows hold no congestion: nothing can be scored", nameof(rows));
    }
}
