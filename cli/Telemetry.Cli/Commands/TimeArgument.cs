using System.Globalization;

namespace Telemetry.Cli.Commands;

/// <summary>Times on the command line, as nanoseconds of the run's clock.</summary>
internal static class TimeArgument
{
    public const string Forms = "a date and time as 2026-01-31T12:00:00Z, back from now as -90s, -5m, -2h or -1d, or since the start of a virtual run as 30s";

    private static readonly (string Unit, long Ns)[] s_units =
    [
        ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ];

    /// <exception cref="CommandException">It is of no form; says which are.</exception>
    public static long Parse(string option, string? text, long nowNs, long usual)
    {
        if (text is null)
        {
            return usual;
        }

        foreach ((string unit, long ns) in s_units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)
                && Math.Abs(count * ns) < long.MaxValue / 4.0)
            {
                return (long)(count * ns) + (text.StartsWith('-') ? nowNs : 0);
            }
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? (time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100
            : throw new CommandException($"{option} {text}: {Forms} expected");
    }
}
