using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Truth;

public class SampleSetTests
{
    [Fact]
    public void Quantile_Empty_Null() => Assert.Null(new SampleSet().Quantile(0.5));

    [Fact]
    public void Quantile_HundredValues_NearestRank()
    {
        SampleSet set = new();
        foreach (int value in Enumerable.Range(1, 100).Reverse())
        {
            set.Add(value);
        }

        Assert.Equal([1L, 50L, 99L, 100L], [set.Quantile(0)!.Value, set.Quantile(0.5)!.Value, set.Quantile(0.99)!.Value, set.Quantile(1)!.Value]);
        set.Add(1000);
        Assert.Equal(1000, set.Quantile(1));
    }
}
