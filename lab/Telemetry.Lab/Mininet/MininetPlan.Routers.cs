using System.Globalization;
using System.Text.Json.Nodes;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Mininet;

public static partial class MininetPlan
{
    /// <summary>MAC address of the router that a host hangs on, which gets all its frames; null for a host of a P4 switch.</summary>
    internal static string? GatewayMac(Topology topology, HostNode host)
    {
        Link? link = topology.Links.FirstOrDefault(l => l.A.Device == host.Name || l.B.Device == host.Name);
        if (link is null)
        {
            return null;
        }

        LinkEnd far = link.A.Device == host.Name ? link.B : link.A;
        return topology.Switches.FirstOrDefault(s => s.Name == far.Device && !s.RunsP4) is { } router ? PortMac.Of(router.NodeId, far.Port) : null;
    }

    private static JsonArray Routers(Topology topology)
    {
        SwitchRoutes routes = SwitchRoutes.Compute(topology, _ => true);
        return Array(topology.Switches.Where(s => !s.RunsP4).Select(s => Router(topology, s, routes)));
    }

    private static JsonObject Router(Topology topology, SwitchNode node, SwitchRoutes routes) => new()
    {
        ["name"] = node.Name,
        ["ports"] = Array(topology.Links
            .SelectMany(l => new[] { (Near: l.A, Far: l.B, Link: l), (Near: l.B, Far: l.A, Link: l) })
            .Where(p => p.Near.Device == node.Name)
            .OrderBy(p => p.Near.Port)
            .Select(p => new JsonObject
            {
                ["number"] = p.Near.Port,
                ["mac"] = PortMac.Of(node.NodeId, p.Near.Port),
                ["far_mac"] = MacAt(topology, p.Far),
                ["rate_bps"] = p.Link.RateBitsPerSecond,
                ["queue_packets"] = p.Link.QueueDepthPackets,
            })),
        ["routes"] = Array(topology.Hosts
            .Select(h => (Host: h, Ports: routes.Ports(node.Name, h.Name)))
            .Where(r => r.Ports.Count > 0)
            .Select(r => new JsonObject
            {
                ["address"] = r.Host.Address.ToString(),
                ["ports"] = Array(r.Ports.Select(p => JsonValue.Create(p))),
            })),
        ["rules"] = Array(node.Rules.Select(r => JsonValue.Create(NftRule.Of(r)))),
    };

    private static string MacAt(Topology topology, LinkEnd end) =>
        topology.Hosts.FirstOrDefault(h => h.Name == end.Device)?.Mac
        ?? PortMac.Of(topology.Switches.First(s => s.Name == end.Device).NodeId, end.Port);
}
