namespace Telemetry.Tui.Health;

internal enum RowKind
{
    Port,
    Link,
    Device,
    Flow,
}

/// <summary>One thing on the overview: its state, why, and its newest figures (null: not known).</summary>
internal sealed record Row(RowKind Kind, string Name, HealthState State, string Word)
{
    /// <summary>Stays the same while the thing exists; what a selection holds on to.</summary>
    public string Key => $"{Kind}:{Name}";

    public string Peer { get; init; } = "";

    /// <summary>The alert's explanation, or what else led to the state; empty for what is fine.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Alert's score, 0..1; 0 without an alert.</summary>
    public double Score { get; init; }

    public long? LatencyP50Ns { get; init; }

    public long? LatencyP99Ns { get; init; }

    public long? LatencyMaxNs { get; init; }

    public long? QueueP50 { get; init; }

    public long? QueueMax { get; init; }

    /// <summary>Packets; 0 unknown.</summary>
    public long QueueCapacity { get; init; }

    public double? QueueFraction => QueueMax is { } max && QueueCapacity > 0 ? max / (double)QueueCapacity : null;

    public double? TxBps { get; init; }

    public double? RxBps { get; init; }

    public double RateBps { get; init; }

    public double? Utilisation => TxBps is { } tx && RateBps > 0 ? tx / RateBps : null;

    /// <summary>Packets a second seen through INT.</summary>
    public double? PacketsPerSecond { get; init; }

    /// <summary>Since the snapshot.</summary>
    public ulong? Drops { get; init; }

    public ulong? Errors { get; init; }

    public double? CpuPercent { get; init; }

    public ulong? MemoryBytes { get; init; }

    /// <summary>How old the newest figure is on the run's clock; null without any.</summary>
    public long? AgeNs { get; init; }

    /// <summary>True for what is bad only because something else on the list is: it stands below every cause.</summary>
    public bool IsConsequence { get; init; }

    /// <summary>Order of the overview, the larger the higher.</summary>
    public double Rank => IsConsequence ? (double)HealthState.Unknown + 0.5 : (double)State;

    public bool IsFault => State >= HealthState.Warn;
}
