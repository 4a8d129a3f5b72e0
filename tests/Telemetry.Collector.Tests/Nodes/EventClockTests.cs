using Telemetry.Collector.Nodes;

namespace Telemetry.Collector.Tests.Nodes;

public class EventClockTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void ToEventNs_ReportWaited_BelongsToItsStamp()
    {
        EventClock clock = new();
        Assert.Equal(1000 * Ms, clock.ToEventNs(5_000_000, narrow: false, 1000, 1000 * Ms));
        Assert.Equal(1010 * Ms, clock.ToEventNs(5_010_000, narrow: false, 1000, 1010 * Ms));
        Assert.Equal(1020 * Ms, clock.ToEventNs(5_020_000, narrow: false, 1000, 1520 * Ms)); // half a second late
        Assert.Equal(1030 * Ms, clock.ToEventNs(5_030_000, narrow: false, 1000, 1520 * Ms));
    }

    [Fact]
    public void ToEventNs_FirstOneWaited_SmallerDifferenceTakesOver()
    {
        EventClock clock = new();
        clock.ToEventNs(1_000, narrow: false, 1000, 300 * Ms);
        Assert.Equal(300 * Ms + Ms, clock.ToEventNs(250_000, narrow: false, 1000, 301 * Ms));
        Assert.Equal(302 * Ms, clock.ToEventNs(251_000, narrow: false, 1000, 310 * Ms));
    }

    [Fact]
    public void ToEventNs_NarrowStampWraps_GoesOn()
    {
        EventClock clock = new();
        uint stamp = uint.MaxValue - 5_000_000;
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(i * Ms, clock.ToEventNs(unchecked(stamp + (uint)(i * Ms)), narrow: true, 1, i * Ms));
        }
    }

    [Fact]
    public void ToEventNs_ClockSetAnew_IsBelievedAfterSome()
    {
        EventClock clock = new();
        clock.ToEventNs(10_000_000_000, narrow: false, 1, 0);
        for (int i = 1; i <= 8; i++)
        {
            Assert.Equal(i * Ms, clock.ToEventNs((ulong)(i * Ms), narrow: false, 1, i * Ms));
        }

        Assert.Equal(1, clock.Resets);
        Assert.Equal(9 * Ms, clock.ToEventNs(9_000_000, narrow: false, 1, 40 * Ms));
    }

    [Fact]
    public void ToEventNs_StuckClock_ArrivalCounts()
    {
        EventClock clock = new();
        clock.ToEventNs(7, narrow: false, 1000, 0);
        Assert.Equal(50 * Ms, clock.ToEventNs(7, narrow: false, 1000, 50 * Ms));
    }

    [Fact]
    public void ToEventNs_Drift50Ppm_StaysWithinAMillisecond()
    {
        EventClock clock = new();
        for (long at = 0; at < 600_000 * Ms; at += 10 * Ms)
        {
            long eventNs = clock.ToEventNs((ulong)(at + (at / 20_000)), narrow: false, 1, at + (at % (70 * Ms) == 0 ? 30 * Ms : 0));
            Assert.InRange(eventNs, at - (2 * Ms), at + (31 * Ms));
        }
    }
}
