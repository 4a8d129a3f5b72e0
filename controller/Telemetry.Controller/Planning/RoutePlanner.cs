using System.Globalization;
using System.Net.Sockets;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Planning;

/// <summary>Turns shortest paths into the forwarding entries of <c>p4/int</c>.</summary>
public static class RoutePlanner
{
    /// <summary>Table of routes, which a program must have for this plan.</summary>
    public const string RouteTable = "Ingress.ipv4_lpm";

    /// <summary>Table of routes to IPv6 hosts.</summary>
    public const string Ipv6RouteTable = "Ingress.ipv6_lpm";

    /// <summary>Table of ECMP groups.</summary>
    public const string GroupTable = "Ingress.ecmp_group";

    /// <summary>Table of what groups have for when no member is of use.</summary>
    public const string BackupTable = "Ingress.ecmp_backup";

    /// <summary>Order of default actions, clone sessions and punts: they do not depend on anything.</summary>
    internal const int SettingsOrder = 0;

    /// <summary>Order of ECMP groups, which routes refer to.</summary>
    internal const int GroupOrder = 10;

    /// <summary>Order of routes.</summary>
    internal const int RouteOrder = 20;

    /// <summary>Routes of one switch: a /32 for every host that can be reached, ECMP groups, and the ECMP seed.</summary>
    /// <param name="topology">The network.</param>
    /// <param name="node">The switch.</param>
    /// <param name="routes">Routes over the links that are up now.</param>
    /// <param name="groups">The switch's group ids, kept from plan to plan; null where the program has no ECMP: then the first way counts.</param>
    /// <param name="watchPorts">Has the switch itself leave out ports that are down, and gives it backups.</param>
    /// <param name="weights">How the load is shared between ways of equal cost; evenly by default.</param>
    public static IReadOnlyList<EntrySpec> Plan(
        Topology topology, SwitchNode node, SwitchRoutes routes, EcmpGroups? groups, bool watchPorts = true, PortWeights? weights = null)
    {
        weights ??= PortWeights.Even;
        SwitchGraph graph = routes.Graph;
        Dictionary<int, string> nextHopMacs = graph.Neighbours(node.Name)
            .ToDictionary(n => n.Port, n => PortMac.Of(n.Switch.NodeId, n.RemotePort));
        HashSet<string> attached = new(StringComparer.Ordinal);
        foreach (Attachment host in graph.HostsAt(node.Name))
        {
            attached.Add(host.Host.Name);
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
        SortedDictionary<int, (IReadOnlyList<int> Ports, IReadOnlyList<int> Backups, IReadOnlyList<int> Shares)> planned = [];
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
                Table = host.Address.AddressFamily == AddressFamily.InterNetwork ? RouteTable : Ipv6RouteTable,
                Matches = [host.Address.AddressFamily == AddressFamily.InterNetwork
                    ? new("hdr.ipv4.dst_addr", $"{host.Address}/32")
                    : new("hdr.ipv6.dst_addr", $"{host.Address}/128")],
                Action = "Ingress.set_next_hop",
                Order = RouteOrder,
            };
            IReadOnlyList<int> backups = watchPorts ? routes.Backups(node.Name, host.Name) : [];
            if (groups is null || (ports.Count == 1 && backups.Count == 0))
            {
                // behind a port there may be several hosts
                lpm.Add(route with { Arguments = attached.Contains(host.Name) ? [new("dst_mac", host.Mac), new("port", ports[0])] : NextHop(ports[0]) });
                continue;
            }

            IReadOnlyList<int> shares = weights.AreEven ? [] : routes.Shares(node.Name, host.Name, weights);
            int group = groups.IdOf(ports, backups, shares);
            planned[group] = (ports, backups, shares);
            lpm.Add(route with { Action = "Ingress.set_ecmp_group", Arguments = [new("group_id", group)] });
        }

        foreach ((int group, (IReadOnlyList<int> ports, IReadOnlyList<int> backups, IReadOnlyList<int> shares)) in planned)
        {
            entries.Add(Group(GroupTable, "Ingress.set_next_hop", group, ports, shares));
            if (backups.Count > 0)
            {
                entries.Add(Group(BackupTable, "Ingress.set_backup_hop", group, backups, []));
            }
        }

        entries.AddRange(lpm);
        return entries;

        TableEntrySpec Group(string table, string action, int group, IReadOnlyList<int> ports, IReadOnlyList<int> shares) => new()
        {
            Table = table,
            Matches = [new("meta.ecmp_group", $"{group}")],
            Choices = [.. ports.Select((p, i) => new ActionChoice(action, NextHop(p), shares.Count > 0 ? shares[i] : 1, watchPorts ? (uint)p : null))],
            Order = GroupOrder,
        };

        ActionArgument[] NextHop(int port) => [new("dst_mac", nextHopMacs[port]), new("port", port)];
    }

    /// <summary>Hash seed of a switch: neighbours differ, so that one ECMP choice does not decide the next one's.</summary>
    internal static string Seed(int nodeId) =>
        string.Create(CultureInfo.InvariantCulture, $"0x{unchecked((uint)nodeId * 0x9E3779B9):x8}");
}
