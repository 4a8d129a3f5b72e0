using Telemetry.Lab.Scenarios.Files;

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

    private static readonly SortedDictionary<string, string> s_descriptions = new(StringComparer.Ordinal)
    {
        ["elephant"] = "two bulk TCP transfers, one after the other",
        ["flashcrowd"] = "ever more short requests to one host, below half its rate: no attack",
        ["grayloss"] = "a link loses 2 to 10 % of its frames silently, or more of one switch's hosts",
        ["incast"] = "many hosts send to one at 0.9 to 1.5 times its rate, again and again",
        ["linkfail"] = "a link goes down and stays down",
        ["linkflap"] = "a link goes down and up three times",
        ["microburst"] = "queues that fill and empty within 30 ms",
        ["mixed"] = "incast, a link that fails and comes back, and one that loses frames",
        ["pathchange"] = "the controller takes the traffic off a link that is well: flows take another way",
        ["qosdegrade"] = "one class of traffic, two pairs of hosts, gets slow; all else is as before",
        ["reportloss"] = "the collector misses a fifth of one switch's reports; the network is well",
        ["slowlink"] = "a link's delay rises, or its rate falls",
        ["steady"] = "light traffic: nothing to alert about",
        ["switchdown"] = "a switch without hosts loses its power and gets it back",
        ["synflood"] = "connections to one host that nobody means to use, mostly from made-up addresses",
        ["udpflood"] = "small datagrams fill one host's line 1.5 to 3 times, from real or made-up addresses",
    };

    /// <summary>What happens in a scenario, in a few words.</summary>
    public static string Describe(string name) => s_descriptions.GetValueOrDefault(name, "");

    /// <summary>Whether a scenario can be looked for: a built-in's name, or a file that exists.</summary>
    public static bool Knows(string name) => s_scenarios.ContainsKey(name) || (ScenarioFile.IsPath(name) && File.Exists(name));

    /// <summary>Plans the scenario called <paramref name="name"/>, or the one in the file of that path.</summary>
    /// <exception cref="ScenarioFileException">The file has faults; all are listed.</exception>
    /// <exception cref="ArgumentException">There is none of that name, or the topology does not suit it; the message says which and why.</exception>
    public static ScenarioPlan Plan(string name, ScenarioContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!s_scenarios.ContainsKey(name) && ScenarioFile.IsPath(name))
        {
            return ScenarioFile.Plan(name, context);
        }

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
