using Telemetry.Collector.Contracts;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;
using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Tests.Nodes;

/// <summary>More flows than a node tracks, and what many take; TELEMETRY_FLOWS sets how many, up to a million.</summary>
public class ManyFlowsTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static byte[] Report(int flow, uint sequence)
    {
        FiveTuple tuple = Reports.Udp(0x0A000000u + (uint)(flow >> 8), Reports.H2, (ushort)(1000 + (flow & 0xFF)));
        return Reports.TwoHops(sequence & 0x3F_FFFF, (ushort)sequence, flow: tuple);
    }

    [Fact]
    public void OnDatagram_NewFlowsWhileOldOnesAreSilent_TakeTheirPlaces()
    {
        ManualTime time = new();
        BatchList batches = new();
        NodeEngine node = new(new NodeOptions { MaxFlows = 100 }, time, batches);
        uint sequence = 0;
        for (int round = 0; round < 10; round++)
        {
            for (int flow = 0; flow < 80; flow++)
            {
                node.OnDatagram(Report((round * 80) + flow, sequence++));
            }

            time.AdvanceMs(500); // nobody is idle long enough to be forgotten otherwise
            node.Tick();
        }

        NodeStatistics statistics = node.Statistics;
        Assert.Equal((100, 0L), (statistics.Flows, statistics.FlowPacketsOmitted));
        Assert.Equal(700, statistics.FlowsEvicted);
        Assert.Equal(800ul, batches.Windows.SelectMany(window => window.Flows).Aggregate(0ul, (sum, flow) => sum + flow.Packets));
    }

    [Fact]
    public void OnDatagram_MoreActiveThanTracked_OthersAreCounted()
    {
        ManualTime time = new();
        NodeEngine node = new(new NodeOptions { MaxFlows = 100 }, time, new BatchList());
        for (int flow = 0; flow < 150; flow++)
        {
            node.OnDatagram(Report(flow, (uint)flow));
        }

        Assert.Equal((100, 50L, 0L), (node.Statistics.Flows, node.Statistics.FlowPacketsOmitted, node.Statistics.FlowsEvicted));
    }

    [Fact]
    public void OnDatagram_ZipfOfFarMoreThanTracked_WindowsTellTheLargestWithinTheirBounds()
    {
        const int Flows = 200_000;
        const int Windows = 8;
        const int PacketsPerWindow = 30_000;
        ManualTime time = new();
        BatchList batches = new();
        NodeOptions options = new() { MaxFlows = 500, TopFlows = 256, LatenessNs = 0 };
        NodeEngine node = new(options, time, batches);
        node.SetInventory(Inventories.Linear());

        // The largest flows begin after small ones have taken all places.
        Zipf zipf = new(Flows, seed: 3);
        Dictionary<(uint Source, uint Port), ulong>[] truth = [.. Enumerable.Range(0, Windows).Select(_ => new Dictionary<(uint, uint), ulong>())];
        uint sequence = 0;
        for (int window = 0; window < Windows; window++)
        {
            for (int i = 0; i < PacketsPerWindow; i++)
            {
                int flow = window == 0 && i < options.MaxFlows ? Flows - 1 - i : zipf.Next();
                FiveTuple tuple = Reports.Udp(0x0A000000u + (uint)(flow >> 8), Reports.H2, (ushort)(1000 + (flow & 0xFF)));
                (uint, uint) key = ((uint)tuple.Source, tuple.SourcePort);
                truth[window][key] = truth[window].GetValueOrDefault(key) + 500;
                node.OnDatagramOfMany(Reports.TwoHops(sequence & 0x3F_FFFF, (ushort)sequence, flow: tuple, atUs: 1000 + (ulong)(window * 100_000)), default);
                sequence++;
            }

            time.AdvanceMs(100);
            node.Tick();
        }

        Window[] windows = [.. batches.Windows];
        Assert.Equal(Windows, windows.Length);
        for (int i = 0; i < Windows; i++)
        {
            Window window = windows[i];
            Assert.Equal((ulong)PacketsPerWindow, window.Flows.Aggregate(window.FlowPacketsOmitted, (sum, flow) => sum + flow.Packets));
            ulong bound = truth[i].Values.Aggregate((a, b) => a + b) / (ulong)options.TopFlows;
            Assert.InRange(window.OmittedFlowBytesMax, 1ul, 2 * bound);
            Dictionary<(uint, uint), FlowWindow> told = window.Flows.ToDictionary(flow => (flow.Key.SrcAddress, flow.Key.SrcPort)); // each once
            foreach (((uint, uint) key, ulong bytes) in truth[i])
            {
                if (told.TryGetValue(key, out FlowWindow? flow))
                {
                    Assert.InRange(bytes, flow.Bytes, flow.Bytes + flow.BytesError);
                    Assert.InRange(bytes / 500, flow.Packets, flow.Packets + flow.PacketsError);
                    Assert.InRange(flow.BytesError, 0ul, bound);
                }
                else
                {
                    Assert.InRange(bytes, 0ul, window.OmittedFlowBytesMax);
                }
            }
        }

        // What was large beyond the table has a place in it, so a path and a latency, from the next window on.
        FlowWindow[] largest = [.. windows[^1].Flows.OrderByDescending(flow => flow.Bytes).Take(30)];
        Assert.Empty(windows[0].Flows.MaxBy(flow => flow.Bytes)!.Path);
        Assert.All(largest, flow => Assert.Equal(["s1", "s2"], flow.Path));
        Assert.All(largest, flow => Assert.Equal(0ul, flow.BytesError));
        NodeStatistics statistics = node.Statistics;
        Assert.InRange(statistics.FlowsPromoted, 20, statistics.FlowsTracked);
        Assert.InRange(statistics.FlowBytesErrorMax, 1, PacketsPerWindow * 500 / options.TopFlows);
        Assert.Equal(options.MaxFlows, statistics.Flows);
    }

    [Fact]
    public void OnDatagram_ManyActiveFlows_TakeLessThanAThousandBytesEach()
    {
        int flows = int.TryParse(Environment.GetEnvironmentVariable("TELEMETRY_FLOWS"), out int asked) ? asked : 100_000;
        ManualTime time = new();
        NodeEngine node = new(new NodeOptions { MaxFlows = flows }, time, new BatchList { Keeps = false });
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int flow = 0; flow < flows; flow++)
        {
            node.OnDatagram(Report(flow, (uint)flow));
        }

        time.AdvanceMs(200);
        node.Tick();
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / flows;
        output.WriteLine($"{flows} flows, {each} bytes each, {Environment.WorkingSet >> 20} MiB of the process");
        Assert.Equal(flows, node.Statistics.Flows);
        Assert.InRange(each, 1, 1000);
    }
}
