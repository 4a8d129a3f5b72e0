namespace Telemetry.Inference.Training;

/// <summary>Finds a detector's thresholds on the validation runs.</summary>
internal static class Tuner
{
    private const double FirstMs = 20;
    private const double StepMs = 10;
    private const int Steps = 19;

    /// <summary>Shares of the window threshold that are tried for flagging: an alert may use weaker evidence than a single window.</summary>
    private static readonly double[] FlagShares = [1, 0.5, 0.25, 0.125];

    public static DetectorThresholds Tune(LabelledSet validation, double[] scores)
    {
        double window = WindowMetrics.BestThreshold(validation.Rows, scores);
        (double Quality, int Length, DetectorThresholds? Thresholds) best = (-1, 0, null);
        foreach (double share in FlagShares)
        {
            var grid = new DetectorThresholds[Steps];
            var quality = new double[Steps];
            for (int i = 0; i < Steps; i++)
            {
                grid[i] = new DetectorThresholds(window, window * share, FirstMs + i * StepMs);
                quality[i] = EventMetrics.Of(validation, scores, grid[i]).Balance;
            }

            quality = Smooth(quality);
            (int first, int length) = LongestBest(quality);
            double highest = quality[first];
            if (highest > best.Quality || (highest == best.Quality && length > best.Length))
            {
                // The middle of the longest stretch of best values: what unseen runs disturb least.
                best = (highest, length, grid[first + length / 2]);
            }
        }

        return best.Thresholds!;
    }

    /// <summary>Mean over each value and two neighbours on each side: a lucky step is no optimum.</summary>
    private static double[] Smooth(double[] quality)
    {
        var smooth = new double[quality.Length];
        for (int i = 0; i < quality.Length; i++)
        {
            int from = Math.Max(0, i - 2), to = Math.Min(quality.Length - 1, i + 2);
            smooth[i] = quality[from..(to + 1)].Average();
        }

        return smooth;
    }

    private static (int First, int Length) LongestBest(double[] quality)
    {
        double best = quality.Max();
        (int First, int Length) longest = (0, 0);
        int first = 0;
        for (int i = 0; i <= quality.Length; i++)
        {
            if (i < quality.Length && quality[i] == best)
            {
                continue;
            }

            longest = i - first > longest.Length ? (first, i - first) : longest;
            first = i + 1;
        }

        return longest;
    }
}
