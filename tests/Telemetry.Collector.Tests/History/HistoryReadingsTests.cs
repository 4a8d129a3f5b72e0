using Telemetry.Collector.Contracts;
using Telemetry.Collector.History;
using Table = Telemetry.Collector.Contracts.HistoryRequest.Types.Table;

namespace Telemetry.Collector.Tests.History;

public sealed class HistoryReadingsTests : IDisposable
{
    private const long Second = 1_000_000_000;
    private static readonly HistoryRetention s_retention = new() { RawNs = 60 * Second, TenSecondsNs = 600 * Second, FiveMinutesNs = 6000 * Second, SettleNs = 0 };

    private readonly DuckDbHistoryStore _store = DuckDbHistoryStore.InMemory();

    public void Dispose() => _store.Dispose();

    private static DeviceDetail DetailAt(long second, params string[] rules)
    {
        DeviceDetail detail = new()
        {
            Name = "r1",
            TimeNs = second * Second,
            Interfaces = { new InterfaceCounters { Name = "eth0", RxBytes = (ulong)second * 100, TxDrops = 3 }, new InterfaceCounters { Name = "eth1" } },
            Queues = { new QueueCounters { Interface = "eth0", Kind = "tbf", Handle = "1:", Drops = (ulong)second, BacklogPackets = 7 } },
            Tables = { new TableStatistics { Name = "MyIngress.ipv4_lpm", Entries = 12 } },
        };
        TableStatistics firewall = new() { Name = "nft inet filter input", Entries = (ulong)rules.Length, Packets = (ulong)second, Bytes = 0 };
        firewall.Rows.AddRange(rules);
        detail.Tables.Add(firewall);
        return detail;
    }

    private void Write(params DeviceDetail[] details)
    {
        HistoryBatch batch = new();
        batch.Details.AddRange(details);
        _store.Write(batch);
    }

    private List<string[]> Read(Table table, string columns, string entity = "r1", string resolution = "", long fromNs = 0, long toNs = 0)
    {
        List<HistoryRow> rows = [.. _store.Query(new HistoryRequest { Table = table, Entity = entity, Resolution = resolution, FromNs = fromNs, ToNs = toNs })];
        return [.. rows.Select(row => columns.Split(' ').Select(column => row.Values[rows[0].Columns.IndexOf(column)]).ToArray())];
    }

    [Fact]
    public void Write_DetailsOfADevice_AreRowsByTimeAndEntity()
    {
        Write(DetailAt(5), DetailAt(6));
        Assert.Equal(10, _store.Rows);
        Assert.Equal([["5000000000", "eth0", "500", "3"], ["5000000000", "eth1", "0", "0"]], Read(Table.Interfaces, "time_ns interface rx_bytes tx_drops", toNs: 6 * Second));
        Assert.Equal([["eth0", "tbf", "1:", "6", "7"]], Read(Table.Queues, "interface kind handle drops backlog_packets", fromNs: 6 * Second));
        Assert.Equal(
            [["MyIngress.ipv4_lpm", "12", ""], ["nft inet filter input", "0", "6"]], Read(Table.Tables, "name entries packets", fromNs: 6 * Second));
        Assert.Empty(Read(Table.Tables, "name", entity: "r2"));
        Assert.Empty(Read(Table.TableRows, "name"));
    }

    [Fact]
    public void Write_TableRows_AreKeptWhenOneChangesNotWhenTheyCount()
    {
        Write(DetailAt(1, "ip saddr 10.0.0.1 counter packets 1 bytes 9 drop # handle 4", "accept"));
        Write(DetailAt(2, "ip saddr 10.0.0.1 counter packets 5 bytes 90 drop # handle 4", "accept"));
        Write(DetailAt(3, "accept"), DetailAt(4, "accept"));
        Write(DetailAt(5));
        Assert.Equal(
            [
                ["1000000000", "0", "ip saddr 10.0.0.1 counter drop # handle 4"], ["1000000000", "1", "accept"],
                ["3000000000", "0", "accept"],
                ["5000000000", "", ""],
            ],
            Read(Table.TableRows, "time_ns position row"));
    }

    [Fact]
    public void Tend_OldReadings_KeepTheLastOfEachSpan()
    {
        Write([.. Enumerable.Range(0, 1000).Select(second => DetailAt(second))]);
        _store.Tend(1000 * Second, s_retention);
        List<long> seconds = [.. Read(Table.Queues, "time_ns").Select(row => long.Parse(row[0], null) / Second)];
        Assert.Equal([299, 309, 319], seconds.Take(3));
        Assert.Equal(1 + 64 + 60, seconds.Count);
        Assert.Equal(Enumerable.Range(940, 60).Select(second => (long)second), seconds.TakeLast(60));
        Assert.Equal(2 * seconds.Count, Read(Table.Interfaces, "time_ns").Count);

        _store.Tend(1000 * Second, s_retention);
        Assert.Equal(seconds.Count, Read(Table.Queues, "time_ns").Count);
        _store.Tend(100_000 * Second, s_retention);
        Assert.Empty(Read(Table.Queues, "time_ns"));
    }

    [Fact]
    public void Tend_OldDeviceStates_KeepTheLastOfEachStateAndSpan()
    {
        HistoryBatch batch = new();
        for (int i = 0; i < 100; i++)
        {
            batch.Devices.Add((i * Second, new DeviceStatus { Name = "s1", State = i == 4 ? DeviceState.Silent : DeviceState.Up, CpuPercent = i }));
        }

        _store.Write(batch);
        _store.Tend(100 * Second, s_retention);
        Assert.Equal([["Silent", "4"], ["Up", "9"], ["Up", "19"], ["Up", "29"], ["Up", "39"], ["Up", "40"]], Read(Table.Devices, "state cpu_percent", entity: "s1").Take(6));
    }

    [Fact]
    public void Query_Coarser_GivesTheLastReadingOfEachSpan()
    {
        Write([.. Enumerable.Range(0, 30).Select(second => DetailAt(second))]);
        Assert.Equal([["eth0", "900"], ["eth1", "0"], ["eth0", "1900"], ["eth1", "0"], ["eth0", "2900"], ["eth1", "0"]], Read(Table.Interfaces, "interface rx_bytes", resolution: "10s"));
        Assert.Equal(30, Read(Table.Queues, "drops", resolution: "raw").Count);
    }

    [Fact]
    public void Write_Exemplars_KeepsTheMostExtremeAndFew()
    {
        Exemplar Of(ExemplarReason reason, string entity, ulong value) => new()
        {
            Reason = reason,
            Entity = entity,
            Value = value,
            TimeNs = (long)value,
            Src = "h1",
            Dst = "h2",
            Bytes = 500,
            Key = new FlowKey { SrcAddress = 1, DstAddress = 2, Protocol = 17, SrcPort = 4000, DstPort = 80 },
            Hops = { new ExemplarHop { Switch = "s1", IngressPort = 1, EgressPort = 3, LatencyNs = 20_000, QueueDepth = 5 }, new ExemplarHop { NodeId = 9 } },
        };
        HistoryBatch batch = new();
        for (ulong i = 1; i <= 100; i++)
        {
            Window window = new() { StartNs = (long)i };
            window.Exemplars.Add(Of(ExemplarReason.SlowestHop, "s1-p3", i));
            window.Exemplars.Add(Of(ExemplarReason.DeepestQueue, $"s1-p{i}", i));
            batch.Windows.Add(window);
        }

        batch.Events.Add(new Event { Kind = EventKind.Drop, Entity = "s2-p1", Exemplar = Of(ExemplarReason.Drop, "s2-p1", 71) });
        _store.Write(batch);
        List<string[]> rows = Read(Table.Exemplars, "reason entity value src dst protocol src_port dst_port bytes hops", entity: "");
        Assert.Equal(16, rows.Count);
        Assert.Equal(["Drop", "s2-p1", "71", "h1", "h2", "17", "4000", "80", "500", "s1 1>3 20000 ns q5; node-9"], rows[0]);
        Assert.Equal("100", Assert.Single(rows, row => row[0] == "SlowestHop")[2]);
        Assert.Equal(Enumerable.Range(87, 14).Select(i => $"{i}"), rows.Where(row => row[0] == "DeepestQueue").Select(row => row[2]));
    }

    [Fact]
    public void OpenReadOnly_FileFromBeforeThereWereReadings_OpensAndSaysWhatIsMissing()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("telemetry-history").FullName, "old.duckdb");
        DuckDbHistoryStore.Open(file).Dispose();
        using (DuckDB.NET.Data.DuckDBConnection connection = new($"DataSource={file}"))
        {
            connection.Open();
            using DuckDB.NET.Data.DuckDBCommand command = connection.CreateCommand();
            command.CommandText = "DROP TABLE queues";
            command.ExecuteNonQuery();
        }

        using DuckDbHistoryStore store = DuckDbHistoryStore.OpenReadOnly(file);
        HistoryException fault = Assert.Throws<HistoryException>(() => store.Query(new HistoryRequest { Table = Table.Queues }).ToList());
        Assert.Contains("queues", fault.Message, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }
}
