using System.Globalization;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Planning;

/// <summary>Turns shortest paths into the forwarding entries of <c>p4/int</c>.</summary>
public static class RoutePlanner
{
    /// <summary>Table of routes, which a program must have for this plan.</summary>
    public const string RouteTable = "Ingress.ipv4_lpm";

    /// <summary>Table of ECMP members.</summary>
    public const string MemberTable = "Ingress.ecmp_nhop";

    /// <summary>Order of default actions, clone sessions and punts: they do not depend on anything.</summary>
    internal const int SettingsOrder = 0;

    /// <summary>Order of ECMP members, which routes refer to.</summary>
    internal const int NextHopOrder = 10;

    /// <summary>Order of routes.</summary>
    internal const int RouteOrder = 20;

    /// <summary>Routes of one switch: a /32 for every host that can be reached, ECMP members, and the ECMP seed.</summary>
    /// <param name="topology">The network.</param>
    /// <param name="node">The switch.</param>
    /// <param name="routes">Routes over the links that are up now.</param>
    /// <param name="groups">The switch's group ids, kept from plan to plan; null where the program has no ECMP: then the first way counts.</param>
    public static IReadOnlyList<EntrySpec> Plan(
        Topology topology, SwitchNode node, SwitchRoutes routes, EcmpGroups? groups)
    {
        SwitchGraph graph = routes.Graph;
        Dictionary<int, string> nextHopMacs = graph.Neighbours(node.Name)
            .ToDictionary(n => n.Port, n => PortMac.Of(n.Switch.NodeId, n.RemotePort));
        foreach (Attachment host in graph.HostsAt(node.Name))
        {
            nextHopMacs[host.Port] = host.Host.Mac;
        }

        List<EntrySpec> entries =
        [
            new TableEntrySpec
            {
                Table = "Ingress.ecmp_config",
                IsDefault = true,
                Action = "Ingress.set_ecmp_seed",
                Arguments = [new("seed", Seed(node.NodeId))],
                Order = SettingsOrder,
            },
        ];
        SortedDictionary<int, IReadOnlyList<int>> members = [];
        List<EntrySpec> lpm = [];
        foreach (HostNode host in topology.Hosts)
        {
            IReadOnlyList<int> ports = routes.Ports(node.Name, host.Name);
            if (ports.Count == 0)
            {
                continue;
            }

            TableEntrySpec route = new()
            {
                Table = RouteTable,
                Matches = [new("hdr.ipv4.dst_addr", $"{host.Address}/32")],
                Action = "Ingress.set_next_hop",
                Order = RouteOrder,
            };
            if (ports.Count == 1 || groups is null)
            {
                lpm.Add(route with { Arguments = NextHop(ports[0]) });
                continue;
            }

            int group = groups.IdOf(ports);
            members[group] = ports;
            lpm.Add(route with
            {
                Action = "Ingress.set_ecmp_group",
                Arguments = [new("group_id", group), new("size", ports.Count)],
            });
        }

        foreach ((int group, IReadOnlyList<int> ports) in members)
        {
            for (int i = 0; i < ports.Count; i++)
            {
                entries.Add(new TableEntrySpec
                {
                    Table = MemberTable,
                    Matches = [new("meta.ecmp_group", $"{group}"), new("meta.ecmp_select", $"{i}")],
                    Action = "Ingress.set_next_hop",
                    Arguments = NextHop(ports[i]),
                    Order = NextHopOrder,
                });
            }
        }

        entries.AddRange(lpm);
        return entries;

        ActionArgument[] NextHop(int port) => [new("dst_mac", nextHopMacs[port]), new("port", port)];
    }

    /// <summary>Hash seed of a switch: neighbours differ, so that one ECMP choice does not decide the next one's.</summary>
    internal static string Seed(int nodeId) =>
        string.Create(CultureInfo.InvariantCulture, $"0x{unchecked((uint)nodeId * 0x9E3779B9):x8}");
}
