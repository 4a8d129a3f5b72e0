using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Tests.Values;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData(30_000_000_000, "30s")]
    [InlineData(1_500_000_000, "1500ms")]
    [InlineData(7, "7ns")]
    [InlineData(0, "0ns")]
    public void Format_ShortestExactForm_ReadsBack(long ns, string text)
    {
        Assert.Equal(text, DurationText.Format(ns));
        Assert.True(DurationText.TryParse(text, out var back));
        Assert.Equal(ns, back);
    }

    [Theory, InlineData("5"), InlineData("-1s"), InlineData("1.5s"), InlineData("s"), InlineData("9999999999999s")]
    public void TryParse_NoDuration_False(string text) => Assert.False(DurationText.TryParse(text, out _));
}
