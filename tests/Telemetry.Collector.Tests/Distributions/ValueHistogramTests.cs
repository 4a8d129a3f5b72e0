using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;

namespace Telemetry.Collector.Tests.Distributions;

public class ValueHistogramTests
{
    [Theory, InlineData(1), InlineData(7), InlineData(1000), InlineData(4096)]
    public void Quantile_WithinLimit_IsNearestRankExactly(int count)
    {
        Random random = new(count);
        long[] values = [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(0, long.MaxValue))];
        ValueHistogram histogram = new();
        Array.ForEach(values, value => histogram.Add(value));
        Array.Sort(values);

        Assert.Equal((ValueHistogram.AllBits, 0.0), (histogram.Bits, histogram.RelativeError));
        foreach (double q in (double[])[0, 0.01, 0.5, 0.9, 0.99, 1])
        {
            Assert.Equal(values[Math.Max(0, (int)Math.Ceiling(q * count) - 1)], histogram.Quantile(q));
        }

        Assert.Equal(values[^1], histogram.Max);
    }

    [Theory, InlineData(65, 1.0), InlineData(300, 0.13), InlineData(4096, 0.0079)]
    public void Quantile_BeyondLimit_IsBelowTruthByLessThanTheStatedShare(int limit, double most)
    {
        Random random = new(limit);
        ValueHistogram histogram = new(limit);
        long[] values = new long[20_000];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (long)Math.Exp(random.NextDouble() * 25);
            histogram.Add(values[i]);
            Assert.InRange(histogram.Distinct, 1, limit);
        }

        Array.Sort(values);
        Assert.InRange(histogram.RelativeError, double.Epsilon, most);
        Assert.Equal(values.Length, histogram.Count);
        for (int percent = 0; percent <= 100; percent++)
        {
            long truth = values[Math.Max(0, (int)Math.Ceiling(percent / 100.0 * values.Length) - 1)];
            Assert.InRange(histogram.Quantile(percent / 100.0), truth * (1 - histogram.RelativeError), truth);
        }
    }

    [Fact]
    public void Merge_OfParts_EqualsTheWhole()
    {
        Random random = new(1);
        ValueHistogram whole = new(128);
        ValueHistogram merged = new(128);
        for (int part = 0; part < 10; part++)
        {
            ValueHistogram one = new(part % 2 == 0 ? 100 : 4096);
            for (int i = 0; i < 500; i++)
            {
                long value = random.Next(0, 1 << (part + 8));
                one.Add(value);
                whole.Add(value);
            }

            merged.Merge(one);
        }

        Assert.Equal(whole.Count, merged.Count);
        double error = Math.Max(whole.RelativeError, merged.RelativeError);
        for (int percent = 0; percent <= 100; percent += 5)
        {
            (long one, long other) = (whole.Quantile(percent / 100.0), merged.Quantile(percent / 100.0));
            Assert.InRange(Math.Abs(one - other), 0, error * Math.Max(one, other) * 1.01);
        }
    }

    [Fact]
    public void ToDistribution_ThereAndBack_IsTheSame()
    {
        Random random = new(2);
        ValueHistogram histogram = new(100);
        for (int i = 0; i < 3000; i++)
        {
            histogram.Add(random.Next(0, 5000), random.Next(1, 4));
        }

        Distribution message = histogram.ToDistribution();
        ValueHistogram back = ValueHistogram.FromDistribution(Distribution.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(message)));
        Assert.Equal(histogram.Count, back.Count);
        Assert.Equal(histogram.Bits, back.Bits);
        Assert.InRange(histogram.Bits, 1, ValueHistogram.AllBits - 1);
        Assert.Equal(message, back.ToDistribution());
    }

    [Fact]
    public void FromDistribution_OfAnOlderProgram_ValuesAreMultiplesOfItsUnit()
    {
        ValueHistogram histogram = ValueHistogram.FromDistribution(new Distribution { Shift = 4, Deltas = { 2, 3 }, Counts = { 1, 1 } });
        Assert.Equal((32, 80), (histogram.Quantile(0), histogram.Max));
    }

    [Fact]
    public void Add_ExtremesBeyondTheLimit_StaysWithinItAndTheStatedShare()
    {
        ValueHistogram histogram = new(65);
        for (int bit = 0; bit < 63; bit++)
        {
            histogram.Add(1L << bit);
            histogram.Add((1L << bit) + ((1L << bit) / 2));
        }

        histogram.Add(0);
        histogram.Add(long.MaxValue);
        Assert.Equal((1, 1.0, 65L * 2 - 2), (histogram.Bits, histogram.RelativeError, histogram.Count));
        Assert.Equal((0L, 1L << 62), (histogram.Min, histogram.Max));
    }

    [Fact]
    public void ToDistribution_FirstIsAbsoluteOthersAreDifferences()
    {
        ValueHistogram histogram = new();
        histogram.Add(9);
        histogram.Add(5, 2);
        histogram.Add(0);

        Distribution message = histogram.ToDistribution();
        Assert.Equal([0UL, 5, 4], message.Deltas);
        Assert.Equal([1UL, 2, 1], message.Counts);
        Assert.Equal((0u, 0u), (message.Shift, message.Bits));
    }

    public static TheoryData<Distribution> Malformed => new()
    {
        new Distribution { Deltas = { 1, 2 }, Counts = { 1 } },
        new Distribution { Counts = { 1 } },
        new Distribution { Deltas = { 1, 0 }, Counts = { 1, 1 } },
        new Distribution { Deltas = { 1 }, Counts = { 0 } },
        new Distribution { Deltas = { 1 }, Counts = { ulong.MaxValue } },
        new Distribution { Deltas = { 1, 2 }, Counts = { long.MaxValue, 1 } },
        new Distribution { Deltas = { ulong.MaxValue }, Counts = { 1 } },
        new Distribution { Deltas = { long.MaxValue, 1 }, Counts = { 1, 1 } },
        new Distribution { Bits = 64, Deltas = { 1 }, Counts = { 1 } },
        new Distribution { Shift = 63, Deltas = { 1 }, Counts = { 1 } },
        new Distribution { Shift = 8, Deltas = { long.MaxValue >> 7 }, Counts = { 1 } },
    };

    [Theory, MemberData(nameof(Malformed))]
    public void TryMerge_NoMultiset_ChangesNothing(Distribution message)
    {
        ValueHistogram histogram = new();
        histogram.Add(3);
        Assert.False(histogram.TryMerge(message));
        Assert.Throws<FormatException>(() => ValueHistogram.FromDistribution(message));
        Assert.Equal((1, 3), (histogram.Count, histogram.Quantile(1)));
    }

    [Fact]
    public void Add_AfterWarmUp_AllocatesNothing()
    {
        ValueHistogram histogram = new(512);
        void Fill()
        {
            for (int i = 0; i < 5000; i++)
            {
                histogram.Add(i * 37L % 4001);
            }
        }

        Fill();
        histogram.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.NotEqual(ValueHistogram.AllBits, histogram.Bits);
    }

    [Fact]
    public void Clear_AfterPrecisionWasLost_IsExactAgain()
    {
        ValueHistogram histogram = new(65);
        for (int i = 0; i < 100; i++)
        {
            histogram.Add(1000 + i);
        }

        Assert.NotEqual(ValueHistogram.AllBits, histogram.Bits);
        histogram.Clear();
        histogram.Add(1001);
        Assert.Equal((1001, 1001.0, 1, 1), (histogram.Quantile(0.5), histogram.Mean, histogram.CountAtLeast(1001), histogram.Count));
        Assert.Equal(0, histogram.CountAtLeast(1002));
    }

    [Fact]
    public void Arguments_OutOfBounds_Throw()
    {
        ValueHistogram histogram = new();
        Assert.Throws<InvalidOperationException>(() => histogram.Quantile(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Add(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Add(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Quantile(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ValueHistogram(64));
        Assert.True(double.IsNaN(histogram.Mean));
    }
}
