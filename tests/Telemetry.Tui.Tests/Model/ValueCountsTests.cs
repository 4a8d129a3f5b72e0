using Telemetry.Collector.Contracts;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Tests.Model;

public class ValueCountsTests
{
    [Theory]
    [InlineData(0.0, 10)]
    [InlineData(0.5, 10)]
    [InlineData(0.51, 20)]
    [InlineData(0.99, 20)]
    [InlineData(0.991, 500)]
    [InlineData(1.0, 500)]
    public void Quantile_OfHundredValues_IsTheNearestRank(double fraction, long expected) =>
        Assert.Equal(expected, ValueCounts.From(Fabrics.Values((10, 50), (20, 49), (500, 1))).Quantile(fraction));

    [Fact]
    public void From_Shifted_ScalesValues()
    {
        Distribution coarse = Fabrics.Values((3, 1), (5, 1));
        coarse.Shift = 4;

        ValueCounts values = ValueCounts.From(coarse);

        Assert.Equal((48, 80), (values.Quantile(0.5), values.Max));
    }

    [Fact]
    public void From_EmptyOrMissing_KnowsNothing()
    {
        Assert.Null(ValueCounts.From(null).Quantile(0.5));
        Assert.Null(ValueCounts.From(new Distribution()).Max);
    }

    [Fact]
    public void From_LengthsDiffer_IgnoresTheRest()
    {
        Distribution broken = Fabrics.Values((3, 1), (5, 1));
        broken.Counts.RemoveAt(1);

        Assert.Equal(3, ValueCounts.From(broken).Max);
    }

    [Fact]
    public void From_AbsurdNumbers_StaysInRange()
    {
        Distribution absurd = new() { Shift = uint.MaxValue, Deltas = { ulong.MaxValue }, Counts = { ulong.MaxValue } };

        Assert.True(ValueCounts.From(absurd).Quantile(0.5) >= 0);
    }

    [Fact]
    public void Merge_SharedValues_AddsCounts()
    {
        ValueCounts merged = ValueCounts.Merge([ValueCounts.From(Fabrics.Values((1, 2), (5, 1))), ValueCounts.From(Fabrics.Values((1, 3), (9, 1)))]);

        Assert.Equal((7, 1, 9), (merged.Count, merged.Quantile(0.7), merged.Max));
    }

    [Fact]
    public void Compare_Names_CountsAsPeopleDo()
    {
        string[] names = ["s10-p1", "s2-p10", "s2-p9", "h1", "s02-p9"];

        Assert.Equal(["h1", "s02-p9", "s2-p9", "s2-p10", "s10-p1"], names.Order(NaturalComparer.Instance));
    }
}
