using Telemetry.Collector.Nodes;

namespace Telemetry.Collector.Tests.Nodes;

public class ClockOffsetTests
{
    private const long Ms = 1_000_000;
    private const long BoundNs = 10_000;

    /// <summary>A wire of 150 us; packets wait in addition, by a share of them or by all of them.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(10_000, 50)]
    [InlineData(-10_000, -50)]
    [InlineData(3_000, 50)]
    public void TryGet_OffsetAndDrift_WithinTenMicroseconds(int offsetMs, int driftPpm)
    {
        ClockOffset offset = new();
        Random random = new(1);
        int known = 0;
        for (long at = 0; at < 20_000 * Ms; at += 2 * Ms)
        {
            long truth = (offsetMs * Ms) + (at * driftPpm / 1_000_000);
            bool forward = random.Next(2) == 0;
            long apparent = 150_000 + (random.Next(4) == 0 ? 0 : random.Next(3_000_000)) + (forward ? truth : -truth);
            offset.Add(forward, at, apparent);
            if (offset.TryGet(at, out long ahead))
            {
                known++;
                Assert.InRange(ahead - truth, -BoundNs, BoundNs);
            }
        }

        Assert.InRange(known, 5_000, 10_000);
    }

    [Fact]
    public void TryGet_OneDirectionOnly_IsUnknown()
    {
        ClockOffset offset = new();
        for (long at = 0; at < 20_000 * Ms; at += Ms)
        {
            offset.Add(forward: true, at, 150_000);
            Assert.False(offset.TryGet(at, out _));
        }
    }

    [Fact]
    public void TryGet_NoPacketEverWithoutAWait_IsUnknownOrRight()
    {
        ClockOffset offset = new();
        Random random = new(2);
        for (long at = 0; at < 20_000 * Ms; at += 5 * Ms)
        {
            // Forward packets wait, differently each time, and never not at all.
            offset.Add(forward: true, at, 150_000 + 200_000 + random.Next(2_000_000));
            offset.Add(forward: false, at, 150_000);
            if (offset.TryGet(at, out long ahead))
            {
                Assert.InRange(ahead, -BoundNs, BoundNs);
            }
        }
    }

    [Fact]
    public void TryGet_ClockSetAnew_IsUnknownUntilTheLinesFitAgain()
    {
        ClockOffset offset = new();
        for (long at = 0; at < 30_000 * Ms; at += Ms)
        {
            long truth = at < 10_000 * Ms ? 0 : 5_000 * Ms;
            offset.Add(at / Ms % 2 == 0, at, 150_000 + (at / Ms % 2 == 0 ? truth : -truth));
            if (at > 10_200 * Ms && offset.TryGet(at, out long ahead))
            {
                Assert.InRange(ahead - truth, -BoundNs, BoundNs);
            }
        }

        Assert.True(offset.IsKnown);
    }
}
