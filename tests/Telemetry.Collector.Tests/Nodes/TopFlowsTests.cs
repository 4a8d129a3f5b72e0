using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;
using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Tests.Nodes;

public class TopFlowsTests
{
    private static readonly ExporterState s_exporter = new(default, 22);

    private static FiveTuple Tuple(int flow) => FiveTuple.Ipv4(0x0A000000u + (uint)(flow >> 14), Reports.H2, 17, (ushort)(flow & 0x3FFF), 443);

    private static int FlowOf(in FiveTuple tuple) => ((int)((uint)tuple.Source - 0x0A000000u) << 14) | tuple.SourcePort;

    private static void Add(TopFlows flows, int flow, int bytes)
    {
        FiveTuple tuple = Tuple(flow);
        flows.Add(tuple, tuple.StableHash, s_exporter, bytes);
    }

    [Theory, InlineData(3_000_000, 4_000_000, 4096), InlineData(50_000, 400_000, 100), InlineData(1000, 100_000, 1), InlineData(500, 50_000, 499)]
    public void Add_ZipfOfMoreFlowsThanHeld_TruthIsWithinTheBounds(int count, int packets, int capacity)
    {
        Zipf zipf = new(count, seed: 7);
        Random random = new(8);
        TopFlows flows = new(capacity);
        ulong[] trueBytes = new ulong[count];
        ulong[] truePackets = new ulong[count];
        for (int i = 0; i < packets; i++)
        {
            int flow = zipf.Next();
            int bytes = 40 + random.Next(1460);
            Add(flows, flow, bytes);
            trueBytes[flow] += (ulong)bytes;
            truePackets[flow]++;
        }

        ulong all = trueBytes.Aggregate((a, b) => a + b);
        Assert.Equal((all, capacity), (flows.Bytes, flows.Count));
        HashSet<int> held = [];
        foreach (ref readonly TopFlows.Entry entry in flows.Entries)
        {
            int flow = FlowOf(entry.Tuple);
            Assert.True(held.Add(flow));
            Assert.InRange(trueBytes[flow], entry.Bytes, entry.Bytes + entry.BytesError);
            Assert.InRange(truePackets[flow], entry.Packets, entry.Packets + entry.PacketsError);
            Assert.InRange(entry.BytesError, 0ul, all / (ulong)capacity);
        }

        Assert.InRange(flows.OthersBytesMax, 1ul, all / (ulong)capacity);
        for (int flow = 0; flow < count; flow++)
        {
            if (!held.Contains(flow))
            {
                Assert.True(trueBytes[flow] <= flows.OthersBytesMax && truePackets[flow] <= flows.OthersPacketsMax, $"flow {flow} is not held");
            }
        }
    }

    [Fact]
    public void Add_NoMoreFlowsThanHeld_IsExactAlsoAfterClear()
    {
        TopFlows flows = new(100);
        for (int round = 1; round <= 2; round++)
        {
            for (int i = 0; i < 1000; i++)
            {
                Add(flows, i % 100, round);
            }

            Assert.Equal((100, 0ul, 0ul, 1000ul * (ulong)round), (flows.Count, flows.OthersBytesMax, flows.OthersPacketsMax, flows.Bytes));
            foreach (ref readonly TopFlows.Entry entry in flows.Entries)
            {
                Assert.Equal((10ul, 10ul * (ulong)round, 0ul, 0ul), (entry.Packets, entry.Bytes, entry.PacketsError, entry.BytesError));
            }

            flows.Clear();
            Assert.Equal((0, 0ul), (flows.Count, flows.Bytes));
        }
    }

    [Fact]
    public void Add_OnceThere_AllocatesNothing()
    {
        TopFlows flows = new(64);
        Add(flows, 0, 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            Add(flows, i * 31 % 1009, 100);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
