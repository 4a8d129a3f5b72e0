namespace Telemetry.Controller.Topologies;

/// <summary>
/// Where packets enter and leave what P4 switches measure: their ports to hosts, directly or through routers and
/// firewalls that run no P4 and lead to no other P4 switch.
/// </summary>
public static class EdgePorts
{
    /// <summary>Ports of P4 switches that lead to hosts only.</summary>
    public static IReadOnlySet<LinkEnd> Of(Topology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        HashSet<LinkEnd> ports = [];
        Dictionary<string, SwitchNode> nodes = topology.Switches.ToDictionary(s => s.Name, StringComparer.Ordinal);
        foreach (Link link in topology.Links)
        {
            Look(link.A, link.B);
            Look(link.B, link.A);
        }

        return ports;

        void Look(LinkEnd near, LinkEnd far)
        {
            if (nodes.TryGetValue(near.Device, out SwitchNode? node) && node.RunsP4
                && (!nodes.TryGetValue(far.Device, out SwitchNode? next) || (!next.RunsP4 && EntrancesOf(topology, next).Count == 1)))
            {
                ports.Add(near);
            }
        }
    }

    /// <summary>Ports of P4 switches that lead to a router or firewall without P4, or to others that it is linked to.</summary>
    internal static IReadOnlyList<LinkEnd> EntrancesOf(Topology topology, SwitchNode node)
    {
        Dictionary<string, SwitchNode> nodes = topology.Switches.ToDictionary(s => s.Name, StringComparer.Ordinal);
        List<LinkEnd> entrances = [];
        HashSet<string> seen = new(StringComparer.Ordinal) { node.Name };
        Queue<string> next = new([node.Name]);
        while (next.TryDequeue(out string? at))
        {
            foreach (Link link in topology.Links.Where(l => l.A.Device == at || l.B.Device == at))
            {
                LinkEnd far = link.A.Device == at ? link.B : link.A;
                if (!nodes.TryGetValue(far.Device, out SwitchNode? neighbour))
                {
                    continue;
                }

                if (neighbour.RunsP4)
                {
                    entrances.Add(far);
                }
                else if (seen.Add(far.Device))
                {
                    next.Enqueue(far.Device);
                }
            }
        }

        return entrances;
    }
}
