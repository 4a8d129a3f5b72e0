namespace Telemetry.Controller.Planning;

/// <summary>When a queue is congested: from one of the upper thresholds on, until it is below both lower ones.</summary>
public sealed record QueueWatchOptions
{
    /// <summary>Packets behind a packet that leaves, from which on its queue is congested; 48 by default.</summary>
    public int DepthHigh { get; init; } = 48;

    /// <summary>Packets below which congestion may end; 16 by default.</summary>
    public int DepthLow { get; init; } = 16;

    /// <summary>Time in the queue, microseconds, from which on it is congested; by default time doesn't count.</summary>
    public uint LatencyHighUs { get; init; } = uint.MaxValue;

    /// <summary>Time in the queue, microseconds, below which congestion may end; by default time doesn't count.</summary>
    public uint LatencyLowUs { get; init; } = uint.MaxValue;

    /// <summary>Packets reported of each congestion; 0 for all, 100 by default.</summary>
    public int Quota { get; init; } = 100;
}
