using Telemetry.Collector.Chains;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.History;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Chains;

public class CollectorChainTests
{
    private readonly ManualTime _time = new();

    /// <summary>Two seconds of a packet a millisecond; from 500 ms to 1000 ms, s1's queue is at 90 of 100.</summary>
    private void Run(CollectorChain chain)
    {
        chain.Nodes[0].SetInventory(Inventories.Linear());
        chain.Start();
        for (uint i = 0; i < 2000; i++)
        {
            chain.Nodes[0].OnDatagram(Reports.TwoHops(i, (ushort)i, atUs: i * 1000, depth1: i is >= 500 and < 1000 ? 90u : 2u));
            _time.AdvanceMs(1);
        }

        chain.Flush();
    }

    [Fact]
    public void Run_EncodedReports_TotalsHoldEveryPacket()
    {
        using CollectorChain chain = new(new ChainOptions(), _time, DuckDbHistoryStore.InMemory(), new DepthDetector(), new AlertOptions());
        Run(chain);

        Totals totals = chain.DataCenter.GetTotals();
        Assert.Equal((2000ul, 2000ul, 0ul, 0ul), (totals.Reports.Received, totals.Reports.Decoded, totals.Reports.Malformed, totals.Reports.Lost));
        Assert.Equal(2, totals.Ports.Count);
        Assert.All(totals.Ports, port => Assert.Equal(2000ul, port.Packets));
        Assert.Equal(90, ValueHistogram.FromDistribution(totals.Ports[0].QueueDepth).Max);
        Assert.Equal(20_000, ValueHistogram.FromDistribution(totals.Ports[0].HopLatencyNs).Quantile(0.5));
        FlowWindow flow = Assert.Single(totals.Flows);
        Assert.Equal((2000ul, 0ul), (flow.Packets, flow.Lost));
        Assert.Equal(["s1", "s2"], flow.Path);
        Assert.Equal((0, 2_000_000_000), (totals.StartNs, totals.EndNs));
        Assert.Equal(0, chain.DroppedBatches);
    }

    [Fact]
    public void Run_QueueFull_OneAlertOnThePortOverTheTime()
    {
        using CollectorChain chain = new(new ChainOptions(), _time, DuckDbHistoryStore.InMemory(), new DepthDetector(), new AlertOptions());
        Run(chain);

        Alert alert = Assert.Single(chain.DataCenter.GetTotals().Alerts);
        Assert.Equal(("congestion", "s1-p3", 500_000_000L, 1_000_000_000L), (alert.Kind, alert.Entity, alert.StartNs, alert.EndNs));
        List<HistoryRow> rows = [.. chain.DataCenter.GetHistory(new HistoryRequest { Table = HistoryRequest.Types.Table.Alerts })];
        Assert.Equal("s1-p3", Assert.Single(rows).Values[rows[0].Columns.IndexOf("entity")]);
    }

    [Fact]
    public void Run_EveryPortOfTheInventory_IsJudgedEachWindow()
    {
        DepthDetector detector = new();
        using CollectorChain chain = new(new ChainOptions(), _time, DuckDbHistoryStore.InMemory(), detector, new AlertOptions());
        Run(chain);

        foreach (string port in (string[])["s1-p1", "s1-p3", "s2-p1", "s2-p3"])
        {
            Assert.Equal(Enumerable.Range(0, 20).Select(i => i * 100_000_000L), detector.Samples.Where(sample => sample.Port == port).Select(sample => sample.StartNs));
        }

        Assert.All(detector.Samples.Where(sample => sample.Port == "s2-p3"), sample => Assert.True(sample.Packets == 0 && double.IsNaN(sample.DepthMax)));
        Assert.Equal(1, detector.Samples.First(sample => sample is { Port: "s1-p3", StartNs: 500_000_000 }).DepthHighShare);
    }

    [Fact]
    public void Run_Twice_TotalsAndHistoryAreIdentical()
    {
        string Once()
        {
            ManualTime time = new();
            using CollectorChain chain = new(new ChainOptions(), time, DuckDbHistoryStore.InMemory(), new DepthDetector(), new AlertOptions());
            chain.Nodes[0].SetInventory(Inventories.Linear());
            chain.Start();
            for (uint i = 0; i < 700; i++)
            {
                chain.Nodes[0].OnDatagram(Reports.TwoHops(i, (ushort)i, depth1: i % 97, flow: Reports.Udp(sourcePort: (ushort)(4000 + (i % 13)))));
                time.AdvanceMs(1);
            }

            chain.Flush();
            return chain.DataCenter.GetTotals() + string.Join('\n', chain.DataCenter.GetHistory(new HistoryRequest { Table = HistoryRequest.Types.Table.Flows }));
        }

        Assert.Equal(Once(), Once());
    }

    [Fact]
    public void GetTotals_OverASpan_ComesFromTheHistory()
    {
        using CollectorChain chain = new(new ChainOptions(), _time, DuckDbHistoryStore.InMemory(), new DepthDetector(), new AlertOptions());
        Run(chain);

        Totals part = chain.DataCenter.GetTotals(new TotalsRequest { FromNs = 500_000_000, ToNs = 1_000_000_000 });
        Assert.Equal((500_000_000, 1_000_000_000), (part.StartNs, part.EndNs));
        Assert.All(part.Ports, port => Assert.Equal(500ul, port.Packets));
        Assert.Equal(90, ValueHistogram.FromDistribution(part.Ports[0].QueueDepth).Quantile(0));
        Assert.Equal(["s1", "s2"], Assert.Single(part.Flows).Path);

        Totals all = chain.DataCenter.GetTotals();
        Totals whole = chain.DataCenter.GetTotals(new TotalsRequest { ToNs = long.MaxValue });
        Assert.Equal(all.Ports, whole.Ports);
        Assert.Equal(all.Links, whole.Links);
        Assert.Equal(all.Flows, whole.Flows);
        Assert.NotEqual(0ul, all.StoredRows);
    }

    [Fact]
    public void TwoNodesSeeOnePort_ItsWindowsMerge()
    {
        ChainOptions options = new()
        {
            Clusters = [new ClusterOptions(new(), [new() { Name = "node-1" }, new() { Name = "node-2" }])],
        };
        DepthDetector detector = new();
        using CollectorChain chain = new(options, _time, DuckDbHistoryStore.InMemory(), detector, new AlertOptions());
        foreach (Collector.Nodes.NodeEngine node in chain.Nodes)
        {
            node.SetInventory(Inventories.Linear());
        }

        chain.Start();
        for (uint i = 0; i < 300; i++)
        {
            chain.Nodes[(int)(i % 2)].OnDatagram(
                Reports.TwoHops(i / 2, (ushort)(i / 2), depth1: i % 2, flow: Reports.Udp(sourcePort: (ushort)(4000 + (i % 2)))));
            _time.AdvanceMs(1);
        }

        chain.Flush();
        Assert.Equal([100L, 100, 100], detector.Samples.Where(sample => sample.Port == "s1-p3").Select(sample => sample.Packets));
        Assert.All(chain.DataCenter.GetTotals().Ports, port => Assert.Equal(300ul, port.Packets));
        Assert.Equal(0, chain.DataCenter.LateWindows);
    }

    [Fact]
    public void TwoClusters_BothReachTheDataCenter()
    {
        ChainOptions options = new()
        {
            Clusters =
            [
                new ClusterOptions(new() { Name = "center-1" }, [new() { Name = "node-1" }]),
                new ClusterOptions(new() { Name = "center-2" }, [new() { Name = "node-2" }]),
            ],
        };
        using CollectorChain chain = new(options, _time, DuckDbHistoryStore.InMemory(), new DepthDetector(), new AlertOptions());
        chain.Nodes[0].SetInventory(Inventories.Linear());
        chain.Nodes[1].SetInventory(Inventories.Linear());
        chain.Start();
        for (uint i = 0; i < 300; i++)
        {
            chain.Nodes[(int)(i % 2)].OnDatagram(Reports.TwoHops(i / 2, (ushort)i));
            _time.AdvanceMs(1);
        }

        chain.Flush();
        Assert.Equal(300ul, chain.DataCenter.GetTotals().Reports.Decoded);
        Assert.All(chain.DataCenter.GetTotals().Ports, port => Assert.Equal(300ul, port.Packets));
        Assert.Equal(0, chain.DataCenter.LateWindows);
        Assert.Equal((0, 0L), (chain.DataCenter.Statistics.Waiting, chain.DataCenter.Statistics.Missing));
    }

    [Fact]
    public void LinkGoesDownAndUp_AlertOverTheTime()
    {
        using CollectorChain chain = new(new ChainOptions(), _time, DuckDbHistoryStore.InMemory(), new DepthDetector(), new AlertOptions());
        chain.Nodes[0].SetInventory(Inventories.Linear());
        chain.Start();
        LinkStatus Status(LinkState state) => new()
        {
            A = "s2", APort = 3, B = "s1", BPort = 3, State = state, SinceNs = _time.NowNs, Reason = "3 probes missed",
        };
        _time.AdvanceMs(200);
        Assert.Equal(LinkState.Unspecified, Assert.Single(chain.DataCenter.GetTotals().LinkStates).State);
        chain.Nodes[0].OnLink(Status(LinkState.Up));
        _time.AdvanceMs(300);
        Assert.Equal(LinkState.Up, Assert.Single(chain.DataCenter.GetTotals().LinkStates).State);
        chain.Nodes[0].OnLink(Status(LinkState.Down));
        _time.AdvanceMs(300);
        Alert open = Assert.Single(chain.DataCenter.GetTotals().Alerts);
        Assert.Equal(("linkdown", "s1-s2", 500_000_000L, false), (open.Kind, open.Entity, open.StartNs, open.HasEndNs));
        Assert.Contains("3 probes missed", open.Explanation, StringComparison.Ordinal);
        chain.Nodes[0].OnLink(Status(LinkState.Up));
        _time.AdvanceMs(300);
        Assert.Equal(800_000_000, Assert.Single(chain.DataCenter.GetTotals().Alerts).EndNs);
        chain.Flush();
        string[] kinds = [.. chain.DataCenter.GetHistory(new HistoryRequest { Table = HistoryRequest.Types.Table.Events }).Select(row => row.Values[1])];
        Assert.Equal(["LinkDown", "LinkUp"], kinds);
    }
}
