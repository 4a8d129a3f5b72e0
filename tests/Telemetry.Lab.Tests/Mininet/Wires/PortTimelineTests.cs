using Telemetry.Lab.Mininet.Wires;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Mininet.Wires;

public class PortTimelineTests
{
    [Fact]
    public void Settle_PacketsThatWait_DepthIsWhatStaysBehind()
    {
        PortTruth truth = new("s1", 1, 64);
        PortTimeline timeline = new(truth);
        timeline.Add(0, 10); // 2 and 3 came meanwhile
        timeline.Add(2, 20); // 3 and 15 wait
        timeline.Add(3, 30); // 15 waits
        timeline.Add(15, 40);

        timeline.Settle(long.MaxValue);

        Assert.Equal(4, truth.MeasuredPackets);
        Assert.Equal(3, truth.MaxOccupancy);
        Assert.Equal(0, truth.DepthQuantile(0.25));
        Assert.Equal(2, truth.DepthQuantile(1));
        Assert.Equal(27, truth.HopLatencyNs.Max);
    }

    [Fact]
    public void Settle_InParts_GivesWhatOneGives()
    {
        (long InNs, long OutNs)[] stays = [.. Enumerable.Range(0, 200).Select(i => (i * 7L, (i * 9L) + 20))];
        PortTruth whole = new("s1", 1, 64);
        PortTruth parts = new("s1", 1, 64);
        PortTimeline inParts = new(parts);
        PortTimeline atOnce = new(whole);
        foreach ((long inNs, long outNs) in stays)
        {
            atOnce.Add(inNs, outNs);
            inParts.Add(inNs, outNs);
            if (outNs % 5 == 0)
            {
                inParts.Settle(outNs - 1000);
            }
        }

        atOnce.Settle(long.MaxValue);
        inParts.Settle(long.MaxValue);

        Assert.Equal(whole.MaxOccupancy, parts.MaxOccupancy);
        Assert.Equal(whole.MeasuredPackets, parts.MeasuredPackets);
        Assert.All([0.1, 0.5, 0.9, 1], q => Assert.Equal(whole.DepthQuantile(q), parts.DepthQuantile(q)));
    }
}
