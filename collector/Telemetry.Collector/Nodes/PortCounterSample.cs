namespace Telemetry.Collector.Nodes;

/// <summary>One reading of a switch port's counters; all of them grow from the switch's start.</summary>
/// <param name="Port">Port number.</param>
/// <param name="RxPackets">Packets received.</param>
/// <param name="RxBytes">Bytes received.</param>
/// <param name="EnqueuedPackets">Packets handed to the port's queues.</param>
/// <param name="TxPackets">Packets that left the port's queues.</param>
/// <param name="TxBytes">Bytes sent.</param>
/// <param name="Waiting">Packets in the queues at the time of the reading; null when unknown.</param>
/// <param name="Errors">Packets lost to errors of the port; null when the switch does not count them.</param>
public readonly record struct PortCounterSample(
    uint Port,
    ulong RxPackets,
    ulong RxBytes,
    ulong EnqueuedPackets,
    ulong TxPackets,
    ulong TxBytes,
    ulong? Waiting = null,
    ulong? Errors = null);
