namespace Telemetry.Inference.Training;

/// <summary>Figures over single windows.</summary>
internal static class WindowMetrics
{
    private const int Bins = 10;

    /// <summary>Hits, false flags and misses of one run or of many.</summary>
    internal readonly record struct Counts(long Hits, long FalseFlags, long Misses)
    {
        public double Precision => Hits + FalseFlags == 0 ? 0 : (double)Hits / (Hits + FalseFlags);

        public double Recall => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);

        public double F1 => Hits == 0 ? 0 : 2.0 * Hits / (2 * Hits + FalseFlags + Misses);

        public static Counts operator +(Counts a, Counts b) =>
            new(a.Hits + b.Hits, a.FalseFlags + b.FalseFlags, a.Misses + b.Misses);
    }

    public static Counts Count(ReadOnlySpan<LabelledSample> rows, ReadOnlySpan<double> scores, double threshold)
    {
        long hits = 0, falseFlags = 0, misses = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            bool flagged = scores[i] >= threshold;
            hits += flagged && rows[i].Congested ? 1 : 0;
            falseFlags += flagged && !rows[i].Congested ? 1 : 0;
            misses += !flagged && rows[i].Congested ? 1 : 0;
        }

        return new Counts(hits, falseFlags, misses);
    }

    /// <summary>Indices of scores, highest first; equal scores by index.</summary>
    public static int[] Descending(ReadOnlySpan<double> scores)
    {
        var order = new int[scores.Length];
        var keys = new double[scores.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = -scores[i];
        }

        Array.Sort(keys, order);
        return order;
    }

    /// <summary>Average precision; rows count as often as their weight says, equal scores enter together.</summary>
    /// <param name="order">Indices, highest score first.</param>
    /// <param name="scores">Score of each row.</param>
    /// <param name="positive">Truth of each row.</param>
    /// <param name="weights">Weight of each row, or empty for 1.</param>
    public static double AveragePrecision(
        int[] order, ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive, ReadOnlySpan<int> weights)
    {
        long all = 0, hits = 0, seen = 0;
        for (int i = 0; i < positive.Length; i++)
        {
            all += positive[i] ? Weight(weights, i) : 0;
        }

        double area = 0;
        for (int i = 0; i < order.Length && all > 0;)
        {
            double score = scores[order[i]];
            long added = 0;
            for (; i < order.Length && scores[order[i]] == score; i++)
            {
                int weight = Weight(weights, order[i]);
                seen += weight;
                added += positive[order[i]] ? weight : 0;
            }

            hits += added;
            area += seen == 0 ? 0 : (double)added / all * hits / seen;
        }

        return area;

        static int Weight(ReadOnlySpan<int> weights, int row) => weights.IsEmpty ? 1 : weights[row];
    }

    /// <summary>The threshold with the best F1, half-way to the next lower score so that it does not hang on one row.</summary>
    public static double BestThreshold(LabelledSample[] rows, double[] scores)
    {
        int[] order = Descending(scores);
        long positives = rows.Count(row => row.Congested);
        (double F1, double Threshold) best = (-1, 0.5);
        long hits = 0;
        for (int i = 0; i < order.Length; i++)
        {
            hits += rows[order[i]].Congested ? 1 : 0;
            double score = scores[order[i]];
            double next = i + 1 < order.Length ? scores[order[i + 1]] : 0;
            double f1 = 2.0 * hits / (i + 1 + positives);
            if (next != score && f1 > best.F1)
            {
                best = (f1, (score + next) / 2);
            }
        }

        return Math.Max(best.Threshold, 1e-6);
    }

    public static double Brier(LabelledSample[] rows, double[] scores)
    {
        double sum = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            double error = scores[i] - (rows[i].Congested ? 1 : 0);
            sum += error * error;
        }

        return sum / rows.Length;
    }

    public static double CalibrationError(LabelledSample[] rows, double[] scores)
    {
        var difference = new double[Bins];
        for (int i = 0; i < rows.Length; i++)
        {
            difference[Math.Clamp((int)(scores[i] * Bins), 0, Bins - 1)] += scores[i] - (rows[i].Congested ? 1 : 0);
        }

        return difference.Sum(Math.Abs) / rows.Length;
    }
}
