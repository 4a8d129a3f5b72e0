using Telemetry.Lab.Mininet.Wires;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Mininet.Wires;

public class PortTimelineTests
{
    [Fact]
    public void Settle_PacketsThatWait_DepthIsWhatStaysBehind()
    {
        PortTruth truth = new("s1", 1, 64);
        PortTimeline timeline = new(truth, new LineRate(0, 0));
        timeline.Add(0, 10, 100); // 2 and 3 came meanwhile
        timeline.Add(2, 20, 100); // 3 and 15 wait
        timeline.Add(3, 30, 100); // 15 waits
        timeline.Add(15, 40, 100);

        timeline.Settle(long.MaxValue);

        Assert.Equal(4, truth.MeasuredPackets);
        Assert.Equal(3, truth.MaxOccupancy);
        Assert.Equal(0, truth.DepthQuantile(0.25));
        Assert.Equal(2, truth.DepthQuantile(1));
        Assert.Equal(2, truth.MaxInside);
        Assert.Equal(27, truth.HopLatencyNs.Max);
    }

    [Fact]
    public void Settle_InParts_GivesWhatOneGives()
    {
        (long InNs, long OutNs)[] stays = [.. Enumerable.Range(0, 200).Select(i => (i * 7L, (i * 9L) + 20))];
        PortTruth whole = new("s1", 1, 64);
        PortTruth parts = new("s1", 1, 64);
        PortTimeline inParts = new(parts, new LineRate(0, 0));
        PortTimeline atOnce = new(whole, new LineRate(0, 0));
        foreach ((long inNs, long outNs) in stays)
        {
            atOnce.Add(inNs, outNs, 100);
            inParts.Add(inNs, outNs, 100);
            if (outNs % 5 == 0)
            {
                inParts.Settle(outNs - 1000);
            }
        }

        atOnce.Settle(long.MaxValue);
        inParts.Settle(long.MaxValue);

        Assert.Equal(whole.MaxOccupancy, parts.MaxOccupancy);
        Assert.Equal(whole.MaxInside, parts.MaxInside);
        Assert.Equal(whole.MeasuredPackets, parts.MeasuredPackets);
        Assert.All([0.1, 0.5, 0.9, 1], q => Assert.Equal(whole.DepthQuantile(q), parts.DepthQuantile(q)));
    }

    /// <summary>A switch that was kept from running for 40 ms holds 40 packets that its line could have sent meanwhile.</summary>
    [Fact]
    public void Settle_SwitchThatDidNotRun_HasNoBurst()
    {
        PortTruth truth = new("s1", 1, 64);
        PortTimeline timeline = new(truth, new LineRate(10_000_000, 0));
        for (int i = 0; i < 60; i++)
        {
            timeline.Add(i * 1_000_000L, Math.Max(i, 40) * 1_000_000L, 1000);
        }

        timeline.Settle(long.MaxValue);

        Assert.Empty(truth.Bursts.Episodes([], 1_000_000_000));
        Assert.True(truth.MaxOccupancy <= 2);
        Assert.Equal(40, truth.MaxInside);
        Assert.Equal(40_000_000, truth.HopLatencyNs.Max);
    }

    [Fact]
    public void Settle_PacketsThatComeAtOnce_AreABurst()
    {
        PortTruth truth = new("s1", 1, 64);
        PortTimeline timeline = new(truth, new LineRate(10_000_000, 0));
        for (int i = 0; i < 60; i++)
        {
            timeline.Add(0, i * 800_000L, 1000);
        }

        timeline.Settle(long.MaxValue);

        (long startNs, long endNs) = Assert.Single(truth.Bursts.Episodes([], 1_000_000_000));
        Assert.Equal((0, 28 * 800_000L), (startNs, endNs));
    }

    [Fact]
    public void DurationNs_RateThatChanged_IsThatOfTheMoment()
    {
        LineRate rate = new(10_000_000, 0);
        rate.Change(500, 1_000_000);

        Assert.Equal(800_000, rate.DurationNs(1000, 499));
        Assert.Equal(8_000_000, rate.DurationNs(1000, 500));
        Assert.Equal(8_000_000, new LineRate(1_000_000, 1000).DurationNs(64, 0));
    }
}
