namespace Telemetry.Collector.Nodes;

/// <summary>What was counted of the datagrams of one exporter to one destination.</summary>
/// <param name="NodeId">INT node id.</param>
/// <param name="HardwareId">Part of the node that reports.</param>
/// <param name="Name">Name of the switch, or <c>node-ID</c>.</param>
/// <param name="Address">Sender; IPv4 in the low 32 bits; 0 unknown.</param>
/// <param name="Destination">As its datagrams' origin says it.</param>
/// <param name="Received">Datagrams that came.</param>
/// <param name="Lost">Datagrams missing in its sequence for certain.</param>
/// <param name="Restarts">How often its sequence began anew.</param>
public readonly record struct ExporterCount(
    uint NodeId, byte HardwareId, string Name, UInt128 Address, UInt128 Destination, long Received, long Lost, long Restarts)
{
    /// <summary>Share of what it sent that is missing; 0 before the first.</summary>
    public double Loss => Lost == 0 ? 0 : (double)Lost / (Received + Lost);
}
