namespace Telemetry.Collector.Nodes;

/// <summary>By how much a port's counters grew, and over what time.</summary>
/// <param name="Counters">Differences; entered packets and waiting ones are not kept.</param>
/// <param name="Drops">Packets dropped for certain.</param>
/// <param name="SpanNs">Time from the reading before to this one; at least what the line needs for the bytes.</param>
internal readonly record struct CounterDelta(PortCounterSample Counters, ulong Drops, long SpanNs)
{
    /// <summary>Both together.</summary>
    public CounterDelta Plus(in CounterDelta other) => new(
        Counters with
        {
            RxPackets = Counters.RxPackets + other.Counters.RxPackets,
            RxBytes = Counters.RxBytes + other.Counters.RxBytes,
            TxPackets = Counters.TxPackets + other.Counters.TxPackets,
            TxBytes = Counters.TxBytes + other.Counters.TxBytes,
            Errors = Counters.Errors is null && other.Counters.Errors is null ? null : (Counters.Errors ?? 0) + (other.Counters.Errors ?? 0),
        },
        Drops + other.Drops,
        SpanNs + other.SpanNs);
}
