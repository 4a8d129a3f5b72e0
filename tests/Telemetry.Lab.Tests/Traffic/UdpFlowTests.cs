using Telemetry.Lab.Hosts;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Tests.Traffic;

public class UdpFlowTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Constant_TenSeconds_SendsItsRateEvenly()
    {
        using Pair pair = new(bottleneckRate: 100_000_000);
        FlowTruth flow = pair.StartUdp(new ConstantTraffic(800_000), 10 * Second);
        pair.Loop.RunUntil(11 * Second);
        Assert.InRange(flow.PacketsSent, 999, 1001); // 100 packets of 8,000 bits a second
        Assert.Equal(flow.PacketsSent, flow.PacketsDelivered);
        Assert.Equal(flow.PacketsSent * 1000, flow.BytesDelivered);

        // 80 us on each of two wires and 50 us of propagation: exact, as nothing ever waits.
        Assert.Equal((210_000L, 210_000L), (flow.LatencyNs.Quantile(0)!.Value, flow.LatencyNs.Max));
    }

    [Fact]
    public void Poisson_SameSeed_SameArrivalsAndItsMean()
    {
        long[] sent = [.. new ulong[] { 1, 1, 2 }.Select(seed =>
        {
            using Pair pair = new();
            FlowTruth flow = pair.StartUdp(new PoissonTraffic(800_000), 20 * Second, seed: seed);
            pair.Loop.RunUntil(21 * Second);
            return flow.PacketsDelivered;
        })];
        Assert.Equal(sent[0], sent[1]);
        Assert.NotEqual(sent[0], sent[2]);
        Assert.All(sent, s => Assert.InRange(s, 1850, 2150));
    }

    [Fact]
    public void OnOff_LongRun_SendsItsShareOfTheTime()
    {
        using Pair pair = new(bottleneckRate: 100_000_000);
        FlowTruth flow = pair.StartUdp(new OnOffTraffic(1_600_000, Second / 5, Second * 4 / 5), 200 * Second);
        pair.Loop.RunUntil(201 * Second);
        Assert.InRange(flow.PacketsSent, 6_000, 10_000); // 200 a second, a fifth of 200 s
    }

    [Fact]
    public void Constant_Overload_LosesWhatTheQueueCannotHold()
    {
        using Pair pair = new(bottleneckRate: 1_000_000, queuePackets: 10);
        FlowTruth flow = pair.StartUdp(new ConstantTraffic(2_000_000), 4 * Second);
        pair.Loop.RunUntil(6 * Second);
        Assert.Equal(pair.Forward.Dropped, flow.PacketsLost);
        Assert.InRange(flow.PacketsDelivered, 500, 515); // 4 s at the bottleneck's rate and a queue full
        Assert.Equal(0, pair.B.Faults(FrameFault.Checksum) + pair.B.Faults(FrameFault.UnknownFlow));
    }
}
