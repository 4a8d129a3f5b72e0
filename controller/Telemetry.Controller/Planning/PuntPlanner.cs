using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Planning;

/// <summary>The entries that send link probes and what hosts say of addresses to the controller.</summary>
public static class PuntPlanner
{
    /// <summary>Table that a program must have to be probed.</summary>
    public const string Table = "Ingress.l2_punt";

    /// <summary>LLDP to the CPU port.</summary>
    public static EntrySpec Lldp { get; } = Punt("0x88cc");

    /// <summary>ARP, and IPv6 neighbour discovery, which a program has look up its EtherType here.</summary>
    public static IReadOnlyList<EntrySpec> Hosts { get; } = [Punt("0x0806"), Punt("0x86dd")];

    private static TableEntrySpec Punt(string etherType) => new()
    {
        Table = Table,
        Matches = [new("hdr.ethernet.ether_type", etherType)],
        Action = "Ingress.send_to_cpu",
        Order = RoutePlanner.SettingsOrder,
    };
}
