using System.Text;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Scenarios.Files;
using Telemetry.Lab.Topologies;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Scenarios.Files;

public class ScenarioFileTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Parse_EveryKind_BecomesThePlan()
    {
        ScenarioPlan plan = Parse("""
            { "name": "evening", "background": 0,
              "traffic": [
                { "kind": "constant", "from": ["h2", "h3"], "to": "h1", "load": 1.2, "start": 5, "length": 0.5, "every": 3, "times": 2 },
                { "kind": "tcp", "from": "h4", "to": "h1", "bytes": 5000, "size": 1400 },
                { "kind": "onoff", "from": "h4", "to": "h1", "rate_mbps": 2, "on_ms": 10, "off_ms": 20 },
                { "kind": "synflood", "from": "*", "to": "h2", "packets_per_second": 700, "spoofed": true, "start": 2, "length": 3 },
                { "kind": "udpflood", "from": "h8", "to": "h2", "rate_mbps": 9, "start": 6, "length": 3 } ],
              "faults": [
                { "kind": "link_down", "link": ["s5", "s1"], "start": 1, "length": 2 },
                { "kind": "flap", "link": ["s1", "s6"], "times": 2, "start": 4, "length": 4 },
                { "kind": "loss", "link": ["s1", "s5"], "fraction": 0.1, "dst": "10.0.4.0/24", "start": 8, "length": 10 },
                { "kind": "slow", "link": ["s2", "s5"], "delay_ms": 5, "jitter_ms": 1, "rate_mbps": 3, "start": 1 },
                { "kind": "slow", "link": ["s2", "s5"], "delay_ms": 5, "protocol": "udp", "dst_port": "80-81", "start": 1, "length": 1 },
                { "kind": "queue_rate", "port": "s1-p3", "rate_mbps": 1.5, "start": 1, "length": 1 },
                { "kind": "switch_down", "switch": "s6", "start": 15, "length": 8 },
                { "kind": "report_loss", "switch": "s1", "fraction": 0.5, "start": 15 } ],
              "truth": [ { "kind": "qos", "entity": "h1>h4", "start": 50, "length": 5 } ] }
            """);

        Assert.Equal("evening", plan.Name);
        Assert.Equal(4 + 1 + 1 + 7 + 1, plan.Flows.Count);
        Assert.Equal(new FlowPlan("h2", "h1", new ConstantTraffic(6_000_000), 6 * Second, (6 * Second) + (Second / 2), 1000), plan.Flows[0]);
        Assert.Equal([6 * Second, 9 * Second], plan.Flows.Where(f => f.Source == "h2" && f.Pattern is ConstantTraffic).Select(f => f.StartNs));
        Assert.Equal(new FlowPlan("h4", "h1", new TcpTraffic(0, 5000), Second, 61 * Second, 1400), plan.Flows[4]);
        Assert.Equal(new OnOffTraffic(2_000_000, 10_000_000, 20_000_000), plan.Flows[5].Pattern);
        Assert.Equal(new SynFloodTraffic(100, true), plan.Flows[6].Pattern);
        Assert.Equal((new UdpFloodTraffic(9_000_000, false), 200), (plan.Flows[13].Pattern, plan.Flows[13].FrameBytes));
        Assert.Equal(
            [new(2 * Second, "s5", "s1", false), new(4 * Second, "s5", "s1", true), new(5 * Second, "s1", "s6", false), new(6 * Second, "s1", "s6", true), new(7 * Second, "s1", "s6", false), new LinkAction(8 * Second, "s1", "s6", true)],
            plan.LinkActions);
        Assert.Equal([0.1, 0], plan.LossActions.Select(a => a.Fraction));
        Assert.Equal("10.0.4.0/24", plan.LossActions[0].Match!.Destination.ToString());
        Assert.Equal(new SlowAction(2 * Second, "s2", "s5", 5_000_000, 1_000_000, 3_000_000), plan.SlowActions[0]);
        Assert.Equal(new TrafficMatch { Protocol = 17, DestinationPorts = new(80, 81) }, plan.SlowActions[1].Match);
        Assert.Equal([1_500_000L, 0], plan.QueueRateActions.Select(a => a.RateBitsPerSecond));
        Assert.Equal([false, true], plan.SwitchActions.Select(a => a.Up));
        Assert.Equal(new ReportLossAction(16 * Second, "s1", 0.5), Assert.Single(plan.ReportLossActions));
        Assert.Equal(
            [
                new("synflood", "h2", 3 * Second, 6 * Second), new("udpflood", "h2", 7 * Second, 10 * Second), new("loss", "s1-s5", 9 * Second, 19 * Second),
                new("qos", "s2-s5", 2 * Second, null), new("silent", "s6", 16 * Second, 24 * Second), new TruthEpisode("qos", "h1>h4", 51 * Second, 56 * Second),
            ],
            plan.Marks);
    }

    [Fact]
    public void Parse_NothingNamed_IsSteady()
    {
        ScenarioPlan plan = Parse("{}");
        Assert.Equal(ScenarioCatalog.Plan("steady", Context()).Flows, plan.Flows);
        Assert.Empty(plan.Marks);
    }

    [Fact]
    public void Parse_ManyFaults_NamesEachWithLineAndPlace()
    {
        ScenarioFileException fault = Assert.Throws<ScenarioFileException>(() => Parse("""
            { "background": 9, "flows": [],
              "traffic": [
                { "kind": "poison", "from": "h2", "to": "h1", "rate_mbps": 1 },
                { "kind": "constant", "from": "h2", "to": "h2" },
                { "kind": "constant", "from": "h99", "to": "h1", "rate_mbps": 1, "load": 1, "spoofed": true },
                { "kind": "synflood", "from": [], "to": "h1", "rate_mbps": 1, "times": 2 } ],
              "faults": [
                { "kind": "loss", "link": ["s1", "s2"] },
                { "kind": "slow", "link": ["s1", "s5"], "size": 1 },
                { "kind": "queue_rate", "port": "s1-p99" },
                { "kind": "switch_down", "switch": "h1" } ],
              "truth": [ { "kind": "flood" } ] }
            """));
        Assert.Equal(fault.Faults.Select(f => f.Line).Order(), fault.Faults.Select(f => f.Line));
        Assert.Equal(
            new[]
            {
                "s.json:1: background: is 9; expected a factor from 0 (none) to 3",
                "s.json:1: flows: unknown key \"flows\"; known keys: name, background, traffic, faults, truth",
                "s.json:3: traffic[0].kind: is \"poison\"; expected one of constant, poisson, onoff, tcp, synflood, udpflood",
                "s.json:4: traffic[1].from: h2 would send to itself; expected another host",
                "s.json:4: traffic[1]: has no rate; expected \"rate_mbps\" (of each sender) or \"load\" (share of the receiver's line, all together)",
                "s.json:5: traffic[2].from: \"h99\" is no host of leafspine-2x4; expected one of h1, h2, h3, h4, h5, h6, h7, h8",
                "s.json:5: traffic[2].load: stands beside \"rate_mbps\"; expected one of them: Mbit/s of each sender, or a share of the receiver's line for all together",
                "s.json:5: traffic[2].spoofed: made-up senders get no answers; expected it of synflood or udpflood only",
                "s.json:6: traffic[3].from: names no sender; expected \"from\": a host, a list of hosts, or \"*\" for all",
                "s.json:6: traffic[3].rate_mbps: is no measure of SYNs; expected \"packets_per_second\"",
                "s.json:6: traffic[3].times: has no meaning alone; expected \"every\", the seconds from one start to the next",
                "s.json:8: faults[0]: has no \"fraction\"; expected one above 0, up to 1",
                "s.json:8: faults[0].link: leafspine-2x4 has no link between s1 and s2; expected one of h1-s1, h2-s1, h3-s2, h4-s2, h5-s3, h6-s3, h7-s4, h8-s4 and others",
                "s.json:9: faults[1].size: unknown key \"size\"; known keys: kind, link, delay_ms, jitter_ms, rate_mbps, start, length, dst, protocol, dst_port",
                "s.json:9: faults[1]: says nothing that is slow; expected delay_ms, jitter_ms or rate_mbps",
                "s.json:10: faults[2]: has no \"rate_mbps\"; expected Mbit/s",
                "s.json:10: faults[2].port: is \"s1-p99\", no port of a P4 switch of leafspine-2x4 with a link; expected one such as s1-p3",
                "s.json:11: faults[3].switch: \"h1\" is no P4 switch of leafspine-2x4; expected one of s1, s2, s3, s4, s5, s6",
                "s.json:12: truth[0].kind: is \"flood\"; expected one of congestion, microburst, synflood, udpflood, loss, pathchange, qos, linkdown, silent",
                "s.json:12: truth[0]: has no \"entity\"; expected a port (s1-p3), link (s1-s2), flow (h1>h4) or device",
            }.Order(),
            fault.Faults.Select(f => f.ToString()).Order());
    }

    private static ScenarioContext Context() => new(
        BuiltInTopologies.TryCreate("leafspine-2x4", out Topology? topology) ? topology! : throw new InvalidOperationException(), 7, Second, 61 * Second);

    private static ScenarioPlan Parse(string json) => ScenarioFile.Parse(Encoding.UTF8.GetBytes(json), "s.json", Context());
}
