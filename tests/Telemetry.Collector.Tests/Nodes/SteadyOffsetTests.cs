using Telemetry.Collector.Nodes;

namespace Telemetry.Collector.Tests.Nodes;

public class SteadyOffsetTests
{
    private const long Ms = 1_000_000;
    private const long Us = 1000;

    /// <summary>Processes that often wait, a wire of 50 us, and half-way through 8 ms more in both directions.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(7_000_000)]
    [InlineData(-7_000_000)]
    public void TryGet_DelayRises_DifferenceStays(long aheadUs)
    {
        SteadyOffset offset = new();
        Random random = new(1);
        for (long at = 0; at < 10_000 * Ms; at += 5 * Ms)
        {
            bool forward = random.Next(2) == 0;
            long tookUs = 50 + random.Next(2) * random.Next(30_000) + (at > 5_000 * Ms ? 8_000 : 0);
            offset.Add(forward, at, (tookUs + (forward ? aheadUs : -aheadUs)) * Us);
            bool known = offset.TryGet(out long ahead);
            Assert.True(at is >= 1_000 * Ms and <= 1_200 * Ms || known == at > 1_100 * Ms, $"at {at / Ms} ms");
            Assert.InRange(known ? ahead - (aheadUs * Us) : 0, -15 * Us, 15 * Us);
        }
    }

    [Fact]
    public void TryGet_OneDirectionOnly_IsUnknown()
    {
        SteadyOffset offset = new();
        for (long at = 0; at < 5_000 * Ms; at += Ms)
        {
            offset.Add(forward: true, at, 100 * Us);
            Assert.False(offset.TryGet(out _));
        }
    }

    /// <summary>The second switch starts anew, and counts from there: its clock falls back by four seconds, or somehow rises.</summary>
    [Theory]
    [InlineData(-4_000)]
    [InlineData(4_000)]
    public void TryGet_SwitchStartsAnew_IsUnknownUntilBothDirectionsSayHowMuch(int byMs)
    {
        SteadyOffset offset = new();
        int unknown = 0;
        for (long at = 0; at < 10_000 * Ms; at += 2 * Ms)
        {
            long ahead = (10_000 + (at < 5_000 * Ms ? 0 : byMs)) * Ms;
            bool forward = at / (2 * Ms) % 2 == 0;
            offset.Add(forward, at, (100 * Us) + (forward ? ahead : -ahead));
            bool known = offset.TryGet(out long told);
            Assert.True(!known || told == ahead, $"at {at / Ms} ms: {told}");
            unknown += at > 5_000 * Ms && !known ? 1 : 0;
        }

        Assert.InRange(unknown, 400, 600); // a second
    }
}
