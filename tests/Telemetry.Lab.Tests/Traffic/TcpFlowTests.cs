using Telemetry.Lab.Hosts;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Tests.Traffic;

public class TcpFlowTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Unlimited_OverABottleneck_FillsItAndRecoversFromLoss()
    {
        using Pair pair = new();
        (TcpSender sender, TcpReceiver receiver, FlowTruth data) = pair.StartTcp(new TcpTraffic(0, 0), 20 * Second);
        pair.Loop.RunUntil(22 * Second);
        Assert.True(pair.Forward.Dropped > 0, "never probed the queue's end");
        Assert.True(sender.Retransmissions > 0);
        Assert.InRange(receiver.ReceivedBytes * 8, 0.85 * 20 * 9_460_000, 1.01 * 20 * 9_460_000); // 946 of 1,000 bytes are data
        Assert.Equal(receiver.ReceivedBytes, sender.AcknowledgedBytes);
        Assert.Equal(0, pair.A.Faults(FrameFault.Checksum) + pair.B.Faults(FrameFault.Checksum));
        Assert.Equal(pair.Forward.Dropped, data.PacketsLost);
    }

    [Fact]
    public void Unlimited_Marked_KeepsTheQueueShortWithoutLoss()
    {
        using Pair pair = new(markFrom: 20);
        (TcpSender sender, TcpReceiver receiver, FlowTruth data) = pair.StartTcp(new TcpTraffic(0, 0), 20 * Second);
        pair.Loop.RunUntil(22 * Second);
        Assert.Equal((0, 0L), (pair.Forward.Dropped, sender.Retransmissions));
        Assert.True(data.PacketsMarked > 0);
        Assert.True(pair.Forward.MaxDepth < 64);
        Assert.InRange(receiver.ReceivedBytes * 8, 0.8 * 20 * 9_460_000, 1.01 * 20 * 9_460_000);
    }

    [Fact]
    public void Limited_ByTheApplication_SendsItsRate()
    {
        using Pair pair = new();
        (_, TcpReceiver receiver, FlowTruth data) = pair.StartTcp(new TcpTraffic(400_000, 0), 20 * Second);
        pair.Loop.RunUntil(22 * Second);
        Assert.InRange(data.BytesDelivered * 8, 0.97 * 20 * 400_000, 1.01 * 20 * 400_000);
        Assert.True(pair.Forward.MaxDepth <= 2, "an application slower than the link must not queue");
        Assert.True(receiver.ReceivedBytes > 0);
    }

    [Theory]
    [InlineData(3)] // one data segment within the first window: three duplicates repair it
    [InlineData(10)]
    [InlineData(0)] // SYN: only the timeout repairs it
    public void Total_OneFrameLost_ArrivesWhole(int lost)
    {
        using Pair pair = new();
        pair.Forward.Lose = n => n == lost;
        (TcpSender sender, TcpReceiver receiver, _) = pair.StartTcp(new TcpTraffic(0, 100_000), 20 * Second);
        pair.Loop.RunUntil(20 * Second);
        Assert.Equal((100_000L, 100_000L), (receiver.ReceivedBytes, sender.AcknowledgedBytes));
    }

    [Fact]
    public void Total_HeavyLossBothWays_ArrivesWhole()
    {
        using Pair pair = new();
        pair.Forward.Lose = n => n % 7 == 3;
        pair.Back.Lose = n => n % 5 == 2;
        (TcpSender sender, TcpReceiver receiver, _) = pair.StartTcp(new TcpTraffic(0, 200_000), 200 * Second);
        pair.Loop.RunUntil(200 * Second);
        Assert.Equal((200_000L, 200_000L), (receiver.ReceivedBytes, sender.AcknowledgedBytes));
    }

    [Fact]
    public void Unlimited_PeerGone_BacksOff()
    {
        using Pair pair = new();
        pair.Forward.Lose = n => n > 50;
        (TcpSender sender, _, FlowTruth data) = pair.StartTcp(new TcpTraffic(0, 0), 100 * Second);
        pair.Loop.RunUntil(100 * Second);
        Assert.InRange(data.PacketsSent, 51, 51 + 100);
        Assert.True(sender.WindowBytes <= 2 * 946);
    }
}
