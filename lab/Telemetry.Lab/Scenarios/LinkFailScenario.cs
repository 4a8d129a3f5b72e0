using Telemetry.Controller.Topologies;
using Telemetry.Lab.Randomness;

namespace Telemetry.Lab.Scenarios;

/// <summary>Light traffic, and a link between switches that carries some of it goes down and stays down.</summary>
internal static class LinkFailScenario
{
    public static ScenarioPlan Plan(ScenarioContext context)
    {
        LabRandom random = context.Random("linkfail");
        Link link = LinkChoice.Any(context.Topology, random, "linkfail");
        long atNs = context.StartNs + (long)((context.EndNs - context.StartNs) * random.NextBetween(0.35, 0.45));
        return new ScenarioPlan(
            "linkfail",
            context.Seed,
            BackgroundTraffic.Plan(context, 1),
            [new LinkAction(atNs, link.A.Device, link.B.Device, Up: false)]);
    }
}
