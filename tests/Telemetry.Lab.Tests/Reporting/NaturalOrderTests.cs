using Telemetry.Lab.Reporting;

namespace Telemetry.Lab.Tests.Reporting;

public class NaturalOrderTests
{
    [Fact]
    public void Compare_Names_NumbersCountAsNumbers()
    {
        string[] names = ["s10", "s2", "s1-p10", "s1-p9", "h1", "s01", "s1", "s", ""];
        Assert.Equal(["", "h1", "s", "s01", "s1", "s1-p9", "s1-p10", "s2", "s10"], names.Order(NaturalOrder.Instance));
    }
}
