using System.Net;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Planning;

public sealed class IntPlannerTests
{
    [Fact]
    public void Plan_SwitchWithHost_IsSourceAndSink() => Assert.Equal(
        [
            "Egress.int_node default -> Egress.set_node(node_id=1, mtu=1500)",
            Report(1),
            "clone 250 -> 500",
            "Ingress.int_sink_port standard_metadata.egress_spec=1 -> Ingress.mark_sink(session=250)",
            "Ingress.int_watchlist hdr.ipv4.protocol=6 priority 2 -> Ingress.int_source(max_hops=8, hop_words=8, instructions=64512, rate=1)",
            "Ingress.int_watchlist hdr.ipv4.protocol=17 priority 1 -> Ingress.int_source(max_hops=8, hop_words=8, instructions=64512, rate=1)",
            "Ingress.int_source_port standard_metadata.ingress_port=1 -> Ingress.mark_source()",
        ],
        Plan(Networks.LeafSpine, "l1", new IntOptions()));

    [Fact]
    public void Plan_SwitchWithoutHost_IsTransit() => Assert.Equal(
        [
            "Egress.int_node default -> Egress.set_node(node_id=5, mtu=1500)",
            Report(5),
            "clone 250 -> 500",
        ],
        Plan(Networks.LeafSpine, "s1", new IntOptions()));

    [Fact]
    public void Plan_OwnWatchlist_BindsEveryPart()
    {
        IntOptions options = new()
        {
            Instructions = 0x8000,
            MaxHops = 3,
            Watchlist =
            [
                new WatchRule(IPNetwork.Parse("10.0.1.0/24"), IPNetwork.Parse("0.0.0.0/0"), 17, 5, 6),
                new WatchRule(),
            ],
        };

        EntrySpec[] rules = [.. IntPlanner.Plan(Networks.LeafSpine, Networks.LeafSpine.Switches[0], Networks.Report, options)
            .Where(e => e is TableEntrySpec { Table: "Ingress.int_watchlist" })];

        Assert.Equal(
            [
                "Ingress.int_watchlist hdr.ipv4.src_addr=10.0.1.0/24 hdr.ipv4.protocol=17"
                    + " meta.l4_src_port=5 meta.l4_dst_port=6 priority 2 -> Ingress.int_source(max_hops=3, hop_words=1, instructions=32768, rate=1)",
                "Ingress.int_watchlist any priority 1 -> Ingress.int_source(max_hops=3, hop_words=1, instructions=32768, rate=1)",
            ],
            rules.Select(r => Networks.Program.Bind(r).Text));
        Assert.Equal(4, Networks.Program.Bind(rules[0]).Entity.TableEntry.Match.Count);
        Assert.Empty(Networks.Program.Bind(rules[1]).Entity.TableEntry.Match);
    }

    [Fact]
    public void Plan_EveryOption_IsAnEntry()
    {
        IntOptions options = new()
        {
            Filter = new ReportFilterOptions(500, 1000), ReportDrops = true, ReportIntermediate = true, Queues = new QueueWatchOptions { Quota = 5 }, OwnUdpHeader = true,
            Watchlist = [new WatchRule(Destination: IPNetwork.Parse("2001:db8::/32"), Rate: 100)],
        };
        ReportOptions report = Networks.Report with { Others = [new(IPAddress.Parse("10.9.0.2"), 32767)] };
        string[] entries = [.. IntPlanner.Plan(Networks.LeafSpine, Networks.LeafSpine.Switches[0], report, options).Select(e => P4Text(e))];

        Assert.Contains("Egress.int_destinations Egress.set_destinations count=2", entries);
        Assert.Contains("Ingress.drop_watch Ingress.report_drop session=250", entries);
        Assert.Contains("Egress.int_intermediate Egress.set_intermediate session=250", entries);
        Assert.Contains("Egress.queue_watch standard_metadata.egress_port=1 standard_metadata.priority=0 Egress.watch_queue session=250 depth_high=48 depth_low=16"
            + " latency_high_us=4294967295 latency_low_us=4294967295 quota=5", entries);
        Assert.Contains("Ingress.int_sink_port standard_metadata.egress_spec=1 Ingress.mark_sink_filtered session=250 latency_us=500 timer_us=1000", entries);
        Assert.Contains(entries, e => e.StartsWith("Ingress.int_watchlist_v6 hdr.ipv6.dst_addr=2001:db8::/32 Ingress.int_source_udp", StringComparison.Ordinal) && e.EndsWith("rate=100", StringComparison.Ordinal));
        Assert.Equal(2, entries.Count(e => e.StartsWith("Egress.int_report meta.report_destination=", StringComparison.Ordinal)));

        static string P4Text(EntrySpec entry) => entry is not TableEntrySpec t ? "" : string.Join(' ',
            [t.Table, .. t.Matches.Select(m => $"{m.Field}={m.Text}"), t.Action, .. t.Arguments.Select(a => $"{a.Name}={a.Value}")]);
    }

    [Theory]
    [InlineData(0xFC00, 8)]
    [InlineData(0x8000, 1)]
    [InlineData(0x0E00, 6)]
    [InlineData(0xFE00, 10)]
    [InlineData(0x0000, 0)]
    public void HopWords_Instructions_CountsTwoForEightBytes(int instructions, int words) =>
        Assert.Equal(words, new IntOptions { Instructions = (ushort)instructions }.HopWords);

    private static string Report(int nodeId) =>
        $"Egress.int_report default -> Egress.set_report(src_mac=02:00:00:0{nodeId}:01:f4, dst_mac=02:00:00:00:ff:fe,"
        + $" src_addr=10.255.0.{nodeId}, dst_addr=10.9.0.1, udp_port=32766, hw_id=0)";

    private static IEnumerable<string> Plan(Topology topology, string name, IntOptions options) => IntPlanner
        .Plan(topology, topology.Switches.Single(s => s.Name == name), Networks.Report, options)
        .Select(e => Networks.Program.Bind(e).Text);
}
