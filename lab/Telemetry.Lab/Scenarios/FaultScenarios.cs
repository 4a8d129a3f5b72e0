using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Randomness;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Scenarios;

/// <summary>Light traffic, and something of the network breaks.</summary>
internal static class FaultScenarios
{
    /// <summary>A link goes down and up, three times: long enough each time for the routes to follow.</summary>
    public static ScenarioPlan LinkFlap(ScenarioContext context) =>
        new("linkflap", context.Seed, BackgroundTraffic.Plan(context, 1), Flaps(context, "linkflap", 3));

    /// <summary>A link goes down once and comes back: routes change and change back.</summary>
    public static ScenarioPlan PathChange(ScenarioContext context) =>
        new("pathchange", context.Seed, BackgroundTraffic.Plan(context, 1), Flaps(context, "pathchange", 1));

    /// <summary>A link loses 2 to 10 % of its frames, silently, over the middle of the run.</summary>
    public static ScenarioPlan GrayLoss(ScenarioContext context)
    {
        LabRandom random = context.Random("grayloss");
        Link link = LinkChoice.Any(context.Topology, random, "grayloss");
        double fraction = random.NextBetween(0.02, 0.1);
        (long start, long end) = Middle(context);
        return new ScenarioPlan("grayloss", context.Seed, BackgroundTraffic.Plan(context, 1), [])
        {
            LossActions = [new(start, link.A.Device, link.B.Device, fraction), new(end, link.A.Device, link.B.Device, 0)],
            Marks = [new TruthEpisode("loss", FabricLink.EntityOf(link.A.Device, link.B.Device), start, end)],
        };
    }

    /// <summary>A switch that the network can do without loses all its links, and gets them back.</summary>
    public static ScenarioPlan SwitchDown(ScenarioContext context)
    {
        LabRandom random = context.Random("switchdown");
        SwitchNode node = LinkChoice.SpareSwitch(context.Topology, random) ?? throw new ArgumentException(
            $"topology {context.Topology.Name} has no switch that its hosts can do without: scenario switchdown needs one");
        (long start, long end) = Middle(context);
        Link[] links = [.. context.Topology.Links.Where(l => l.A.Device == node.Name || l.B.Device == node.Name)];
        return new ScenarioPlan("switchdown", context.Seed, BackgroundTraffic.Plan(context, 1),
        [
            .. links.Select(l => new LinkAction(start, l.A.Device, l.B.Device, Up: false)),
            .. links.Select(l => new LinkAction(end, l.A.Device, l.B.Device, Up: true)),
        ]);
    }

    /// <summary>The collector misses 20 % of one switch's reports: nothing is wrong with the network itself.</summary>
    public static ScenarioPlan ReportLoss(ScenarioContext context)
    {
        LabRandom random = context.Random("reportloss");
        string[] edges = [.. EdgePorts.Of(context.Topology).Select(e => e.Device).Distinct()];
        string node = edges[random.NextBetween(0, edges.Length)];
        (long start, long end) = Middle(context);
        return new ScenarioPlan("reportloss", context.Seed, BackgroundTraffic.Plan(context, 1), [])
        {
            ReportLossActions = [new(start, node, 0.2), new(end, node, 0)],
        };
    }

    private static LinkAction[] Flaps(ScenarioContext context, string name, int times)
    {
        Link link = LinkChoice.Any(context.Topology, context.Random(name), name);
        (long start, long end) = Middle(context);
        long period = (end - start) / times;
        return [.. Enumerable.Range(0, times).SelectMany(i => new[]
        {
            new LinkAction(start + (i * period), link.A.Device, link.B.Device, Up: false),
            new LinkAction(start + (i * period) + (period / 2), link.A.Device, link.B.Device, Up: true),
        })];
    }

    private static (long StartNs, long EndNs) Middle(ScenarioContext context)
    {
        long length = context.EndNs - context.StartNs;
        return (context.StartNs + (length / 3), context.StartNs + (length * 4 / 5));
    }
}
