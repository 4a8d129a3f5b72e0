namespace Telemetry.Collector.Nodes;

/// <summary>What a limit is set on, of one window.</summary>
public enum ThresholdMetric
{
    /// <summary>99th percentile of a port's hop latency, nanoseconds.</summary>
    Latency,

    /// <summary>99th percentile of a link's latency, nanoseconds.</summary>
    Link,

    /// <summary>99th percentile of a flow's latency from end to end, nanoseconds.</summary>
    Flow,

    /// <summary>Largest depth of a port's queue, packets.</summary>
    Queue,

    /// <summary>Share of a port's rate that its counters say it sent.</summary>
    Utilisation,

    /// <summary>Share of a flow's packets that were lost.</summary>
    Loss,
}
