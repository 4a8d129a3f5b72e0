namespace Telemetry.Collector.Nodes;

/// <summary>
/// What a switch's INT numbers mean: the specification leaves the units to the device. Values on the wire are
/// multiplied by these units on decoding.
/// </summary>
/// <param name="LatencyUnitNs">Unit of the hop latency field, nanoseconds; BMv2 and the embedded switch: 1000.</param>
/// <param name="ClockUnitNs">Unit of the ingress and egress timestamps, nanoseconds; BMv2 and the embedded switch: 1000.</param>
/// <param name="SharedClock">
/// True when this switch stamps from the clock that all switches share; differences to another switch's stamps mean
/// something only when both do and the inventory says that there is such a clock.
/// </param>
public sealed record ClockProfile(long LatencyUnitNs = 1000, long ClockUnitNs = 1000, bool SharedClock = true);
