namespace Telemetry.Lab.Reporting;

/// <summary>Orders names as people count: s2 before s10. Ordinal otherwise, so it never depends on a culture.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return string.CompareOrdinal(x, y);
        }

        int i = 0;
        int j = 0;
        while (i < x.Length && j < y.Length)
        {
            ReadOnlySpan<char> a = Digits(x.AsSpan(i));
            ReadOnlySpan<char> b = Digits(y.AsSpan(j));
            if (a.Length > 0 && b.Length > 0)
            {
                ReadOnlySpan<char> shortA = a.TrimStart('0');
                ReadOnlySpan<char> shortB = b.TrimStart('0');
                int byLength = shortA.Length.CompareTo(shortB.Length);
                int byDigits = byLength != 0 ? byLength : shortA.SequenceCompareTo(shortB);
                if (byDigits != 0)
                {
                    return byDigits;
                }

                i += a.Length;
                j += b.Length;
            }
            else if (x[i] != y[j])
            {
                return x[i].CompareTo(y[j]);
            }
            else
            {
                i++;
                j++;
            }
        }

        int rest = (x.Length - i).CompareTo(y.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    private static ReadOnlySpan<char> Digits(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text : text[..end];
    }
}
