using Telemetry.Collector.Contracts;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Nodes;

public class ThresholdTests
{
    [Theory]
    [InlineData("latency@s1-p3=500us", ThresholdMetric.Latency, "s1-p3", 500_000)]
    [InlineData("link=2ms", ThresholdMetric.Link, null, 2_000_000)]
    [InlineData("flow@h1>h4=1.5s", ThresholdMetric.Flow, "h1>h4", 1_500_000_000)]
    [InlineData("QUEUE=50", ThresholdMetric.Queue, null, 50)]
    [InlineData("utilisation=90%", ThresholdMetric.Utilisation, null, 0.9)]
    [InlineData("loss@h1>h4=1%", ThresholdMetric.Loss, "h1>h4", 0.01)]
    public void TryParse_OfEachForm_IsWhatItSays(string text, ThresholdMetric metric, string? entity, double limit)
    {
        Assert.True(Threshold.TryParse(text, out Threshold? threshold));
        Assert.Equal((metric, entity), (threshold!.Metric, threshold.Entity));
        Assert.Equal(limit, threshold.Limit, 9);
    }

    [Theory, InlineData(""), InlineData("latency"), InlineData("latency=5"), InlineData("queue=5ms"), InlineData("loss=2"), InlineData("speed=1"), InlineData("0=5"), InlineData("queue@=5"), InlineData("queue=-1"), InlineData("=")]
    public void TryParse_OfNoForm_ReturnsFalse(string text) => Assert.False(Threshold.TryParse(text, out _));

    [Fact]
    public void Windows_AboveALimitAndBelowAgain_ToldOnceEach()
    {
        ManualTime time = new();
        BatchList batches = new();
        NodeEngine node = new(
            new NodeOptions { Thresholds = [new(ThresholdMetric.Queue, "s1-p3", 50), new(ThresholdMetric.Queue, "s2-p1", 50), new(ThresholdMetric.Latency, null, 25_000), new(ThresholdMetric.Loss, null, 0.01)] },
            time,
            batches);
        node.SetInventory(Inventories.Linear());
        uint sequence = 0;
        for (uint i = 0; i < 1000; i++)
        {
            // From 300 to 600 ms the queue of s1 is deep; from 800 ms on every tenth packet is lost.
            if (i < 800 || i % 10 != 5)
            {
                node.OnDatagram(Reports.TwoHops(sequence++, (ushort)i, atUs: i * 1000, depth1: i is >= 300 and < 600 ? 60u : 2u));
            }

            time.AdvanceMs(1);
            node.Tick();
        }

        node.Flush();
        Event[] told = [.. batches.Events.Where(one => one.Kind == EventKind.Threshold)];
        Assert.Equal(["queue 60 packets, above 50 packets", "queue 2 packets, no longer above 50 packets"], told.Where(one => one.Entity == "s1-p3").Select(one => one.Detail));
        Assert.Equal(["latency 30 us, above 25 us"], told.Where(one => one.Entity == "s2-p1").Select(one => one.Detail));
        Assert.StartsWith("loss ", told.First(one => one.Entity == "h1>h2").Detail, StringComparison.Ordinal);
        Assert.InRange(told.Length, 4, 6);
    }
}
