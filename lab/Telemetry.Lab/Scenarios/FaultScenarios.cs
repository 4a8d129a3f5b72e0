using System.Net;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Randomness;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Scenarios;

/// <summary>Light traffic, and something of the network breaks.</summary>
internal static class FaultScenarios
{
    /// <summary>Switches have new routes within this, and flows that go on have been seen on their new way.</summary>
    private const long ChangeNs = 1_000_000_000;

    /// <summary>A link goes down and up, three times: long enough each time for the routes to follow.</summary>
    public static ScenarioPlan LinkFlap(ScenarioContext context) =>
        new("linkflap", context.Seed, BackgroundTraffic.Plan(context, 1), Flaps(context, "linkflap", 3));

    /// <summary>The controller takes the traffic off a link that is well and that the network can do without: flows take another way.</summary>
    public static ScenarioPlan PathChange(ScenarioContext context)
    {
        Link link = LinkChoice.Spare(context.Topology, context.Random("pathchange")) ?? throw new ArgumentException(
            $"topology {context.Topology.Name} has no link between switches that its hosts can do without: scenario pathchange needs one");
        (long start, _) = Middle(context);
        return new ScenarioPlan("pathchange", context.Seed, BackgroundTraffic.Plan(context, 1), [])
        {
            DrainActions = [new(start, link.A.Device, link.B.Device, Drained: true)],
            Marks = [new TruthEpisode("pathchange", FabricLink.EntityOf(link.A.Device, link.B.Device), start, start + ChangeNs)],
        };
    }

    /// <summary>A link goes down once and comes back.</summary>
    public static LinkAction[] DownOnce(ScenarioContext context) => Flaps(context, "pathchange", 1);

    /// <summary>A link loses 2 to 10 % of its frames silently over the middle of the run: of all frames, or, by the seed, three times as many of one switch's hosts.</summary>
    public static ScenarioPlan GrayLoss(ScenarioContext context)
    {
        LabRandom random = context.Random("grayloss");
        Link link = LinkChoice.Any(context.Topology, random, "grayloss");
        double fraction = random.NextBetween(0.02, 0.1);
        TrafficMatch? match = random.NextUnit() < 0.4 ? PrefixBehind(context.Topology, link, random) : null;
        fraction *= match is null ? 1 : 3;
        (long start, long end) = Middle(context);
        return new ScenarioPlan("grayloss", context.Seed, BackgroundTraffic.Plan(context, 1), [])
        {
            LossActions = [new(start, link.A.Device, link.B.Device, fraction, match), new(end, link.A.Device, link.B.Device, 0)],
            Marks = [new TruthEpisode("loss", FabricLink.EntityOf(link.A.Device, link.B.Device), start, end)],
        };
    }

    /// <summary>A switch that the network can do without loses its power, and gets it back.</summary>
    public static ScenarioPlan SwitchDown(ScenarioContext context)
    {
        LabRandom random = context.Random("switchdown");
        SwitchNode node = LinkChoice.SpareSwitch(context.Topology, random) ?? throw new ArgumentException(
            $"topology {context.Topology.Name} has no switch that its hosts can do without: scenario switchdown needs one");
        (long start, long end) = Middle(context);
        return new ScenarioPlan("switchdown", context.Seed, BackgroundTraffic.Plan(context, 1), [])
        {
            SwitchActions = [new(start, node.Name, Up: false), new(end, node.Name, Up: true)],
            Marks = [new TruthEpisode("silent", node.Name, start, end)],
        };
    }

    /// <summary>A link's delay rises by 3 to 10 ms, or its rate falls to a fifth to a third, over the middle of the run.</summary>
    public static ScenarioPlan SlowLink(ScenarioContext context)
    {
        LabRandom random = context.Random("slowlink");
        Link link = LinkChoice.Any(context.Topology, random, "slowlink");
        (long start, long end) = Middle(context);
        bool delayed = random.NextUnit() < 0.5;
        long delay = delayed ? (long)random.NextBetween(3e6, 10e6) : 0;
        long rate = delayed || link.RateBitsPerSecond == 0 ? 0 : (long)(link.RateBitsPerSecond * random.NextBetween(0.2, 0.33));
        return new ScenarioPlan("slowlink", context.Seed, BackgroundTraffic.Plan(context, 0.5), [])
        {
            SlowActions =
            [
                new(start, link.A.Device, link.B.Device, delay, delay / 10, rate),
                new(end, link.A.Device, link.B.Device, 0),
            ],
            Marks = [new TruthEpisode("qos", FabricLink.EntityOf(link.A.Device, link.B.Device), start, end)],
        };
    }

    /// <summary>One class of traffic, two pairs' small datagrams, is delayed by 4 to 12 ms on every link between switches; all else is as before.</summary>
    public static ScenarioPlan QosDegrade(ScenarioContext context)
    {
        LabRandom random = context.Random("qosdegrade");
        List<FlowPlan> flows = BackgroundTraffic.Plan(context, 0.5);
        (long start, long end) = Middle(context);
        HashSet<string> switches = [.. context.Topology.Switches.Where(s => s.RunsP4).Select(s => s.Name)];
        Link[] links = [.. context.Topology.Links.Where(l => switches.Contains(l.A.Device) && switches.Contains(l.B.Device))];
        (string From, string To)[] pairs = [.. DistantPairs(context, random).Take(2)];
        if (pairs.Length == 0 || links.Length == 0)
        {
            throw new ArgumentException($"topology {context.Topology.Name} has no hosts on different switches: scenario qosdegrade needs some");
        }

        ushort first = (ushort)(ScenarioTraffic.FirstDestinationPort + flows.Count);
        foreach ((string from, string to) in pairs)
        {
            flows.Add(new FlowPlan(from, to, new ConstantTraffic(context.HostRate(to) * 0.02), context.StartNs, context.EndNs, 200));
        }

        long delay = (long)random.NextBetween(4e6, 12e6);
        TrafficMatch match = new() { Protocol = 17, DestinationPorts = new(first, (ushort)(first + pairs.Length - 1)) };
        return new ScenarioPlan("qosdegrade", context.Seed, flows, [])
        {
            SlowActions =
            [
                .. links.Select(l => new SlowAction(start, l.A.Device, l.B.Device, delay, delay / 4, 0, match)),
                .. links.Select(l => new SlowAction(end, l.A.Device, l.B.Device, 0, 0, 0, match)),
            ],
            Marks = [.. pairs.Select(p => new TruthEpisode("qos", $"{p.From}>{p.To}", start, end))],
        };
    }

    /// <summary>Pairs of hosts, each in one only, whose packets cross a link between two P4 switches.</summary>
    private static IEnumerable<(string From, string To)> DistantPairs(ScenarioContext context, LabRandom random)
    {
        string[] hosts = [.. context.HostNames];
        random.Shuffle(hosts);
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (string from in hosts)
        {
            string? to = used.Contains(from) ? null : hosts.FirstOrDefault(h => h != from && !used.Contains(h)
                && LinkChoice.CrossesSwitchLink(context.Topology, from, h));
            if (to is not null)
            {
                used.Add(from);
                used.Add(to);
                yield return (from, to);
            }
        }
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

    /// <summary>The addresses of hosts that the link leads to, the nearer end's or the farther end's; null where it leads to none.</summary>
    private static TrafficMatch? PrefixBehind(Topology topology, Link link, LabRandom random)
    {
        string[] ends = random.NextUnit() < 0.5 ? [link.A.Device, link.B.Device] : [link.B.Device, link.A.Device];
        HostNode? host = ends
            .SelectMany(e => topology.Links.Where(l => l.A.Device == e || l.B.Device == e).Select(l => l.A.Device == e ? l.B.Device : l.A.Device))
            .Select(name => topology.Hosts.FirstOrDefault(h => h.Name == name))
            .FirstOrDefault(h => h is not null);
        return host is null ? null : new TrafficMatch { Destination = new IPNetwork(Masked(host), host.PrefixLength) };
    }

    private static IPAddress Masked(HostNode host)
    {
        byte[] bytes = host.Address.GetAddressBytes();
        for (int bit = host.PrefixLength; bit < 32; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
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
