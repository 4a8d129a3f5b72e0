using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;
using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Tests.Nodes;

public class FlowTableTests
{
    private static readonly ExporterState s_exporter = new(default, 22);

    private static FiveTuple Tuple(int number) => Reports.Udp(sourcePort: (ushort)number, destinationPort: (ushort)(number >> 16));

    [Fact]
    public void Evict_ManyTimes_EveryOtherFlowIsStillFoundAndOldOnesGoFirst()
    {
        FlowTable table = new();
        HashSet<int> expected = [];
        Dictionary<FlowState, int> numbers = [];
        Random random = new(1);
        long evictedAges = 0;
        const int Flows = 1000;
        const int Steps = 20_000;
        for (int number = 0; number < Flows + Steps; number++)
        {
            if (number >= Flows)
            {
                FlowState evicted = table.Evict()!;
                evictedAges += number - evicted.LastPacketNs;
                Assert.True(expected.Remove(numbers[evicted]));
            }

            FiveTuple tuple = Tuple(number);
            FlowState flow = new(tuple, new PairState(), s_exporter) { LastPacketNs = number };
            table.Add(flow, tuple.StableHash);
            expected.Add(number);
            numbers[flow] = number;
            Assert.Equal(expected.Count, table.Count);
            if (number % 1000 == 0)
            {
                Assert.All(expected, known => Assert.NotNull(table.Find(Tuple(known), Tuple(known).StableHash)));
                Assert.Equal(expected.Count, table.All().Count());
            }
        }

        // Of a random choice the mean age would be the number of flows.
        Assert.InRange(evictedAges / Steps, Flows * 7 / 10, Flows * 2);
        Assert.DoesNotContain(expected, number => number < Steps / 2);
    }

    [Fact]
    public void Evict_AllActive_ReturnsNull()
    {
        FlowTable table = new();
        FiveTuple tuple = Tuple(1);
        table.Add(new FlowState(tuple, new PairState(), s_exporter) { Active = true }, tuple.StableHash);
        Assert.Null(table.Evict());
        Assert.NotNull(table.Find(tuple, tuple.StableHash));
    }
}
