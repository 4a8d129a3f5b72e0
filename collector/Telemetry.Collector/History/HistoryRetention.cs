namespace Telemetry.Collector.History;

/// <summary>How long a history keeps what. Coarser windows are made before finer ones go, so long spans stay answerable.</summary>
public sealed record HistoryRetention
{
    /// <summary>Windows and readings as they came, nanoseconds: from 1 minute, default 1 day.</summary>
    public long RawNs { get; init; } = 86_400_000_000_000;

    /// <summary>Windows of 10 s and a reading for each, nanoseconds: from 10 minutes and not shorter than the raw ones, default 14 days.</summary>
    public long TenSecondsNs { get; init; } = 14 * 86_400_000_000_000;

    /// <summary>Windows of 5 minutes, events, alerts, and states of devices and links, nanoseconds: not shorter than windows of 10 s, default 400 days.</summary>
    public long FiveMinutesNs { get; init; } = 400 * 86_400_000_000_000;

    /// <summary>Time after a window's end at which it goes into coarser ones, nanoseconds: 0 to 1 hour, default 30 s. Later ones are put in afterwards.</summary>
    public long SettleNs { get; init; } = 30_000_000_000;

    /// <summary>How long windows of a tier are kept.</summary>
    public long Of(HistoryTier tier) =>
        tier == HistoryTier.Raw ? RawNs : tier == HistoryTier.TenSeconds ? TenSecondsNs : FiveMinutesNs;

    internal void Validate(OptionFaults faults)
    {
        faults.Range(RawNs, 60_000_000_000, long.MaxValue / 2, nameof(RawNs));
        faults.Range(TenSecondsNs, Math.Max(600_000_000_000, RawNs), long.MaxValue / 2, nameof(TenSecondsNs));
        faults.Range(FiveMinutesNs, TenSecondsNs, long.MaxValue / 2, nameof(FiveMinutesNs));
        faults.Range(SettleNs, 0, 3_600_000_000_000, nameof(SettleNs));
    }
}
