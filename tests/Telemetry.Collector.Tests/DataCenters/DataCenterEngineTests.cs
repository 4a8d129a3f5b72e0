using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.History;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.DataCenters;

public sealed class DataCenterEngineTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-dc").FullName;
    private readonly ManualTime _time = new();
    private ulong _sequence;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string HistoryFile => Path.Combine(_directory, "history.duckdb");

    private DataCenterEngine Engine(IHistoryStore store, DataCenterOptions? options = null) =>
        new(options ?? new DataCenterOptions(), _time, store, new DepthDetector(), new AlertOptions());

    private Batch FromCenter(ulong packets = 1, params DeviceStatus[] devices)
    {
        Batch batch = new()
        {
            Sender = "center-1",
            Epoch = 1,
            Sequence = ++_sequence,
            Windows =
            {
                new Window
                {
                    StartNs = (long)(_sequence - 1) * 100_000_000,
                    LengthNs = 100_000_000,
                    Ports = { new PortWindow { Switch = "s1", Port = 3, Packets = packets } },
                },
            },
        };
        batch.Devices.AddRange(devices);
        return batch;
    }

    [Fact]
    public void Accept_BeforeTheCommit_IsNotAcknowledged()
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        DataCenterEngine engine = Engine(store);
        Assert.Equal(0ul, engine.Accept(FromCenter()).Sequence);
        Assert.Equal(0, store.Rows);
        _time.AdvanceMs(1000);
        engine.Tick();
        Assert.Equal(1ul, engine.AckOf("center-1").Sequence);
        Assert.NotEqual(0, store.Rows);
    }

    [Fact]
    public void Restart_AfterCrashBetweenAcceptAndCommit_NothingIsLostOrDoubled()
    {
        List<Batch> sent = [];
        using (DuckDbHistoryStore store = DuckDbHistoryStore.Open(HistoryFile))
        {
            DataCenterEngine engine = Engine(store);
            for (int i = 0; i < 25; i++)
            {
                Batch batch = FromCenter(packets: 7);
                sent.Add(batch);
                engine.Accept(batch.Clone());
                _time.AdvanceMs(100);
            }

            Assert.InRange(engine.AckOf("center-1").Sequence, 1ul, 24ul);
        }

        using DuckDbHistoryStore again = DuckDbHistoryStore.Open(HistoryFile);
        DataCenterEngine restarted = Engine(again);
        Assert.NotEqual(0ul, restarted.AckOf("center-1").Sequence);
        foreach (Batch batch in sent)
        {
            restarted.Accept(batch.Clone());
        }

        restarted.Flush();
        Assert.Equal(25ul, restarted.AckOf("center-1").Sequence);
        Totals stored = restarted.GetTotals(new TotalsRequest { ToNs = long.MaxValue });
        Assert.Equal(25ul * 7, Assert.Single(stored.Ports).Packets);
    }

    [Fact]
    public void Restart_LinkAlertOpen_EndsWhenTheLinkComesBack()
    {
        using (DuckDbHistoryStore store = DuckDbHistoryStore.Open(HistoryFile))
        {
            DataCenterEngine engine = Engine(store);
            Batch batch = FromCenter();
            batch.Links.Add(new LinkStatus { A = "s1", APort = 3, B = "s2", BPort = 3, State = LinkState.Down, SinceNs = 50, Reason = "port down" });
            engine.Accept(batch);
            engine.Flush();
        }

        _time.AdvanceMs(5000);
        using DuckDbHistoryStore again = DuckDbHistoryStore.Open(HistoryFile);
        DataCenterEngine restarted = Engine(again);
        Alert open = Assert.Single(restarted.GetTotals().Alerts);
        Assert.False(open.HasEndNs);
        Assert.Equal(LinkState.Unspecified, Assert.Single(restarted.GetTotals().LinkStates).State);
        Batch back = FromCenter();
        back.Links.Add(new LinkStatus { A = "s1", APort = 3, B = "s2", BPort = 3, State = LinkState.Up, SinceNs = 4_000_000_000 });
        restarted.Accept(back);
        Alert ended = Assert.Single(restarted.GetTotals().Alerts);
        Assert.Equal((open.Id, 4_000_000_000L), (ended.Id, ended.EndNs));
    }

    [Fact]
    public void Accept_SwitchSilentAndBack_AlertOverTheTime()
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        DataCenterEngine engine = Engine(store);
        DeviceStatus Status(DeviceState state, long lastSeenNs) => new() { Name = "s1", Kind = DeviceKind.Switch, State = state, LastSeenNs = lastSeenNs };
        engine.Accept(FromCenter(1, Status(DeviceState.Up, 100)));
        Assert.Empty(engine.GetTotals().Alerts);
        _time.AdvanceMs(2800);
        engine.Accept(FromCenter(1, Status(DeviceState.Silent, 100)));
        Alert open = Assert.Single(engine.GetTotals().Alerts);
        Assert.Equal(("silent", "s1", 100L, 2_800_000_000L, "liveness"), (open.Kind, open.Entity, open.StartNs, open.DetectedNs, open.Detector));
        engine.Accept(FromCenter(1, Status(DeviceState.Up, 3_000_000_000)));
        Assert.Equal(3_000_000_000, Assert.Single(engine.GetTotals().Alerts).EndNs);
    }

    [Fact]
    public void Tick_CenterSilent_EverythingItWatchedIsUnknown()
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        DataCenterEngine engine = Engine(store);
        engine.Accept(FromCenter(1, new DeviceStatus { Name = "s1", Kind = DeviceKind.Switch, State = DeviceState.Up, LastSeenNs = 5 }));
        for (int i = 0; i < 12; i++)
        {
            _time.AdvanceMs(250);
            engine.Tick();
        }

        Totals totals = engine.GetTotals();
        Assert.Equal(DeviceState.Silent, totals.Devices.Single(device => device.Name == "center-1").State);
        Assert.Equal(DeviceState.Unspecified, totals.Devices.Single(device => device.Name == "s1").State);
        Assert.Equal("center-1", Assert.Single(totals.Alerts).Entity);
    }

    [Fact]
    public void Accept_HistoryFails_RefusesInsteadOfForgetting()
    {
        BrokenStore store = new();
        DataCenterEngine engine = Engine(store, new DataCenterOptions { MaxUncommittedWindows = 10, CommitNs = 0 });
        Ack ack = new();
        for (int i = 0; i < 12; i++)
        {
            ack = engine.Accept(FromCenter());
        }

        Assert.Equal(("disk full", 0ul), (ack.Error, ack.Sequence));
        Assert.Equal("disk full", engine.Fault);
        store.Broken = false;
        _sequence -= 2;
        Assert.Equal("", engine.Accept(FromCenter()).Error);
        Assert.Equal(11ul, engine.AckOf("center-1").Sequence);
        Assert.Equal(11, store.Windows);
    }

    [Fact]
    public void Subscribe_SlowReader_LosesOldestWindowsButNoAlertOrState()
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        DataCenterEngine engine = Engine(store, new DataCenterOptions { SubscriberQueue = 5, RecentWindows = 3 });
        for (int i = 0; i < 4; i++)
        {
            engine.Accept(FromCenter());
        }

        using FeedSubscription feed = engine.Subscribe("test");
        for (int i = 0; i < 20; i++)
        {
            Batch batch = FromCenter(1, new DeviceStatus { Name = "s1", Kind = DeviceKind.Switch, State = i == 3 ? DeviceState.Silent : DeviceState.Up, LastSeenNs = i + 1 });
            batch.Links.Add(new LinkStatus { A = "s1", APort = 1, B = "s2", BPort = 1, State = i % 2 == 0 ? LinkState.Down : LinkState.Up, SinceNs = i + 1 });
            engine.Accept(batch);
        }

        Assert.True(feed.TryRead(out Update? first));
        Assert.Equal(3, first.Snapshot.Recent.Count);
        List<Update> updates = [];
        while (feed.TryRead(out Update? update))
        {
            updates.Add(update);
        }

        Assert.Equal(Enumerable.Range(19, 5).Select(i => i * 100_000_000L), updates.Where(update => update.Window is not null).Select(update => update.Window.StartNs));
        Assert.Equal(15ul, updates[^1].WindowsDropped);
        Assert.Equal(10, updates.Count(update => update.Alert?.Kind == "linkdown"));
        Assert.Equal(1, updates.Count(update => update.Alert?.Kind == "silent"));
        Assert.Equal(20, Assert.Single(updates, update => update.Device?.Name == "s1").Device.LastSeenNs);
        Assert.Equal(LinkState.Up, Assert.Single(updates, update => update.Link is not null).Link.State);
    }

    [Fact]
    public void Subscribe_Disposed_GetsNothingMore()
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        DataCenterEngine engine = Engine(store);
        FeedSubscription feed = engine.Subscribe("test");
        feed.Dispose();
        engine.Accept(FromCenter());
        Assert.True(feed.TryRead(out Update? snapshot));
        Assert.NotNull(snapshot.Snapshot);
        Assert.False(feed.TryRead(out _));
    }

    private sealed class BrokenStore : IHistoryStore
    {
        public bool Broken { get; set; } = true;

        public int Windows { get; private set; }

        public long Rows => 0;

        public void Write(HistoryBatch batch)
        {
            if (Broken)
            {
                throw new HistoryException("disk full");
            }

            Windows += batch.Windows.Count;
        }

        public IReadOnlyList<SenderMark> ReadMarks() => [];

        public IReadOnlyList<OriginMark> ReadOrigins() => [];

        public IReadOnlyList<Alert> ReadOpenAlerts() => [];

        public IReadOnlyList<LinkStatus> ReadLinks() => [];

        public Inventory? ReadInventory() => null;

        public IEnumerable<HistoryRow> Query(HistoryRequest request) => [];

        public IEnumerable<Window> ReadWindows(long fromNs, long toNs) => [];

        public void Tend(long nowNs, HistoryRetention retention)
        {
        }

        public void Dispose() => GC.SuppressFinalize(this);
    }
}
