namespace Telemetry.P4Runtime.Schema;

/// <summary>Which of the legal names somebody probably meant.</summary>
public static class NameDistance
{
    private const int LongestCompared = 100;

    /// <summary>
    /// The name that takes the fewest insertions, deletions, replacements and swaps of neighbours to become <paramref name="typed"/>, as a whole or in
    /// its last parts, whatever the case; null if every one takes more than a third of its letters.
    /// </summary>
    public static string? Closest(string typed, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(typed);
        ArgumentNullException.ThrowIfNull(names);
        string? best = null;
        var least = int.MaxValue;
        foreach (var name in names)
        {
            for (var start = 0; ;)
            {
                var candidate = name[start..];
                var distance = Of(typed, candidate);
                if (distance < least && distance <= Math.Max(1, candidate.Length / 3))
                    (best, least) = (name, distance);
                var dot = name.IndexOf('.', start);
                if (dot < 0)
                    break;
                start = dot + 1;
            }
        }
        return best;
    }

    private static int Of(string a, string b)
    {
        if (a.Length > LongestCompared || b.Length > LongestCompared)
            return int.MaxValue;
        var (beforeLast, last, current) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = Same(a[i - 1], b[j - 1]);
                current[j] = Math.Min(Math.Min(last[j], current[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
                if (!same && i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }
            (beforeLast, last, current) = (last, current, beforeLast);
        }
        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
