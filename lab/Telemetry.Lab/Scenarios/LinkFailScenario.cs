using Telemetry.Controller.Topologies;
using Telemetry.Lab.Randomness;

namespace Telemetry.Lab.Scenarios;

/// <summary>Light traffic, and a link between switches that carries some of it goes down and stays down.</summary>
internal static class LinkFailScenario
{
    public static ScenarioPlan Plan(ScenarioContext context)
    {
        LabRandom random = context.Random("linkfail");
        Link link = Choose(context.Topology, random);
        long atNs = context.StartNs + (long)((context.EndNs - context.StartNs) * random.NextBetween(0.35, 0.45));
        return new ScenarioPlan(
            "linkfail",
            context.Seed,
            BackgroundTraffic.Plan(context, 1),
            [new LinkAction(atNs, link.A.Device, link.B.Device, Up: false)]);
    }

    /// <summary>Any link between switches that lies between hosts; one that the network can do without, where there is such a link.</summary>
    private static Link Choose(Topology topology, LabRandom random)
    {
        HashSet<string> switches = [.. topology.Switches.Select(s => s.Name)];
        Link[] candidates = [.. topology.Links.Where(l => switches.Contains(l.A.Device) && switches.Contains(l.B.Device))];
        if (candidates.Length == 0)
        {
            throw new ArgumentException($"topology {topology.Name} has no link between switches: scenario linkfail needs one");
        }

        Link[] spare = [.. candidates.Where(l => HostsStayConnected(topology, l))];
        Link[] choice = spare.Length > 0 ? spare : candidates;
        return choice[random.NextBetween(0, choice.Length)];
    }

    private static bool HostsStayConnected(Topology topology, Link without)
    {
        Topology rest = topology with { Links = [.. topology.Links.Where(l => !ReferenceEquals(l, without))] };
        Dictionary<string, int> distances = LinkLoad.DistancesTo(rest.Hosts[0].Name, LinkLoad.Neighbours(rest));
        return rest.Hosts.All(h => distances.ContainsKey(h.Name));
    }
}
