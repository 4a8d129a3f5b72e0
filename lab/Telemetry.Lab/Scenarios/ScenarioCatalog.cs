namespace Telemetry.Lab.Scenarios;

/// <summary>The scenarios by name.</summary>
public static class ScenarioCatalog
{
    private static readonly SortedDictionary<string, Func<ScenarioContext, ScenarioPlan>> s_scenarios =
        new(StringComparer.Ordinal)
        {
            ["elephant"] = LoadScenarios.Elephant,
            ["flashcrowd"] = LoadScenarios.FlashCrowd,
            ["grayloss"] = FaultScenarios.GrayLoss,
            ["incast"] = IncastScenario.Plan,
            ["linkfail"] = LinkFailScenario.Plan,
            ["linkflap"] = FaultScenarios.LinkFlap,
            ["microburst"] = LoadScenarios.MicroBurst,
            ["mixed"] = LoadScenarios.Mixed,
            ["pathchange"] = FaultScenarios.PathChange,
            ["qosdegrade"] = FaultScenarios.QosDegrade,
            ["reportloss"] = FaultScenarios.ReportLoss,
            ["slowlink"] = FaultScenarios.SlowLink,
            ["steady"] = SteadyScenario.Plan,
            ["switchdown"] = FaultScenarios.SwitchDown,
            ["synflood"] = LoadScenarios.SynFlood,
            ["udpflood"] = LoadScenarios.UdpFlood,
        };

    /// <summary>The names, ascending.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_scenarios.Keys];

    /// <summary>Plans the scenario called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or the topology does not suit it; the message says which and why.</exception>
    public static ScenarioPlan Plan(string name, ScenarioContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!s_scenarios.TryGetValue(name, out Func<ScenarioContext, ScenarioPlan>? plan))
        {
            throw new ArgumentException($"no scenario {name}; known: {string.Join(", ", Names)}");
        }

        if (context.Topology.Hosts.Count < 2)
        {
            throw new ArgumentException($"topology {context.Topology.Name} has {context.Topology.Hosts.Count} hosts: scenario {name} needs at least 2");
        }

        return plan(context);
    }
}
