namespace Telemetry.Collector.History;

/// <summary>One resolution of the windows in the history.</summary>
/// <param name="Name">As requests name it: raw, 10s, 5m.</param>
/// <param name="Suffix">Of its tables' names.</param>
/// <param name="LengthNs">Length of a window; 0 for windows as they came.</param>
public sealed record HistoryTier(string Name, string Suffix, long LengthNs)
{
    /// <summary>Windows as they came.</summary>
    public static HistoryTier Raw { get; } = new("raw", "", 0);

    /// <summary>Windows of 10 s, made of the raw ones.</summary>
    public static HistoryTier TenSeconds { get; } = new("10s", "_10s", 10_000_000_000);

    /// <summary>Windows of 5 minutes, made of those of 10 s.</summary>
    public static HistoryTier FiveMinutes { get; } = new("5m", "_5m", 300_000_000_000);

    /// <summary>All, finest first.</summary>
    public static IReadOnlyList<HistoryTier> All { get; } = [Raw, TenSeconds, FiveMinutes];
}
