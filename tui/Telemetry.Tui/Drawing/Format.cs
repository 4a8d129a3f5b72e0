using System.Globalization;

namespace Telemetry.Tui.Drawing;

/// <summary>Figures as short text with their unit; a dash where nothing is known.</summary>
internal static class Format
{
    public const string Unknown = "-";

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>A duration of nanoseconds in the largest fitting unit, three digits: 850 ns, 12.3 us, 9.13 ms, 1.2 s.</summary>
    public static string Latency(long? ns, Glyphs glyphs) => ns switch
    {
        null => Unknown,
        < 0 => Unknown,
        < 1_000 => string.Create(Invariant, $"{ns} ns"),
        < 1_000_000 => $"{Three(ns.Value / 1e3)} {glyphs.Micro}",
        < 1_000_000_000 => $"{Three(ns.Value / 1e6)} ms",
        _ => $"{Three(ns.Value / 1e9)} s",
    };

    /// <summary>A duration for people: &lt;1 s, 12 s, 3 min 20 s, 5 h 02 min.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 1 } => "<1 s",
        { TotalSeconds: < 60 } => string.Create(Invariant, $"{(int)age.TotalSeconds} s"),
        { TotalMinutes: < 60 } => string.Create(Invariant, $"{(int)age.TotalMinutes} min {age.Seconds:00} s"),
        _ => string.Create(Invariant, $"{(int)age.TotalHours} h {age.Minutes:00} min"),
    };

    /// <summary>A length of run time: 0.30 s, 12.4 s, 3 min 20 s.</summary>
    public static string Duration(long ns) => ns < 60_000_000_000
        ? string.Create(Invariant, $"{Math.Max(0, ns) / 1e9:0.0} s")
        : Age(TimeSpan.FromTicks(ns / 100));

    /// <summary>A point of the run's clock: time of day (UTC) in a live run, seconds since the start in virtual time.</summary>
    public static string Time(long ns) => ns > 100_000_000L * 1_000_000_000
        ? DateTimeOffset.UnixEpoch.AddTicks(ns / 100).ToString("HH:mm:ss.f", Invariant)
        : string.Create(Invariant, $"{ns / 1e9:0.0} s");

    /// <summary>Bits per second: 9.84M, 1G.</summary>
    public static string Rate(double? bitsPerSecond) => bitsPerSecond switch
    {
        null => Unknown,
        < 1e3 => string.Create(Invariant, $"{bitsPerSecond:0}"),
        < 1e6 => $"{Three(bitsPerSecond.Value / 1e3)}k",
        < 1e9 => $"{Three(bitsPerSecond.Value / 1e6)}M",
        _ => $"{Three(bitsPerSecond.Value / 1e9)}G",
    };

    public static string Percent(double? fraction) =>
        fraction is null ? Unknown : string.Create(Invariant, $"{fraction * 100:0} %");

    /// <summary>A count in full while it is short: 12,345 or 1.23M.</summary>
    public static string Count(ulong count) => count switch
    {
        < 1_000_000 => count.ToString("#,0", Invariant),
        < 1_000_000_000 => $"{Three(count / 1e6)}M",
        _ => $"{Three(count / 1e9)}G",
    };

    /// <summary>A count in at most five characters.</summary>
    public static string Short(double count) => count switch
    {
        < 1_000 => string.Create(Invariant, $"{count:0}"),
        < 1e6 => $"{Three(count / 1e3)}k",
        < 1e9 => $"{Three(count / 1e6)}M",
        _ => $"{Three(count / 1e9)}G",
    };

    public static string Bytes(ulong? bytes) => bytes switch
    {
        null => Unknown,
        < 1024 * 1024 => string.Create(Invariant, $"{bytes / 1024} KiB"),
        < 1024 * 1024 * 1024 => string.Create(Invariant, $"{bytes / (1024 * 1024)} MiB"),
        _ => string.Create(Invariant, $"{bytes.Value / (1024.0 * 1024 * 1024):0.0} GiB"),
    };

    public static string Whole(long? value) => value?.ToString(Invariant) ?? Unknown;

    private static string Three(double value) =>
        value.ToString(value < 9.995 ? "0.00" : value < 99.95 ? "0.0" : "0", Invariant);
}
