namespace Telemetry.Inference.Samples;

/// <summary>
/// One switch port (egress side) over one window, as telemetry saw it. What was not measured is NaN, null or 0 as
/// stated at the member, never a zero that looks like a measurement.
/// </summary>
public readonly record struct PortSample
{
    /// <summary>Share of the queue's capacity from which a queue counts as high: 0.7, the level of the congestion truth.</summary>
    public const double HighLevel = 0.7;

    /// <summary>Starts with everything unmeasured.</summary>
    public PortSample()
    {
    }

    /// <summary>Entity name, e.g. <c>s1-p3</c>; identifies the port, is never a feature.</summary>
    public required string Port { get; init; }

    /// <summary>Start of the window, nanoseconds on the run's clock.</summary>
    public required long StartNs { get; init; }

    /// <summary>Length of the window, nanoseconds; above 0.</summary>
    public required long LengthNs { get; init; }

    /// <summary>Packets seen through INT; at 0 all depths and latencies are unmeasured whatever they hold.</summary>
    public required long Packets { get; init; }

    /// <summary>Packets that the queue holds at most; 0 unknown.</summary>
    public long QueueCapacity { get; init; }

    /// <summary>Line rate, bits per second; 0 unknown.</summary>
    public long RateBps { get; init; }

    /// <summary>Mean queue depth over the packets, packets; NaN unmeasured.</summary>
    public double DepthMean { get; init; } = double.NaN;

    /// <summary>Median queue depth, packets; NaN unmeasured.</summary>
    public double DepthP50 { get; init; } = double.NaN;

    /// <summary>90th percentile of the queue depth, packets; NaN unmeasured.</summary>
    public double DepthP90 { get; init; } = double.NaN;

    /// <summary>Deepest queue seen, packets; NaN unmeasured.</summary>
    public double DepthMax { get; init; } = double.NaN;

    /// <summary>
    /// Share (0..1) of the packets whose queue depth was at least <see cref="HighLevel"/> of the capacity; NaN makes
    /// the features estimate it from the quantiles, which is coarser: fill it from the exact distribution.
    /// </summary>
    public double DepthHighShare { get; init; } = double.NaN;

    /// <summary>Share (0..1) of the packets whose queue depth was at least half of the capacity; NaN unmeasured.</summary>
    public double DepthHalfShare { get; init; } = double.NaN;

    /// <summary>Median hop latency, nanoseconds; NaN unmeasured.</summary>
    public double LatencyP50Ns { get; init; } = double.NaN;

    /// <summary>99th percentile of the hop latency, nanoseconds; NaN unmeasured.</summary>
    public double LatencyP99Ns { get; init; } = double.NaN;

    /// <summary>Longest hop latency, nanoseconds; NaN unmeasured.</summary>
    public double LatencyMaxNs { get; init; } = double.NaN;

    /// <summary>Bytes sent within the window by the port's counter; null when it was not read for this window.</summary>
    public long? TxBytes { get; init; }

    /// <summary>Packets dropped at the queue within the window by the port's counters; null when not read for this window.</summary>
    public long? Drops { get; init; }

    /// <summary>Packets sent since the reading before this one, which the newest window has; null without a reading.</summary>
    public long? TxPackets { get; init; }

    /// <summary>Packets received since the reading before; null without a reading.</summary>
    public long? RxPackets { get; init; }

    /// <summary>End of the window, nanoseconds on the run's clock.</summary>
    public long EndNs => StartNs + LengthNs;
}
