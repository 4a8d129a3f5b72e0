using Telemetry.Lab.Randomness;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Scenarios;

/// <summary>Light traffic, and somebody sends more. What of it is congestion, the queues say.</summary>
internal static class LoadScenarios
{
    private const int FrameBytes = 1000;
    private const long LeadNs = 1_000_000_000;

    /// <summary>Every second or two, several hosts send to one at two to three times its rate for 10 to 30 ms: a queue fills and empties within a window.</summary>
    public static ScenarioPlan MicroBurst(ScenarioContext context)
    {
        LabRandom random = context.Random("microburst");
        List<FlowPlan> flows = BackgroundTraffic.Plan(context, 0.5);
        for (long at = context.StartNs + LeadNs; at < context.EndNs - LeadNs; at += (long)random.NextBetween(1e9, 2e9))
        {
            string[] hosts = Shuffled(context, random);
            int senders = Math.Min(4, hosts.Length - 1);
            double rate = context.HostRate(hosts[0]) * random.NextBetween(2.0, 3.0) / senders;
            long end = at + (long)random.NextBetween(10e6, 30e6);
            flows.AddRange(hosts[1..(1 + senders)].Select(s => new FlowPlan(s, hosts[0], new ConstantTraffic(rate), at, end, FrameBytes)));
        }

        return new ScenarioPlan("microburst", context.Seed, flows, []);
    }

    /// <summary>Two bulk transfers as fast as TCP takes them, one after the other.</summary>
    public static ScenarioPlan Elephant(ScenarioContext context)
    {
        LabRandom random = context.Random("elephant");
        List<FlowPlan> flows = BackgroundTraffic.Plan(context, 0.5);
        long part = (context.EndNs - context.StartNs) / 3;
        for (int i = 0; i < 2; i++)
        {
            string[] hosts = Shuffled(context, random);
            long start = context.StartNs + (part / 4) + (i * part);
            flows.Add(new FlowPlan(hosts[0], hosts[1], new TcpTraffic(0, 0), start, start + part, 1400));
        }

        return new ScenarioPlan("elephant", context.Seed, flows, []);
    }

    /// <summary>Everybody's short requests go to one host, ever more of them, together below half its rate: a crowd, not an attack.</summary>
    public static ScenarioPlan FlashCrowd(ScenarioContext context)
    {
        LabRandom random = context.Random("flashcrowd");
        List<FlowPlan> flows = BackgroundTraffic.Plan(context, 0.5);
        string[] hosts = Shuffled(context, random);
        long start = context.StartNs + ((context.EndNs - context.StartNs) / 3);
        long end = context.EndNs - LeadNs;
        double bytesPerNs = context.HostRate(hosts[0]) / 8e9;
        double at = start;
        while (at < end && flows.Count < ScenarioPlan.MaxFlows)
        {
            long bytes = random.NextBetween(2_000, 12_000);
            string sender = hosts[random.NextBetween(1, hosts.Length)];
            flows.Add(new FlowPlan(sender, hosts[0], new TcpTraffic(0, bytes), (long)at, Math.Min(end, (long)at + LeadNs), FrameBytes));

            // From a tenth of the host's rate to four tenths.
            double share = 0.1 + (0.3 * (at - start) / (end - start));
            at += random.NextExponential(bytes / bytesPerNs / share);
        }

        return new ScenarioPlan("flashcrowd", context.Seed, flows, []);
    }

    /// <summary>Small datagrams fill the link of one host one and a half to three times over, from their senders' addresses or, by the seed, made-up ones.</summary>
    public static ScenarioPlan UdpFlood(ScenarioContext context)
    {
        LabRandom random = context.Random("udpflood");
        List<FlowPlan> flows = BackgroundTraffic.Plan(context, 0.5);
        (string victim, string[] senders, long start, long end) = Attack(context, random);

        // Its own link lets no more than its rate out, so a flood takes as many senders as it is to fill the link times.
        double rate = context.HostRate(victim) * random.NextBetween(1.5, Math.Max(1.6, senders.Length)) / senders.Length;
        bool spoofed = random.NextUnit() < 0.5;
        flows.AddRange(senders.Select(s => new FlowPlan(s, victim, new UdpFloodTraffic(rate, spoofed), start, end, 200)));
        return new ScenarioPlan("udpflood", context.Seed, flows, []) { Marks = [new TruthEpisode("udpflood", victim, start, end)] };
    }

    /// <summary>Up to three hosts ask one for connections that they never use, 300 to 1,500 a second, from made-up addresses or, by the seed, their own.</summary>
    public static ScenarioPlan SynFlood(ScenarioContext context)
    {
        LabRandom random = context.Random("synflood");
        List<FlowPlan> flows = BackgroundTraffic.Plan(context, 0.5);
        (string victim, string[] senders, long start, long end) = Attack(context, random);
        double rate = random.NextBetween(300.0, 1500.0) / senders.Length;
        bool spoofed = random.NextUnit() < 0.75;
        flows.AddRange(senders.Select(s =>
            new FlowPlan(s, victim, new SynFloodTraffic(rate, spoofed), start, end, SynFloodTraffic.FrameBytes)));
        return new ScenarioPlan("synflood", context.Seed, flows, []) { Marks = [new TruthEpisode("synflood", victim, start, end)] };
    }

    private static (string Victim, string[] Senders, long StartNs, long EndNs) Attack(ScenarioContext context, LabRandom random)
    {
        string[] hosts = Shuffled(context, random);
        long length = context.EndNs - context.StartNs;
        return (hosts[0], hosts[1..Math.Min(4, hosts.Length)], context.StartNs + (length / 3), context.StartNs + (length * 2 / 3));
    }

    /// <summary>Crowds, as in <c>incast</c>, a link that fails and comes back, and one that loses frames.</summary>
    public static ScenarioPlan Mixed(ScenarioContext context)
    {
        ScenarioPlan gray = FaultScenarios.GrayLoss(context);
        return new ScenarioPlan("mixed", context.Seed, IncastScenario.Plan(context).Flows, FaultScenarios.DownOnce(context))
        {
            LossActions = gray.LossActions,
            Marks = gray.Marks,
        };
    }

    private static string[] Shuffled(ScenarioContext context, LabRandom random)
    {
        string[] hosts = [.. context.HostNames];
        random.Shuffle(hosts);
        return hosts;
    }
}
