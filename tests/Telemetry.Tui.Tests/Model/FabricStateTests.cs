using Telemetry.Collector.Contracts;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Tests.Model;

public class FabricStateTests
{
    [Fact]
    public void Apply_Snapshot_HoldsAllThatItSays()
    {
        FabricState state = Fabrics.State(Fabrics.HotSnapshot());

        Assert.True(state.HasData);
        Assert.Equal("leafspine-2x4", state.Name);
        Assert.Equal(6 + 8, state.Devices.Count);
        Assert.Equal(8 + 8, state.Links.Count);
        Assert.Equal("s5", state.Ports["s1-p3"].Peer);
        Assert.Equal(61, Assert.Single(state.Ports["s1-p3"].Recent).QueueDepth.Max);
        Assert.Equal(64u, state.Ports["s1-p3"].QueueCapacity);
        Assert.Equal(LinkState.Up, state.Links["s1-s5"].State);
        Assert.Equal(DeviceState.Up, state.Devices["s5"].State);
        Assert.True(state.Alerts[1].IsActive);
        Assert.Equal(new ReportTotals(4_711, 4_710, 1, 2, 0), state.Reports);
        Assert.Equal(Fabrics.Now, state.NowNs);
    }

    [Fact]
    public void Apply_AnyUpdate_LeavesTheStateBeforeAlone()
    {
        FabricState before = Fabrics.State(Fabrics.HotSnapshot());

        FabricState after = before.Apply(new Update { NowNs = Fabrics.Now + 1, Alert = Ended() }, 5);

        Assert.True(before.Alerts[1].IsActive);
        Assert.False(after.Alerts[1].IsActive);
        Assert.Equal(0, before.ReceivedAt);
        Assert.Equal(5, after.ReceivedAt);
    }

    [Fact]
    public void Apply_Windows_AddUpDropsAndMoveTheClock()
    {
        Window window = new() { StartNs = Fabrics.Now, LengthNs = Fabrics.Second, Ports = { Fabrics.Port("s1", 3, drops: 7) } };

        FabricState state = Fabrics.State(Fabrics.HotSnapshot(), new Update { Window = window }, new Update { Window = window });

        Assert.Equal(14u, state.Ports["s1-p3"].Drops);
        Assert.Equal(3, state.Ports["s1-p3"].Recent.Length);
        Assert.Equal(Fabrics.Now + Fabrics.Second, state.NowNs);
    }

    [Fact]
    public void Apply_WindowOvertaken_KeepsWindowsInOrderOfTime()
    {
        FabricState state = Fabrics.State(
            Fabrics.HotSnapshot(),
            new Update { Window = At(Fabrics.Now + Fabrics.Second) },
            new Update { Window = At(Fabrics.Now) });

        long[] ends = [.. state.Ports["s1-p3"].Recent.Select(s => s.EndNs)];
        Assert.Equal(ends.Order(), ends);
        Assert.Equal(3, ends.Length);

        static Window At(long start) => new() { StartNs = start, LengthNs = Fabrics.Second, Ports = { Fabrics.Port("s1", 3) } };
    }

    [Fact]
    public void Apply_ManyWindows_KeepsOnlyTheNewest()
    {
        FabricState state = Fabrics.State(Fabrics.HotSnapshot());
        for (int i = 0; i < PortEntry.Kept + 20; i++)
        {
            state = state.Apply(new Update { Window = new Window { StartNs = Fabrics.Now + i, LengthNs = 1, Ports = { Fabrics.Port("s1", 3) } } }, 0);
        }

        Assert.Equal(PortEntry.Kept, state.Ports["s1-p3"].Recent.Length);
        Assert.Equal(Fabrics.Now + PortEntry.Kept + 20, state.Ports["s1-p3"].LastNs);
    }

    [Fact]
    public void Apply_LinkStatusWithEndsSwapped_FindsTheLink()
    {
        LinkStatus status = new() { A = "s5", APort = 1, B = "s1", BPort = 3, State = LinkState.Down, Reason = "3 probes missed" };

        FabricState state = Fabrics.State(Fabrics.HotSnapshot(), new Update { Link = status });

        Assert.Equal(LinkState.Down, state.Links["s1-s5"].State);
        Assert.Equal("3 probes missed", state.Links["s1-s5"].Reason);
        Assert.Equal(16, state.Links.Count);
    }

    [Fact]
    public void Apply_LinkWindowsOfBothDirections_KeepsTheWorse()
    {
        Window window = new()
        {
            StartNs = Fabrics.Now,
            LengthNs = Fabrics.Second,
            Links =
            {
                new LinkWindow { A = "s1", APort = 3, B = "s5", BPort = 1, Packets = 5, LatencyNs = Fabrics.Values((300, 5)) },
                new LinkWindow { A = "s5", APort = 1, B = "s1", BPort = 3, Packets = 5, LatencyNs = Fabrics.Values((100, 5)) },
            },
        };

        Assert.Equal(300, Fabrics.State(Fabrics.HotSnapshot(), new Update { Window = window }).Links["s1-s5"].LatencyP50Ns);
    }

    [Fact]
    public void Apply_Flows_AddUpAndKeepTheNewestPath()
    {
        FlowWindow flow = new() { Key = new FlowKey { SrcAddress = 1 }, Src = "h1", Dst = "h4", Packets = 10, Lost = 1, Path = { "s1", "s5", "s2" } };
        FlowWindow moved = flow.Clone();
        moved.Path[1] = "s6";

        FabricState state = Fabrics.State(
            Fabrics.HotSnapshot(),
            new Update { Window = new Window { StartNs = Fabrics.Now, LengthNs = 1, Flows = { flow } } },
            new Update { Window = new Window { StartNs = Fabrics.Now + 1, LengthNs = 1, Flows = { moved } } });

        FlowEntry entry = Assert.Single(state.FlowsById.Values);
        Assert.Equal((20u, 2u), (entry.Packets, entry.Lost));
        Assert.Equal("s1 s6 s2", string.Join(' ', entry.Path));
        Assert.Equal(Fabrics.Now + 2, state.Devices["h1"].LastSentNs);
    }

    [Fact]
    public void Apply_FlowWithoutLossKnown_LeavesLossUnknown()
    {
        FlowWindow flow = new() { Src = "h1", Dst = "h4", Packets = 10 };

        FabricState state = Fabrics.State(Fabrics.HotSnapshot(), new Update { Window = new Window { Flows = { flow } } });

        Assert.Null(Assert.Single(state.FlowsById.Values).Lost);
    }

    [Fact]
    public void Apply_InventoryShrinks_DropsWhatIsGoneAndKeepsFigures()
    {
        Inventory smaller = Fabrics.LeafSpine(1, 2, 2);

        FabricState state = Fabrics.State(Fabrics.HotSnapshot(), new Update { Inventory = smaller });

        Assert.Equal(3 + 4, state.Devices.Count);
        Assert.False(state.Ports.ContainsKey("s4-p1"));
        Assert.Equal(61, state.Ports["s1-p3"].Recent[0].QueueDepth.Max);
    }

    [Fact]
    public void Apply_SecondSnapshot_StartsOver()
    {
        Update.Types.Snapshot empty = new() { NowNs = 5, Inventory = Fabrics.Linear(2) };

        FabricState state = Fabrics.State(Fabrics.HotSnapshot()).Apply(Fabrics.Of(empty), 9);

        Assert.Equal("linear", state.Name);
        Assert.Empty(state.Alerts);
        Assert.Equal(5, state.NowNs);
        Assert.Equal(0u, state.Reports.Received);
    }

    [Fact]
    public void Apply_EmptyUpdate_IsOnlyASignOfLife()
    {
        FabricState before = Fabrics.State(Fabrics.HotSnapshot());

        FabricState after = before.Apply(new Update { NowNs = Fabrics.Now + 3, WindowsDropped = 4 }, 7);

        Assert.Equal(before with { NowNs = Fabrics.Now + 3, WindowsDropped = 4, ReceivedAt = 7 }, after);
    }

    [Fact]
    public void Apply_ManyEndedAlerts_ForgetsTheOldestEndedOnly()
    {
        FabricState state = Fabrics.State(Fabrics.HotSnapshot());
        for (ulong id = 2; id < FabricState.History + 20; id++)
        {
            state = state.Apply(new Update { Alert = new Alert { Id = id, Kind = "loss", Entity = "s2-p1", EndNs = 5 } }, 0);
        }

        Assert.Equal(FabricState.History, state.Alerts.Count);
        Assert.True(state.Alerts[1].IsActive);
        Assert.False(state.Alerts.ContainsKey(2));
    }

    private static Alert Ended()
    {
        Alert alert = Fabrics.Congestion();
        alert.EndNs = Fabrics.Now;
        return alert;
    }
}
