using Telemetry.Collector.Contracts;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;
using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Tests.Nodes;

public class ExemplarTests
{
    private readonly ManualTime _time = new();
    private readonly BatchList _batches = new();
    private uint _sequence;

    private NodeEngine Node(NodeOptions? options = null)
    {
        NodeEngine node = new((options ?? new NodeOptions()) with { LatenessNs = 0 }, _time, _batches);
        node.SetInventory(Inventories.Linear());
        return node;
    }

    private void Send(NodeEngine node, ushort sourcePort, uint inS1Us, uint inS2Us, uint depth1, uint depth2) => node.OnDatagram(Reports.Datagram(
        _sequence++,
        Reports.Udp(sourcePort: sourcePort),
        (ushort)_sequence,
        [Reports.Hop(1, 1, 3, 1000, 1000 + inS1Us, depth1), Reports.Hop(2, 3, 1, 1010 + inS1Us, 1010 + inS1Us + inS2Us, depth2)]));

    private Window CloseWindow(NodeEngine node)
    {
        _time.AdvanceMs(100);
        node.Tick();
        return _batches.Windows.Last();
    }

    [Fact]
    public void Window_WithExtremes_CarriesTheReportsThatShowThem()
    {
        NodeEngine node = Node();
        Send(node, 1, 20, 30, 1, 4);
        Send(node, 2, 90, 30, 2, 4);
        Send(node, 3, 20, 95, 3, 40);
        Send(node, 4, 20, 30, 50, 4);
        Send(node, 5, 20, 30, 1, 40);
        Window window = CloseWindow(node);

        Assert.Equal(
            [
                (ExemplarReason.SlowestPacket, "h1>h2", 130_000ul, 2u),
                (ExemplarReason.SlowestHop, "s2-p1", 95_000ul, 3u),
                (ExemplarReason.SlowestHop, "s1-p3", 90_000ul, 2u),
                (ExemplarReason.DeepestQueue, "s1-p3", 50ul, 4u),
                (ExemplarReason.DeepestQueue, "s2-p1", 40ul, 3u),
            ],
            window.Exemplars.Select(exemplar => (exemplar.Reason, exemplar.Entity, exemplar.Value, exemplar.Key.SrcPort)));
        Exemplar slowest = window.Exemplars[1];
        Assert.Equal(("h1", "h2", 500u), (slowest.Src, slowest.Dst, slowest.Bytes));
        Assert.Equal(-5_000, slowest.TimeNs); // it left 5 us before the one whose stamp is nearest to its arrival, at 0
        Assert.Equal(
            [("s1", 1u, 1u, 3u, 20_000ul, 3u, 1_000_000ul, 1_020_000ul), ("s2", 2u, 3u, 1u, 95_000ul, 40u, 1_030_000ul, 1_125_000ul)],
            slowest.Hops.Select(hop => (hop.Switch, hop.NodeId, hop.IngressPort, hop.EgressPort, hop.LatencyNs, hop.QueueDepth, hop.IngressTimeNs, hop.EgressTimeNs)));
        Assert.False(slowest.Hops[0].HasBufferOccupancy);

        // The next window starts anew.
        Send(node, 6, 10, 10, 1, 0);
        Assert.Equal([6u, 6u, 6u, 6u], CloseWindow(node).Exemplars.Select(exemplar => exemplar.Key.SrcPort));
    }

    [Theory, InlineData(0, 0), InlineData(1, 1), InlineData(4, 4), InlineData(100, 41)]
    public void Window_OfManyPorts_CarriesNoMoreThanAsked(int asked, int told)
    {
        NodeEngine node = Node(new NodeOptions { ExemplarsPerWindow = asked });
        for (ushort port = 1; port <= 20; port++)
        {
            node.OnDatagram(Reports.Datagram(_sequence++, Reports.Udp(sourcePort: port), port, [Reports.Hop(1, 1, port, 1000, 1000ul + port, port)]));
        }

        Exemplar[] exemplars = [.. CloseWindow(node).Exemplars];
        Assert.Equal(told, exemplars.Length);
        foreach (IGrouping<ExemplarReason, Exemplar> reason in exemplars.GroupBy(exemplar => exemplar.Reason))
        {
            Assert.Equal(20u, reason.First().Key.SrcPort);
            Assert.Equal(reason.OrderByDescending(exemplar => exemplar.Value), reason);
        }
    }

    [Fact]
    public void ThresholdEvent_OfAPort_CarriesItsWorstReportAndNoneWhenBelowAgain()
    {
        NodeEngine node = Node(new NodeOptions
        {
            ExemplarsPerWindow = 1, // the window's own are of another
            Thresholds = [new(ThresholdMetric.Queue, null, 30), new(ThresholdMetric.Latency, "s1-p3", 80_000), new(ThresholdMetric.Flow, null, 100_000)],
        });
        Send(node, 1, 90, 10, 5, 31);
        Send(node, 2, 20, 10, 5, 35);
        CloseWindow(node);
        Send(node, 3, 20, 10, 5, 5);
        CloseWindow(node);

        Event[] told = [.. _batches.Events.Where(one => one.Kind == EventKind.Threshold)];
        Assert.Equal(
            [("s2-p1", ExemplarReason.DeepestQueue, 35ul, 2u), ("s1-p3", ExemplarReason.SlowestHop, 90_000ul, 1u), ("h1>h2", ExemplarReason.SlowestPacket, 110_000ul, 1u)],
            told.Where(one => one.Exemplar is not null).Select(one => (one.Entity, one.Exemplar.Reason, one.Exemplar.Value, one.Exemplar.Key.SrcPort)));
        Assert.Equal(3, told.Count(one => one.Exemplar is null));
    }

    [Fact]
    public void DropEvent_CarriesTheReport()
    {
        NodeEngine node = Node();
        byte[] buffer = new byte[2048];
        ReportBuilder builder = new(buffer, 1, 0, 2);
        HopMetadata own = Reports.Hop(2, 3, 1, 1030, 1060, 64);
        (own.Fields, own.QueueId, own.DropReason) = (HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.Queue | HopFields.DropReason, 7, 71);
        builder.BeginIntMetadata(InnerType.Ipv4, ReportFlags.Dropped, own);
        builder.Append(new IntPacket { Flow = FiveTuple.Ipv4(Reports.H1, Reports.H2, IpProtocol.Udp, 9, 80) }, ReportProfile.Default);
        builder.End();
        node.OnDatagram(builder.Written);
        CloseWindow(node);

        Exemplar exemplar = Assert.Single(_batches.Events, one => one.Kind == EventKind.Drop).Exemplar;
        Assert.Equal((ExemplarReason.Drop, "s2-p1", 71ul, 9u), (exemplar.Reason, exemplar.Entity, exemplar.Value, exemplar.Key.SrcPort));
        ExemplarHop hop = Assert.Single(exemplar.Hops);
        Assert.Equal(("s2", 3u, 1u), (hop.Switch, hop.IngressPort, hop.EgressPort));
        Assert.False(hop.HasLatencyNs);
    }

    [Fact]
    public void PathChange_CarriesTheFirstReportOverTheNewPath()
    {
        NodeEngine node = Node();
        Send(node, 1, 20, 30, 1, 4);
        node.OnDatagram(Reports.Datagram(_sequence++, Reports.Udp(sourcePort: 1), 2, [Reports.Hop(1, 1, 4, 2000, 2020), Reports.Hop(3, 1, 2, 2030, 2050), Reports.Hop(2, 5, 1, 2070, 2090)]));
        CloseWindow(node);
        Exemplar exemplar = Assert.Single(_batches.Events, one => one.Kind == EventKind.PathChange).Exemplar;
        Assert.Equal((ExemplarReason.PathChange, "h1>h2"), (exemplar.Reason, exemplar.Entity));
        Assert.Equal(["s1", "node-3", "s2"], exemplar.Hops.Select(at => at.Switch));
    }
}
