using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Truth;

public class CongestionMeterTests
{
    private const long Ms = 1_000_000;

    [Theory]
    [InlineData(64, 45)]
    [InlineData(10, 7)]
    [InlineData(1, 1)]
    public void HighDepth_Capacity_IsSeventyPercentRoundedUp(int capacity, int depth) =>
        Assert.Equal(depth, CongestionRule.HighDepth(capacity));

    [Fact]
    public void Episodes_HighFor99Ms_None() => Assert.Empty(Run((0, 45), (99, 44)));

    [Fact]
    public void Episodes_HighFor100Ms_OneFromFirstToLastHighMoment() =>
        Assert.Equal([(5 * Ms, 105 * Ms)], Run((0, 44), (5, 45), (50, 64), (105, 44)));

    [Fact]
    public void Episodes_ShortDip_IsNoEnd() =>
        Assert.Equal([(0, 120 * Ms)], Run((0, 50), (60, 44), (69, 45), (120, 10)));

    [Fact]
    public void Episodes_DipOf10Ms_EndsTheSpan() =>
        Assert.Empty(Run((0, 50), (60, 44), (70, 45), (130, 10)));

    [Fact]
    public void Episodes_TwoSpansCloserThan300Ms_AreOne() =>
        Assert.Equal([(0, 800 * Ms)], Run((0, 50), (200, 0), (499, 50), (800, 0)));

    [Fact]
    public void Episodes_TwoSpans300MsApart_AreTwo() =>
        Assert.Equal([(0, 200 * Ms), (500 * Ms, 800 * Ms)], Run((0, 50), (200, 0), (500, 50), (800, 0)));

    [Fact]
    public void Episodes_ShortSpanNearAnEpisode_DoesNotExtendIt() =>
        Assert.Equal([(0, 200 * Ms)], Run((0, 50), (200, 0), (250, 50), (300, 0)));

    [Fact]
    public void Episodes_StillHighAtTheEnd_HasNoEnd() =>
        Assert.Equal([(100 * Ms, null)], Run((100, 60)));

    private static (long, long?)[] Run(params (int AtMs, int Depth)[] depths)
    {
        CongestionMeter meter = new(64);
        foreach ((int atMs, int depth) in depths)
        {
            meter.Observe(depth, atMs * Ms);
        }

        return [.. meter.Episodes(2000 * Ms)];
    }
}
