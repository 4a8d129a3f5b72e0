using Telemetry.Inference.Detectors;

namespace Telemetry.Inference.Training;

/// <summary>Detectors side by side on the same runs; resamples are drawn once, so that differences are paired.</summary>
internal sealed class Comparison
{
    private const double Tail = 0.025;

    private readonly LabelledSet _set;
    private readonly bool[] _truth;

    // [resample][run]: how often the run was drawn.
    private readonly int[][] _draws;
    private readonly List<(DetectorMetrics Metrics, double[] F1)> _added = [];

    public Comparison(LabelledSet set, int resamples, int seed)
    {
        _set = set;
        _truth = [.. set.Rows.Select(row => row.Congested)];
        var random = new Random(seed);
        _draws = new int[resamples][];
        for (int r = 0; r < resamples; r++)
        {
            _draws[r] = new int[set.Runs.Count];
            for (int i = 0; i < set.Runs.Count; i++)
            {
                _draws[r][random.Next(set.Runs.Count)]++;
            }
        }
    }

    public DetectorMetrics Add(Func<IPortDetector> create, DetectorThresholds thresholds)
    {
        double[] scores = Evaluator.Scores(create, _set);
        var counts = new WindowMetrics.Counts[_set.Runs.Count];
        WindowMetrics.Counts total = default;
        for (int i = 0; i < counts.Length; i++)
        {
            LabelledSet.Run run = _set.Runs[i];
            counts[i] = WindowMetrics.Count(
                _set.Rows.AsSpan(run.First, run.Count), scores.AsSpan(run.First, run.Count), thresholds.Window);
            total += counts[i];
        }

        int[] order = WindowMetrics.Descending(scores);
        var f1 = new double[_draws.Length];
        var area = new double[_draws.Length];
        var weights = new int[scores.Length];
        for (int r = 0; r < _draws.Length; r++)
        {
            WindowMetrics.Counts drawn = default;
            for (int i = 0; i < counts.Length; i++)
            {
                int times = _draws[r][i];
                drawn += new WindowMetrics.Counts(
                    counts[i].Hits * times, counts[i].FalseFlags * times, counts[i].Misses * times);
                weights.AsSpan(_set.Runs[i].First, _set.Runs[i].Count).Fill(times);
            }

            f1[r] = drawn.F1;
            area[r] = WindowMetrics.AveragePrecision(order, scores, _truth, weights);
        }

        EventMetrics events = EventMetrics.Of(_set, scores, thresholds);
        var metrics = new DetectorMetrics
        {
            Detector = create().Name,
            Precision = total.Precision,
            Recall = total.Recall,
            F1 = Around(total.F1, f1),
            PrAuc = Around(WindowMetrics.AveragePrecision(order, scores, _truth, []), area),
            Brier = WindowMetrics.Brier(_set.Rows, scores),
            CalibrationError = WindowMetrics.CalibrationError(_set.Rows, scores),
            Episodes = events.Episodes,
            EventRecall = events.Episodes == 0 ? 0 : (double)events.Found / events.Episodes,
            FalseAlarms = events.FalseAlarms,
            FalseAlarmsPerHour = events.RunNs == 0 ? 0 : events.FalseAlarms * 3.6e12 / events.RunNs,
            DelayP50Ms = Quantile(events.DelaysNs, 0.5),
            DelayP95Ms = Quantile(events.DelaysNs, 0.95),
        };
        _added.Add((metrics, f1));
        return metrics;
    }

    /// <summary>All that were added; the lead is that of the model over the best of the others by F1.</summary>
    public Evaluation ToEvaluation(string model)
    {
        List<DetectorMetrics> metrics = [.. _added.Select(a => a.Metrics)];
        int first = _added.FindIndex(a => a.Metrics.Detector == model);
        (DetectorMetrics Metrics, double[] F1)? best = _added
            .Where(a => a.Metrics.Detector != model)
            .OrderByDescending(a => a.Metrics.F1.Value).ThenBy(a => a.Metrics.Detector, StringComparer.Ordinal)
            .Cast<(DetectorMetrics, double[])?>().FirstOrDefault();
        if (first < 0 || best is not { } rival)
        {
            return new Evaluation(metrics, null);
        }

        double[] differences = [.. _added[first].F1.Zip(rival.F1, (a, b) => a - b)];
        double lead = _added[first].Metrics.F1.Value - rival.Metrics.F1.Value;
        return new Evaluation(metrics, new ModelLead(rival.Metrics.Detector, Around(lead, differences)));
    }

    private static Interval Around(double value, double[] resamples)
    {
        double[] sorted = [.. resamples.Order()];
        return new Interval(value, At(sorted, Tail), At(sorted, 1 - Tail));
    }

    private static double At(double[] sorted, double quantile) =>
        sorted[(int)Math.Round(quantile * (sorted.Length - 1), MidpointRounding.AwayFromZero)];

    private static double? Quantile(long[] sorted, double quantile) =>
        sorted.Length == 0 ? null : At([.. sorted.Select(ns => ns / 1e6)], quantile);
}
