using System.Globalization;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Numbers of a test file, as values of a key's width; in matches "*" stands for a digit that does not count.</summary>
internal static class StfValues
{
    public static BigInteger Number(string text)
    {
        text = text.Replace('*', '0');
        if (text.StartsWith("0b", StringComparison.OrdinalIgnoreCase))
        {
            return text[2..].Aggregate(BigInteger.Zero, (value, digit) => (value << 1) + (digit - '0'));
        }

        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? BigInteger.Parse("0" + text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : BigInteger.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>A match as simple_switch_CLI takes it from p4c's runner: the digits that are written count.</summary>
    public static MatchValue Match(string text, KeyDef key)
    {
        BigInteger all = KeyLayout.PrefixMask(key.Width, key.Width);
        switch (key.Kind)
        {
            case MatchKind.Lpm:
                string[] parts = text.Split('/');
                int length = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture)
                    : text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? 4 * (text.Length - 2 - text.Count(c => c == '*'))
                    : text.StartsWith("0b", StringComparison.OrdinalIgnoreCase) ? text.Length - 2 - text.Count(c => c == '*')
                    : key.Width;
                return new MatchValue(Number(parts[0]) & all, 0, Math.Min(length, key.Width));
            case MatchKind.Ternary:
                return new MatchValue(Number(text) & all, Mask(text, all) & all, 0);
            case MatchKind.Range:
                string[] bounds = text.Split("..");
                return new MatchValue(Number(bounds[0]) & all, Number(bounds[^1]) & all, 0);
            default:
                return new MatchValue(Number(text) & all, 0, 0);
        }
    }

    /// <summary>What a key matches that the test leaves out.</summary>
    public static MatchValue Any(KeyDef key) => key.Kind == MatchKind.Range ? new MatchValue(0, KeyLayout.PrefixMask(key.Width, key.Width), 0) : default;

    /// <summary>The matches of an "add", one for each key of its table.</summary>
    public static MatchValue[] Matches(StfStatement s, IReadOnlyList<KeyDef> keys)
    {
        MatchValue[] matches = [.. keys.Select(Any)];
        foreach ((string key, string value) in s.Matches)
        {
            int index = StfNames.FindKey(keys, key);
            matches[index] = Match(value, keys[index]);
        }

        return matches;
    }

    /// <summary>A match as simple_switch_CLI's own commands write it.</summary>
    public static MatchValue CliMatch(string text, KeyDef key)
    {
        string[] masked = text.Split("&&&");
        return masked.Length == 2 ? new MatchValue(Number(masked[0]), Number(masked[1]), 0) : Match(text, key);
    }

    /// <summary>Rates in units a microsecond and bursts, the committed one first, after the index of a cell where there is one.</summary>
    public static MeterRates Rates(StfStatement s, bool one)
    {
        (long Rate, long Burst)[] rates = [.. s.Numbers.Skip(one ? 1 : 0).Select(r => r.Split(':')).Select(r =>
            ((long)(double.Parse(r[0], CultureInfo.InvariantCulture) * 1e6), long.Parse(r[1], CultureInfo.InvariantCulture)))];
        return new MeterRates(rates[0].Rate, rates[0].Burst, rates[1].Rate, rates[1].Burst);
    }

    private static BigInteger Mask(string text, BigInteger all)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return Number("0x" + string.Concat(text[2..].Select(c => c == '*' ? '0' : 'F')));
        }

        return text.StartsWith("0b", StringComparison.OrdinalIgnoreCase) ? Number("0b" + string.Concat(text[2..].Select(c => c == '*' ? '0' : '1'))) : all;
    }
}
