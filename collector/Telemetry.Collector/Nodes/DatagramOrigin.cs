namespace Telemetry.Collector.Nodes;

/// <summary>Where a datagram came from and when.</summary>
/// <param name="Address">Sender; IPv4 in the low 32 bits; 0 unknown.</param>
/// <param name="ArrivalNs">On the run's clock; 0 takes the clock's time.</param>
/// <param name="Destination">What tells apart the addresses and ports that it was sent to; 0 where there is one only. An exporter has a sequence for each.</param>
public readonly record struct DatagramOrigin(UInt128 Address, long ArrivalNs = 0, UInt128 Destination = default);
