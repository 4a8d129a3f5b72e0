namespace Telemetry.Collector.Nodes;

/// <summary>Where a datagram came from and when.</summary>
/// <param name="Address">Sender; IPv4 in the low 32 bits; 0 unknown.</param>
/// <param name="ArrivalNs">On the run's clock; 0 takes the clock's time.</param>
public readonly record struct DatagramOrigin(UInt128 Address, long ArrivalNs = 0);
