using Telemetry.Lab.Randomness;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Scenarios;

/// <summary>
/// Light traffic between all hosts. Each kind is a random permutation of the hosts, so every host sends and receives
/// exactly one flow of it, and no port's load depends on luck.
/// </summary>
internal static class BackgroundTraffic
{
    // Shares of the host's rate. Together 29 % while the on/off flow is on: no queue comes near its limit.
    private const double Constant = 0.05;
    private const double Poisson = 0.05;
    private const double OnOffPeak = 0.15;
    private const double Tcp = 0.04;
    private const long MeanOnNs = 200_000_000;
    private const long MeanOffNs = 800_000_000;

    private static readonly int[] s_frameBytes = [200, 400, 600, 1000];

    /// <summary>One constant, one Poisson, one on/off and one TCP flow out of and into every host.</summary>
    /// <param name="context">Where and when.</param>
    /// <param name="scale">Factor on all rates, above 0.</param>
    public static List<FlowPlan> Plan(ScenarioContext context, double scale)
    {
        LabRandom random = context.Random("background");
        List<FlowPlan> flows = [];
        Add(rate => new ConstantTraffic(rate * Constant));
        Add(rate => new PoissonTraffic(rate * Poisson));
        Add(rate => new OnOffTraffic(rate * OnOffPeak, MeanOnNs, MeanOffNs));
        Add(rate => new TcpTraffic(rate * Tcp, 0));
        double factor = LinkLoad.FactorToStayBelow(context.Topology, flows, 0.5);
        factor = Math.Min(factor, context.BackgroundLimit?.Invoke(flows) ?? 1);
        return factor >= 1 ? flows : [.. flows.Select(f => f with { Pattern = LinkLoad.Scale(f.Pattern, factor) })];

        void Add(Func<double, TrafficPattern> pattern)
        {
            string[] hosts = context.HostNames;
            int[] order = [.. Enumerable.Range(0, hosts.Length)];
            random.Shuffle(order);
            for (int i = 0; i < order.Length; i++)
            {
                // A cycle through all hosts in random order: a permutation in which nobody sends to himself.
                string source = hosts[order[i]];
                string destination = hosts[order[(i + 1) % order.Length]];
                int bytes = s_frameBytes[random.NextBetween(0, s_frameBytes.Length)];
                double rate = context.HostRate(destination) * scale;
                flows.Add(new FlowPlan(source, destination, pattern(rate), context.StartNs, context.EndNs, bytes));
            }
        }
    }
}
