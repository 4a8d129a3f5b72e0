using Telemetry.Collector.Nodes;

namespace Telemetry.Collector.Tests.Nodes;

public class SequenceTrackerTests
{
    private static SequenceTracker Exporter() => new(22, 1 << 20, restartsAtZero: true, trustAtOnce: true);

    private static SequenceTracker Identification() => new(16, 8192, restartsAtZero: false, trustAtOnce: false);

    private static void Feed(ref SequenceTracker tracker, IEnumerable<uint> numbers)
    {
        foreach (uint number in numbers)
        {
            tracker.Observe(number);
        }
    }

    private static long Settled(ref SequenceTracker tracker)
    {
        tracker.Settle();
        tracker.Settle();
        return tracker.Lost;
    }

    [Theory, InlineData(0u), InlineData(4194000u), InlineData(4194303u)]
    public void Exporter_InOrderOverTheWrap_LosesNothing(uint start)
    {
        SequenceTracker tracker = Exporter();
        Feed(ref tracker, Enumerable.Range(0, 1000).Select(i => (start + (uint)i) & 0x3FFFFF));
        Assert.Equal((0, 0), (Settled(ref tracker), tracker.Restarts));
    }

    [Theory, InlineData(10, 3), InlineData(100, 200), InlineData(999, 70000)]
    public void Exporter_Gap_CountsWhatIsMissing(int before, int missing)
    {
        SequenceTracker tracker = Exporter();
        uint start = 4194303u - 50;
        Feed(ref tracker, Enumerable.Range(0, before).Select(i => start + (uint)i));
        Feed(ref tracker, Enumerable.Range(before + missing, 200).Select(i => start + (uint)i));
        Assert.Equal((missing, 0), (Settled(ref tracker), tracker.Restarts));
    }

    [Fact]
    public void Exporter_RandomLossAndReordering_CountsExactlyTheLost()
    {
        Random random = new(5);
        SequenceTracker tracker = Exporter();
        tracker.Observe(0);
        List<uint> numbers = [.. Enumerable.Range(1, 20_000).Select(i => (uint)i)];
        HashSet<uint> lost = [.. numbers.Where(number => number < 19_990 && random.NextDouble() < 0.05)];
        // Each number is late by up to 30 places.
        foreach (uint number in numbers.Where(number => !lost.Contains(number)).OrderBy(number => number + random.Next(0, 30)))
        {
            tracker.Observe(number);
        }

        Assert.Equal((lost.Count, 0), (Settled(ref tracker), tracker.Restarts));
    }

    [Theory, InlineData(5u), InlineData(60u), InlineData(100_000u), InlineData(3_000_000u)]
    public void Exporter_StartsAnewAtZero_IsNoLoss(uint head)
    {
        SequenceTracker tracker = Exporter();
        Feed(ref tracker, Enumerable.Range(0, 100).Select(i => head + (uint)i));
        Feed(ref tracker, Enumerable.Range(0, 100).Select(i => (uint)i));
        Assert.Equal((0, 1), (Settled(ref tracker), tracker.Restarts));
        Feed(ref tracker, [101, 102]);
        Assert.Equal(1, Settled(ref tracker));
    }

    [Fact]
    public void Exporter_AlwaysZero_IsKnownNotToCount()
    {
        SequenceTracker tracker = Exporter();
        Feed(ref tracker, Enumerable.Repeat(0u, 20));
        Assert.Equal((0, false), (Settled(ref tracker), tracker.Counts));
    }

    [Fact]
    public void Exporter_EveryDatagramTwice_LosesNothingAndKeepsGaps()
    {
        SequenceTracker tracker = Exporter();
        Feed(ref tracker, Enumerable.Range(0, 500).Where(i => i % 10 != 3).SelectMany(i => (uint[])[(uint)i, (uint)i]));
        Assert.Equal((50, 0, true), (Settled(ref tracker), tracker.Restarts, tracker.Counts));
    }

    [Fact]
    public void Identification_CountingSender_LossIsKnownAfterAFewPackets()
    {
        SequenceTracker tracker = Identification();
        Feed(ref tracker, Enumerable.Range(65_530, 100).Where(i => i is not (65_532 or 65_540 or 65_541)).Select(i => (uint)i & 0xFFFF));
        Assert.Equal((true, 3), (tracker.Counts, Settled(ref tracker)));
    }

    [Fact]
    public void Identification_BurstOf3000Lost_IsCounted()
    {
        SequenceTracker tracker = Identification();
        Feed(ref tracker, Enumerable.Range(0, 50).Select(i => (uint)i));
        Feed(ref tracker, Enumerable.Range(3050, 50).Select(i => (uint)i));
        Assert.Equal((true, 3000), (tracker.Counts, Settled(ref tracker)));
    }

    [Fact]
    public void Identification_Constant_IsUnknown()
    {
        SequenceTracker tracker = Identification();
        Feed(ref tracker, Enumerable.Repeat(0u, 100));
        Assert.False(tracker.Counts);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Identification_Random_IsUnknown(int seed)
    {
        Random random = new(seed);
        SequenceTracker tracker = Identification();
        for (int i = 0; i < 5000; i++)
        {
            tracker.Observe((uint)random.Next(0, 65536));
            Assert.False(tracker.Counts);
        }
    }

    [Fact]
    public void Settle_GapJustOpened_IsNotCountedYet()
    {
        SequenceTracker tracker = Exporter();
        Feed(ref tracker, [1, 2, 4]);
        Assert.True(tracker.HasGaps);
        tracker.Settle();
        Assert.Equal(0, tracker.Lost);
        tracker.Observe(3);
        Assert.False(tracker.HasGaps);
        Assert.Equal(0, Settled(ref tracker));
    }
}
