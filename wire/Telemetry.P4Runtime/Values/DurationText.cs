using System.Globalization;

namespace Telemetry.P4Runtime.Values;

/// <summary>Durations in nanoseconds as people write them: "30s", "10ms", "250us", "7ns".</summary>
public static class DurationText
{
    private static readonly (string Unit, long Ns)[] s_units = [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)];

    /// <summary>The shortest exact form.</summary>
    public static string Format(long ns)
    {
        for (var i = s_units.Length - 1; i > 0; i--)
        {
            if (ns != 0 && ns % s_units[i].Ns == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{ns / s_units[i].Ns}{s_units[i].Unit}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{ns}ns");
    }

    /// <summary>False where the text is no whole number above or equal to 0 with a unit, or does not fit 64 bits.</summary>
    public static bool TryParse(string text, out long ns)
    {
        ArgumentNullException.ThrowIfNull(text);
        ns = 0;
        foreach (var (unit, factor) in s_units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)
                || !long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                continue;
            if (number > long.MaxValue / factor)
                return false;
            ns = number * factor;
            return true;
        }
        return false;
    }
}
