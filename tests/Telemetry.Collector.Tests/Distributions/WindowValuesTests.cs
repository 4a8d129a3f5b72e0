using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;

namespace Telemetry.Collector.Tests.Distributions;

/// <summary>The same multisets as <see cref="ValueHistogram"/>, whichever way they are held.</summary>
public class WindowValuesTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(16, 1)]
    [InlineData(16, 1000)]
    [InlineData(17, 1)]
    [InlineData(1000, 1)]
    [InlineData(5000, 300)]
    [InlineData(40_000, 3500)]
    [InlineData(40_000, 4096)]
    [InlineData(40_000, 100_000)]
    [InlineData(3_000, int.MaxValue)]
    [InlineData(3_000, 9_000_000_000)]
    public void ToDistribution_OfRandomValues_IsTheHistograms(int count, long below)
    {
        Random random = new(count);
        WindowValues values = new(ValueHistogram.WindowLimit);
        for (int round = 0; round < 3; round++)
        {
            ValueHistogram histogram = new();
            Assert.True(values.IsEmpty);
            for (int i = 0; i < count; i++)
            {
                long value = random.NextInt64(below);
                values.Add(value);
                histogram.Add(value);
            }

            Assert.Equal(count == 0, values.IsEmpty);
            Assert.Equal(histogram.ToDistribution(), values.ToDistribution());
            values.Clear();
        }
    }

    [Theory, InlineData(1000), InlineData(int.MaxValue - 50L), InlineData(uint.MaxValue - 99L), InlineData(uint.MaxValue - 50L)]
    public void ToDistribution_ValuesCloseTogether_IsTheHistograms(long least)
    {
        Random random = new(1);
        WindowValues values = new(ValueHistogram.WindowLimit);
        ValueHistogram histogram = new();
        for (int i = 0; i < 500; i++)
        {
            long value = least + random.Next(100);
            values.Add(value);
            histogram.Add(value);
        }

        Assert.Equal(histogram.ToDistribution(), values.ToDistribution());
    }

    [Theory, InlineData(0), InlineData(uint.MaxValue), InlineData(1L + uint.MaxValue), InlineData(long.MaxValue)]
    public void Add_OneValueOften_IsCounted(long value)
    {
        WindowValues values = new(ValueHistogram.WindowLimit);
        for (int i = 0; i < 100; i++)
        {
            values.Add(value);
        }

        Distribution told = values.ToDistribution();
        Assert.Equal(((ulong)value, 100ul), (Assert.Single(told.Deltas), Assert.Single(told.Counts)));
    }

    [Fact]
    public void Add_AfterWarmUp_AllocatesNothing()
    {
        WindowValues values = new(ValueHistogram.WindowLimit);
        for (int i = 0; i < 30_000; i++)
        {
            values.Add(i % 3000);
        }

        values.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 30_000; i++)
        {
            values.Add(i * 7 % 3000);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
