using Telemetry.Collector.Contracts;
using Telemetry.Tui.Health;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Tests.Health;

public class AssessmentTests
{
    [Fact]
    public void WorstFirst_CongestedPort_LeadsWithTheAlertsReason()
    {
        Row first = Fabrics.Assess(Fabrics.State(Fabrics.HotSnapshot())).WorstFirst[0];

        Assert.Equal(("s1-p3", HealthState.Hot, "HOT", Fabrics.HotReason), (first.Name, first.State, first.Word, first.Reason));
        Assert.Equal((9_130_000, 61, 64), (first.LatencyP99Ns, first.QueueMax, first.QueueCapacity));
    }

    [Theory]
    [InlineData(Freshness.Stale)]
    [InlineData(Freshness.Lost)]
    internal void Of_FeedNotLive_NothingIsHealthy(Freshness freshness)
    {
        Assessment assessment = Fabrics.Assess(Fabrics.State(Fabrics.HotSnapshot()), freshness);

        Row[] all = [.. assessment.WorstFirst, .. assessment.PortRows, .. assessment.LinkRows, .. assessment.DeviceRows];
        Assert.DoesNotContain(all, r => r.State is HealthState.Ok or HealthState.Idle);
        Assert.DoesNotContain(all, r => r.IsFault && !r.Word.EndsWith('?'));
        Assert.Equal("HOT?", assessment.WorstFirst[0].Word);
    }

    [Fact]
    public void Of_WindowsTooOld_PortIsUnknownNotHealthy()
    {
        Update.Types.Snapshot snapshot = Fabrics.HotSnapshot();
        snapshot.Alerts.Clear();
        FabricState state = Fabrics.State(snapshot, new Update { NowNs = Fabrics.Now + (5 * Fabrics.Second) });

        Row port = Fabrics.Assess(state).Find(RowKind.Port, "s2-p1")!;

        Assert.Equal((HealthState.Unknown, "no data for 5.0 s"), (port.State, port.Reason));
    }

    [Fact]
    public void Of_InventoryOnly_NothingIsHealthy()
    {
        Assessment assessment = Fabrics.Assess(Fabrics.State(new Update.Types.Snapshot { Inventory = Fabrics.LeafSpine(2, 4, 2), NowNs = 1 }));

        Assert.NotEmpty(assessment.WorstFirst);
        Assert.All(assessment.WorstFirst, r => Assert.Equal(HealthState.Unknown, r.State));
    }

    [Fact]
    public void Of_LinkDown_PortsBelowTheCongestedOneAreConsequences()
    {
        Inventory inventory = Fabrics.LeafSpine(2, 4, 2);
        LinkStatus down = Fabrics.Status(inventory.Links.Single(l => l is { A: "s2", B: "s6" }), LinkState.Down, "3 probes missed");

        Assessment assessment = Fabrics.Assess(Fabrics.State(Fabrics.HotSnapshot(), new Update { Link = down }));

        Assert.Equal(["s2-s6", "s1-p3", "s2-p4", "s6-p2"], assessment.WorstFirst.Take(4).Select(r => r.Name));
        Assert.Equal("3 probes missed", assessment.WorstFirst[0].Reason);
        Assert.Equal("link s2-s6 is down: 3 probes missed", assessment.Find(RowKind.Port, "s2-p4")!.Reason);
    }

    [Fact]
    public void Of_DeviceSilent_ItsPortsAreUnknown()
    {
        DeviceStatus silent = new() { Name = "s4", Kind = DeviceKind.Switch, State = DeviceState.Silent, LastSeenNs = Fabrics.Now - (4 * Fabrics.Second) };

        Assessment assessment = Fabrics.Assess(Fabrics.State(Fabrics.HotSnapshot(), new Update { Device = silent }));

        Assert.Equal((HealthState.Silent, "last heard 4.0 s ago"), (assessment.Find(RowKind.Device, "s4")!.State, assessment.Find(RowKind.Device, "s4")!.Reason));
        Assert.Equal(HealthState.Unknown, assessment.Find(RowKind.Port, "s4-p1")!.State);
    }

    [Fact]
    public void Of_DropsWithoutAlert_Warns()
    {
        Window window = new() { StartNs = Fabrics.Now, LengthNs = Fabrics.Second, Ports = { Fabrics.Port("s2", 1, drops: 3) } };

        Row port = Fabrics.Assess(Fabrics.State(Fabrics.HotSnapshot(), new Update { Window = window })).Find(RowKind.Port, "s2-p1")!;

        Assert.Equal((HealthState.Warn, "3 drops in the last second", 3ul), (port.State, port.Reason, port.Drops));
    }

    [Fact]
    public void Of_PortWithoutPackets_IsIdle()
    {
        Window window = new() { StartNs = Fabrics.Now, LengthNs = 2 * Fabrics.Second, Ports = { Fabrics.Port("s2", 1, packets: 0) } };

        Row port = Fabrics.Assess(Fabrics.State(Fabrics.HotSnapshot(), new Update { Window = window })).Find(RowKind.Port, "s2-p1")!;

        Assert.Equal(HealthState.Idle, port.State);
    }

    [Fact]
    public void Of_AlertEnded_PortIsFineAgain()
    {
        Alert ended = Fabrics.Congestion();
        ended.EndNs = Fabrics.Now;
        Window calm = new() { StartNs = Fabrics.Now, LengthNs = Fabrics.Second, Ports = { Fabrics.Port("s1", 3) } };

        Assessment assessment = Fabrics.Assess(Fabrics.State(Fabrics.HotSnapshot(), new Update { Alert = ended }, new Update { Window = calm }));

        Assert.Equal(HealthState.Ok, assessment.Find(RowKind.Port, "s1-p3")!.State);
        Assert.Equal(0, assessment.ActiveAlerts);
    }

    [Fact]
    public void Of_AlertOnFlow_HasARowOfItsOwn()
    {
        Alert loss = new() { Id = 9, Kind = "loss", Entity = "h1>h4", Score = 0.8, Explanation = "5 % lost" };

        Row row = Assert.Single(Fabrics.Assess(Fabrics.State(Fabrics.HotSnapshot(), new Update { Alert = loss })).WorstFirst, r => r.Kind == RowKind.Flow);

        Assert.Equal(("h1>h4", HealthState.Hot, "5 % lost"), (row.Name, row.State, row.Reason));
    }

    [Fact]
    public void PortFigures_OfShortWindows_CoverTheLastSecond()
    {
        FabricState state = Fabrics.State(new Update.Types.Snapshot { Inventory = Fabrics.Linear(2), NowNs = Fabrics.Now });
        for (int i = 0; i < 30; i++)
        {
            Window window = new() { StartNs = Fabrics.Now + (i * Fabrics.Second / 10), LengthNs = Fabrics.Second / 10, Ports = { Fabrics.Port("s1", 3, queue: (ulong)i, packets: 10) } };
            state = state.Apply(new Update { Window = window }, 0);
        }

        PortFigures figures = PortFigures.Of(state.Ports["s1-p3"])!;

        Assert.Equal((29, 24), (figures.QueueDepth.Max, figures.QueueDepth.Quantile(0.5)));
        Assert.Equal(100, figures.PacketsPerSecond, 3);
        Assert.Equal(800_000, figures.TxBps!.Value, 3); // 10 packets of 1000 bytes each 100 ms
    }

    [Fact]
    public void PortFigures_CountersOfHalfASecondInOneWindow_AreSpreadOverTheTimeThatTheyCover()
    {
        FabricState state = Fabrics.State(new Update.Types.Snapshot { Inventory = Fabrics.Linear(2), NowNs = Fabrics.Now });
        for (int i = 0; i < 10; i++)
        {
            PortWindow port = Fabrics.Port("s1", 3);
            port.ClearTxBytes();
            if (i % 5 == 4)
            {
                (port.TxBytes, port.CounterSpanNs) = (500_000, Fabrics.Second / 2);
            }

            state = state.Apply(new Update { Window = new Window { StartNs = Fabrics.Now + (i * Fabrics.Second / 10), LengthNs = Fabrics.Second / 10, Ports = { port } } }, 0);
        }

        Assert.Equal(8_000_000, PortFigures.Of(state.Ports["s1-p3"])!.TxBps!.Value, 3);
    }
}
