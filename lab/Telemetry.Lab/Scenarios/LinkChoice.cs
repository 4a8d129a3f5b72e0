using Telemetry.Controller.Topologies;
using Telemetry.Lab.Randomness;

namespace Telemetry.Lab.Scenarios;

/// <summary>Which link or switch a fault hits.</summary>
internal static class LinkChoice
{
    /// <summary>Any link between switches that lies between hosts; one that the network can do without, where there is such a link.</summary>
    public static Link Any(Topology topology, LabRandom random, string scenario)
    {
        HashSet<string> switches = [.. topology.Switches.Where(s => s.RunsP4).Select(s => s.Name)];
        Link[] candidates = [.. topology.Links.Where(l => switches.Contains(l.A.Device) && switches.Contains(l.B.Device))];
        if (candidates.Length == 0)
        {
            throw new ArgumentException($"topology {topology.Name} has no link between switches: scenario {scenario} needs one");
        }

        Link[] spare = [.. candidates.Where(l => HostsStayConnected(topology, o => ReferenceEquals(o, l)))];
        Link[] choice = spare.Length > 0 ? spare : candidates;
        return choice[random.NextBetween(0, choice.Length)];
    }

    /// <summary>A link between switches that the network can do without, or null.</summary>
    public static Link? Spare(Topology topology, LabRandom random)
    {
        HashSet<string> switches = [.. topology.Switches.Where(s => s.RunsP4).Select(s => s.Name)];
        Link[] spare =
        [
            .. topology.Links.Where(l => switches.Contains(l.A.Device) && switches.Contains(l.B.Device)
                && HostsStayConnected(topology, o => ReferenceEquals(o, l))),
        ];
        return spare.Length == 0 ? null : spare[random.NextBetween(0, spare.Length)];
    }

    /// <summary>A switch without hosts that the network can do without, or null.</summary>
    public static SwitchNode? SpareSwitch(Topology topology, LabRandom random)
    {
        SwitchNode[] spare = [.. topology.Switches.Where(s => s.RunsP4 && HostsStayConnected(topology, l => l.A.Device == s.Name || l.B.Device == s.Name))];
        return spare.Length == 0 ? null : spare[random.NextBetween(0, spare.Length)];
    }

    /// <summary>Whether every shortest way between two hosts crosses a link between P4 switches.</summary>
    public static bool CrossesSwitchLink(Topology topology, string from, string to)
    {
        Dictionary<string, List<(string Device, int Link)>> neighbours = LinkLoad.Neighbours(topology);
        Dictionary<string, int> distance = LinkLoad.DistancesTo(to, neighbours);
        HashSet<string> switches = [.. topology.Switches.Where(s => s.RunsP4).Select(s => s.Name)];
        return Crosses(from);

        bool Crosses(string at) => at != to && neighbours[at]
            .Where(n => distance.TryGetValue(n.Device, out int left) && left == distance[at] - 1)
            .All(n => (switches.Contains(at) && switches.Contains(n.Device)) || Crosses(n.Device));
    }

    private static bool HostsStayConnected(Topology topology, Func<Link, bool> without)
    {
        Topology rest = topology with { Links = [.. topology.Links.Where(l => !without(l))] };
        Dictionary<string, int> distances = LinkLoad.DistancesTo(rest.Hosts[0].Name, LinkLoad.Neighbours(rest));
        return rest.Hosts.All(h => distances.ContainsKey(h.Name));
    }
}
