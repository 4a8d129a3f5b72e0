using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Truth;

public class BurstMeterTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void Episodes_ShortLongMergedAndCongested_OnlyShortCalmOnesAreBursts()
    {
        BurstMeter meter = new(64);
        Span(1000, 1030);
        Span(2000, 2150); // 150 ms: none
        Span(3000, 3030);
        Span(3100, 3140); // one with the one before
        Span(4000, 4030); // beside congestion
        Span(5900, 5950); // not over for long enough
        Assert.Equal(
            [(1000 * Ms, 1030 * Ms), (3000 * Ms, 3140 * Ms)],
            meter.Episodes([(4200 * Ms, 4400 * Ms)], 6000 * Ms));

        void Span(long fromMs, long toMs)
        {
            meter.Observe(31, (fromMs - 1) * Ms);
            meter.Observe(32, fromMs * Ms);
            meter.Observe(40, (fromMs + 1) * Ms);
            meter.Observe(31, toMs * Ms);
        }
    }
}
