using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.History;

namespace Telemetry.Collector.Tests.History;

public class HistoryTierTests
{
    private const long Second = 1_000_000_000;
    private static readonly HistoryRetention s_retention = new() { RawNs = 60 * Second, TenSecondsNs = 600 * Second, FiveMinutesNs = 6000 * Second, SettleNs = 0 };

    private readonly DuckDbHistoryStore _store = DuckDbHistoryStore.InMemory();

    private static Window WindowAt(long second, ulong packets = 1)
    {
        ValueHistogram latency = new();
        latency.Add(1000 + second, (long)packets);
        return new Window
        {
            StartNs = second * Second,
            LengthNs = Second,
            FlowPacketsOmitted = 1,
            Ports = { new PortWindow { Switch = "s1", Port = 1, Packets = packets, HopLatencyNs = latency.ToDistribution(), QueueDepth = new Distribution(), TxPackets = 2 } },
            Links = { new LinkWindow { A = "s1", APort = 1, B = "s2", BPort = 1, Packets = packets, LatencyNs = latency.ToDistribution() } },
            Flows = { new FlowWindow { Key = new FlowKey { SrcAddress = 1 }, Src = "h1", Dst = "h2", Packets = packets, Bytes = 100, LatencyNs = new Distribution() } },
        };
    }

    private void Write(IEnumerable<Window> windows)
    {
        HistoryBatch batch = new();
        batch.Windows.AddRange(windows);
        _store.Write(batch);
    }

    private List<Window> Read(long fromSecond = 0, long toSecond = 100_000) => [.. _store.ReadWindows(fromSecond * Second, toSecond * Second)];

    private static ulong Packets(IEnumerable<Window> windows) => windows.SelectMany(window => window.Ports).Aggregate(0ul, (sum, port) => sum + port.Packets);

    [Fact]
    public void Tend_RawWindowsOlderThanKept_AreReplacedByTheirExactSums()
    {
        Write(Enumerable.Range(0, 100).Select(second => WindowAt(second)));
        _store.Tend(100 * Second, s_retention);
        List<Window> windows = Read();
        Assert.Equal(4 + 60, windows.Count);
        Assert.Equal([0, 10, 20, 30, 40], windows.Take(5).Select(window => window.StartNs / Second));
        Window first = windows[0];
        Assert.Equal((10 * Second, 10ul, 10ul, 20ul), (first.LengthNs, first.FlowPacketsOmitted, first.Ports[0].Packets, first.Ports[0].TxPackets));
        Assert.Equal((10ul, 1000ul), (first.Links[0].Packets, first.Flows[0].Bytes));
        ValueHistogram latency = new();
        Assert.True(latency.TryMerge(first.Ports[0].HopLatencyNs));
        Assert.Equal((1000L, 1009L, 10L), (latency.Min, latency.Max, latency.Count));
        Assert.Equal(100ul, Packets(windows));
    }

    [Fact]
    public void Tend_Twice_ChangesNothing()
    {
        Write(Enumerable.Range(0, 100).Select(second => WindowAt(second)));
        _store.Tend(100 * Second, s_retention);
        List<Window> before = Read();
        _store.Tend(100 * Second, s_retention);
        Assert.Equal(before, Read());
    }

    [Theory, InlineData(5), InlineData(95)]
    public void Write_WindowLaterThanItsCoarserOne_IsAddedToIt(long lateSecond)
    {
        // At 5 s the raw windows are gone already, at 95 s they are still there.
        Write(Enumerable.Range(0, 100).Select(second => WindowAt(second)));
        _store.Tend(100 * Second, s_retention);
        Write([WindowAt(lateSecond, packets: 7)]);
        _store.Tend(100 * Second, s_retention);
        _store.Tend(100 * Second, s_retention);
        Assert.Equal(107ul, Packets(Read()));
        HistoryRequest coarse = new() { Table = HistoryRequest.Types.Table.Ports, Resolution = "10s", FromNs = lateSecond / 10 * 10 * Second, Limit = 1 };
        HistoryRow row = _store.Query(coarse).Single();
        Assert.Equal("17", row.Values[row.Columns.IndexOf("packets")]);
    }

    [Fact]
    public void Tend_OverHours_KeepsEachTierAsLongAsSaidAndLosesNothingBetween()
    {
        for (int second = 0; second < 3000; second += 100)
        {
            int from = second;
            Write(Enumerable.Range(from, 100).Select(s => WindowAt(s)));
            _store.Tend((second + 100) * Second, s_retention);
        }

        List<Window> windows = Read();
        Assert.Equal(3000ul, Packets(windows));
        Assert.Equal(new[] { 300L, 10, 1 }, windows.Select(window => window.LengthNs / Second).Distinct());
        Assert.InRange(windows.Count, 8 + 54 + 60 - 2, 8 + 90 + 70);
        _store.Tend(20_000 * Second, s_retention with { FiveMinutesNs = 600 * Second });
        Assert.Empty(Read());
    }

    [Fact]
    public void Query_Auto_TakesTheFinestThatFits()
    {
        Write(Enumerable.Range(0, 2000).Select(second => WindowAt(second)));
        for (int i = 0; i < 5; i++)
        {
            _store.Tend(2000 * Second, s_retention); // a pass makes only so many
        }

        HistoryRequest request = new() { Table = HistoryRequest.Types.Table.Ports, Resolution = "auto", Limit = 100_000 };
        Assert.Equal("10000000000", _store.Query(Copy(1500)).First().Values[1]);
        Assert.Equal("1000000000", _store.Query(Copy(1960)).First().Values[1]);
        Assert.Equal("300000000000", _store.Query(Copy(0)).First().Values[1]);
        HistoryRequest Copy(long from)
        {
            HistoryRequest copy = request.Clone();
            copy.FromNs = from * Second;
            return copy;
        }
    }

    [Fact]
    public void Query_UnknownResolution_SaysWhichThereAre()
    {
        HistoryException fault = Assert.Throws<HistoryException>(() => _store.Query(new HistoryRequest { Table = HistoryRequest.Types.Table.Ports, Resolution = "1h" }));
        Assert.Contains("auto, raw, 10s, 5m", fault.Message, StringComparison.Ordinal);
    }
}
