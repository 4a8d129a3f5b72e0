using Telemetry.Lab.Randomness;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Scenarios;

/// <summary>
/// Light traffic, and one after the other: many hosts send to one at 0.9 to 1.5 times its rate for 150 ms to 3 s, and,
/// as hard negatives, bursts far below 100 ms and crowds that stay below the rate. What of it is congestion, the
/// queues say.
/// </summary>
internal static class IncastScenario
{
    private const int FrameBytes = 1000;
    private const long LeadInNs = 500_000_000;

    // The last one ends early enough for its alert to be raised and ended within the run.
    private const long LeadOutNs = 1_000_000_000;

    public static ScenarioPlan Plan(ScenarioContext context)
    {
        LabRandom random = context.Random("incast");
        List<FlowPlan> flows = BackgroundTraffic.Plan(context, 0.5);
        long at = context.StartNs + LeadInNs;
        while (true)
        {
            Crowd crowd = Next(random, context);
            long end = at + crowd.LengthNs;
            if (end > context.EndNs - LeadOutNs || flows.Count + crowd.Senders.Length > ScenarioPlan.MaxFlows)
            {
                return new ScenarioPlan("incast", context.Seed, flows, []);
            }

            double rate = crowd.Load * context.HostRate(crowd.Receiver) / crowd.Senders.Length;
            foreach (string sender in crowd.Senders)
            {
                TrafficPattern pattern = crowd.Poisson ? new PoissonTraffic(rate) : new ConstantTraffic(rate);
                flows.Add(new FlowPlan(sender, crowd.Receiver, pattern, at, end, FrameBytes));
            }

            at = end + (long)random.NextBetween(0.7e9, 2e9);
        }
    }

    private static Crowd Next(LabRandom random, ScenarioContext context)
    {
        string[] hosts = [.. context.HostNames];
        random.Shuffle(hosts);
        int senders = Math.Min(random.NextBetween(2, 9), hosts.Length - 1);
        double kind = random.NextUnit();
        (double load, double lengthNs) = kind switch
        {
            // Spread evenly over orders of magnitude, so that short ones are as frequent as long ones.
            < 0.65 => (random.NextBetween(0.9, 1.5), 150e6 * Math.Pow(20, random.NextUnit())),
            < 0.85 => (random.NextBetween(1.0, 1.5), random.NextBetween(20e6, 80e6)),
            _ => (random.NextBetween(0.5, 0.8), random.NextBetween(300e6, 2e9)),
        };

        return new Crowd(hosts[0], hosts[1..(1 + senders)], load, (long)lengthNs, random.NextUnit() < 0.5);
    }

    private sealed record Crowd(string Receiver, string[] Senders, double Load, long LengthNs, bool Poisson);
}
