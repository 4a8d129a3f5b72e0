using Telemetry.Collector.Contracts;
using Telemetry.Collector.History;

namespace Telemetry.Collector.Tests.History;

public sealed class DuckDbHistoryStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-history").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string HistoryFile => Path.Combine(_directory, "history.duckdb");

    private static HistoryBatch Sample()
    {
        HistoryBatch batch = new();
        PortWindow port = new()
        {
            Switch = "s1",
            Port = 3,
            Packets = 4,
            HopLatencyNs = new Distribution { Deltas = { 1000, 500 }, Counts = { 3, 1 } },
            QueueDepth = new Distribution(),
            QueueCapacity = 100,
            RateBps = 10_000_000,
            TxPackets = 9,
            Drops = 0,
        };
        batch.Windows.Add(new Window
        {
            StartNs = 100,
            LengthNs = 100,
            FlowPacketsOmitted = 2,
            Ports = { port, new PortWindow { Switch = "s1", Port = 4, HopLatencyNs = new Distribution(), QueueDepth = new Distribution() } },
            Links = { new LinkWindow { A = "s2", APort = 1, B = "s1", BPort = 3, Packets = 4, LatencyNs = new Distribution() } },
            Flows =
            {
                new FlowWindow
                {
                    Key = new FlowKey { SrcAddress = 0xC0A80001, DstAddress = 0x0A000001, Protocol = 17, SrcPort = 65535, DstPort = 1 },
                    Src = "h1", Dst = "10.0.0.1", Packets = 4, Bytes = 400, Lost = 1, Path = { "s1", "s2" }, PathChanges = 1, LatencyNs = new Distribution(),
                },
            },
        });
        batch.Events.Add(new Event { Kind = EventKind.PathChange, Entity = "h1>h2", TimeNs = 120, Detail = "'quoted' \"text\"" });
        batch.Devices.Add((130, new DeviceStatus { Name = "s1", Kind = DeviceKind.Switch, State = DeviceState.Up, CpuPercent = 12.5, LastSeenNs = 129 }));
        batch.Links.Add((140, new LinkStatus { A = "s1", APort = 3, B = "s2", BPort = 1, State = LinkState.Up, SinceNs = 1, Reason = "" }));
        batch.Links.Add((150, new LinkStatus { A = "s1", APort = 3, B = "s2", BPort = 1, State = LinkState.Down, SinceNs = 145, Reason = "3 probes missed" }));
        batch.Alerts[77] = new Alert { Id = 77, Kind = "congestion", Entity = "s1-p3", StartNs = 100, DetectedNs = 200, Score = 0.9, Detector = "depth" };
        batch.Marks = [new SenderMark { Sender = "center-1", Epoch = ulong.MaxValue, Sequence = 5 }];
        batch.Inventory = Fixtures.Inventories.Linear();
        return batch;
    }

    [Fact]
    public void Write_ThenOpenAgain_EverythingIsThere()
    {
        HistoryBatch sample = Sample();
        long rows;
        using (DuckDbHistoryStore store = DuckDbHistoryStore.Open(HistoryFile))
        {
            store.Write(sample);
            rows = store.Rows;
        }

        Assert.Equal(10, rows);
        using DuckDbHistoryStore again = DuckDbHistoryStore.Open(HistoryFile);
        Assert.Equal(rows, again.Rows);
        Assert.Equal(sample.Windows, again.ReadWindows(0, 1000));
        Assert.Empty(again.ReadWindows(101, 1000));
        Assert.Equal(sample.Marks, again.ReadMarks());
        Assert.Equal(sample.Alerts.Values, again.ReadOpenAlerts());
        Assert.Equal(sample.Links[1].Status, Assert.Single(again.ReadLinks()));
        Assert.Equal(sample.Inventory, again.ReadInventory());
    }

    [Fact]
    public void Write_SameAlertAgain_ReplacesIt()
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        store.Write(Sample());
        HistoryBatch ended = new();
        ended.Alerts[77] = new Alert { Id = 77, Kind = "congestion", Entity = "s1-p3", StartNs = 100, EndNs = 900, DetectedNs = 200 };
        long before = store.Rows;
        store.Write(ended);
        Assert.Equal(before, store.Rows);
        Assert.Empty(store.ReadOpenAlerts());
        HistoryRow row = Assert.Single(store.Query(new HistoryRequest { Table = HistoryRequest.Types.Table.Alerts }));
        Assert.Equal("900", row.Values[row.Columns.IndexOf("end_ns")]);
    }

    [Theory]
    [InlineData(HistoryRequest.Types.Table.Ports, "s1-p3", 1)]
    [InlineData(HistoryRequest.Types.Table.Ports, "", 2)]
    [InlineData(HistoryRequest.Types.Table.Links, "s1-s2", 1)]
    [InlineData(HistoryRequest.Types.Table.Flows, "h1>10.0.0.1", 1)]
    [InlineData(HistoryRequest.Types.Table.Alerts, "s1-p3", 1)]
    [InlineData(HistoryRequest.Types.Table.Events, "h1>h2", 1)]
    [InlineData(HistoryRequest.Types.Table.Devices, "s1", 1)]
    [InlineData(HistoryRequest.Types.Table.Devices, "s1' OR 1=1 --", 0)]
    public void Query_ByEntity_GivesNamedColumns(HistoryRequest.Types.Table table, string entity, int rows)
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        store.Write(Sample());
        List<HistoryRow> found = [.. store.Query(new HistoryRequest { Table = table, Entity = entity })];
        Assert.Equal(rows, found.Count);
        if (rows > 0)
        {
            Assert.Contains("entity", found[0].Columns);
            Assert.Equal(found[0].Columns.Count, found[0].Values.Count);
        }
    }

    [Fact]
    public void Query_Values_AreInvariantAndNullsEmpty()
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        store.Write(Sample());
        HistoryRow device = Assert.Single(store.Query(new HistoryRequest { Table = HistoryRequest.Types.Table.Devices }));
        Assert.Equal("12.5", device.Values[device.Columns.IndexOf("cpu_percent")]);
        Assert.Equal("", device.Values[device.Columns.IndexOf("memory_bytes")]);
        HistoryRow port = store.Query(new HistoryRequest { Table = HistoryRequest.Types.Table.Ports, Limit = 1 }).First();
        Assert.Equal(("1000", "1500", "", "9", ""), (Value("hop_p50_ns"), Value("hop_p99_ns"), Value("queue_max"), Value("tx_packets"), Value("errors")));
        string Value(string column) => port.Values[port.Columns.IndexOf(column)];
    }

    [Fact]
    public void Query_NoTable_IsAClearError()
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        Assert.Throws<HistoryException>(() => store.Query(new HistoryRequest()));
    }

    [Fact]
    public void Open_NoHistory_NamesTheFile()
    {
        File.WriteAllText(HistoryFile, "this is no database, and never was one");
        HistoryException fault = Assert.Throws<HistoryException>(() => DuckDbHistoryStore.Open(HistoryFile));
        Assert.StartsWith(HistoryFile, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ThousandsOfAlertsNewAndChanged_KeepsTheNewestOfEach()
    {
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        HistoryBatch batch = new();
        Alert Of(ulong id) => new() { Id = id, Kind = "silent", Entity = $"node-{id}", StartNs = (long)id, DetectedNs = 7, Score = 1, Explanation = "it's \"quiet\"", Detector = "liveness" };
        for (ulong id = 1; id <= 5000; id++)
        {
            batch.Alerts[id] = Of(id);
        }

        store.Write(batch);
        Assert.Equal(5000, store.Rows);
        batch.Clear();
        for (ulong id = 4001; id <= 6000; id++)
        {
            batch.Alerts[id] = Of(id);
            batch.Alerts[id].EndNs = (long)id + 1;
        }

        store.Write(batch);
        Assert.Equal(6000, store.Rows);
        Assert.Equal(4000, store.ReadOpenAlerts().Count);
        List<HistoryRow> rows = [.. store.Query(new HistoryRequest { Table = HistoryRequest.Types.Table.Alerts, Entity = "node-5000" })];
        HistoryRow row = Assert.Single(rows);
        Assert.Equal(["5000", "silent", "node-5000", "5000", "5001", "7", "1", "it's \"quiet\"", "liveness"], row.Values);
    }
}
