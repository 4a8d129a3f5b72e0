using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;

namespace Telemetry.Collector.Introspecting;

/// <summary>Puts a tier's status together, and tells rates by comparing with the one before. One thread.</summary>
internal sealed class StatusBoard(string name, DeviceKind kind, string cluster, long startedNs)
{
    private readonly Dictionary<string, ulong> _totals = new(StringComparer.Ordinal);
    private long? _beforeNs;

    /// <summary>Names that a stage's counters may have in common.</summary>
    public static Stage Stage(string stage, string unit, long total, long dropped = 0, long queue = 0, long queueLimit = 0, long lagNs = 0) => new()
    {
        Name = stage,
        Unit = unit,
        Total = (ulong)Math.Max(0, total),
        Dropped = (ulong)Math.Max(0, dropped),
        Queue = (ulong)Math.Max(0, queue),
        QueueLimit = (ulong)Math.Max(0, queueLimit),
        LagNs = Math.Max(0, lagNs),
    };

    /// <summary>The stage of a connection upward.</summary>
    public static Stage Send(IOutbox outbox, long nowNs, long alsoDropped)
    {
        OutboxStatistics counted = outbox.Statistics;
        long oldestNs = counted.Pending > 0 && outbox.TryRead(outbox.AcknowledgedSequence, out Batch? oldest) ? oldest.CreatedNs : nowNs;
        return Stage("send", "batches", counted.Appended, counted.Dropped + alsoDropped, counted.Pending, 0, nowNs - oldestNs);
    }

    /// <summary>Counts an error kind when there is any of it.</summary>
    public static void Error(Stage stage, string kind, long count)
    {
        if (count > 0)
        {
            stage.Errors[kind] = (ulong)count;
        }
    }

    /// <summary>Makes the status.</summary>
    public TierStatus Tell(long nowNs, params ReadOnlySpan<Stage> stages)
    {
        TierStatus status = new() { Name = name, Kind = kind, Cluster = cluster, StartedNs = startedNs, TimeNs = nowNs };
        long beforeNs = _beforeNs ?? startedNs;
        foreach (Stage stage in stages)
        {
            ulong before = _totals.GetValueOrDefault(stage.Name);
            stage.Rate = nowNs > beforeNs && stage.Total >= before ? (stage.Total - before) * 1e9 / (nowNs - beforeNs) : 0;
            _totals[stage.Name] = stage.Total;
            status.Stages.Add(stage);
        }

        _beforeNs = nowNs;
        return status;
    }
}
