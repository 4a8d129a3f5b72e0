using System.Globalization;
using System.Numerics;
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
        BigInteger all = Table.PrefixMask(key.Width, key.Width);
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
    public static MatchValue Any(KeyDef key) => key.Kind == MatchKind.Range ? new MatchValue(0, Table.PrefixMask(key.Width, key.Width), 0) : default;

    private static BigInteger Mask(string text, BigInteger all)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return Number("0x" + string.Concat(text[2..].Select(c => c == '*' ? '0' : 'F')));
        }

        return text.StartsWith("0b", StringComparison.OrdinalIgnoreCase) ? Number("0b" + string.Concat(text[2..].Select(c => c == '*' ? '0' : '1'))) : all;
    }
}
