using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Planning;

/// <summary>The entry that sends link probes to the controller.</summary>
public static class PuntPlanner
{
    /// <summary>Table that a program must have to be probed.</summary>
    public const string Table = "Ingress.l2_punt";

    /// <summary>LLDP to the CPU port. Hosts have static ARP entries, so ARP is not punted.</summary>
    public static EntrySpec Lldp { get; } = new TableEntrySpec
    {
        Table = Table,
        Matches = [new("hdr.ethernet.ether_type", "0x88cc")],
        Action = "Ingress.send_to_cpu",
        Order = RoutePlanner.SettingsOrder,
    };
}
