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
