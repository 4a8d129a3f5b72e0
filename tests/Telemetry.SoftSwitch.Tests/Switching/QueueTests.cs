using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Switching;

public sealed class QueueTests
{
    /// <summary>The first byte is the priority; 125 bytes at 1 Mbit/s take a millisecond.</summary>
    private static readonly ProgramJson ByFirstByte = new ProgramJson().Header("h", "a:8").State("start", Extract("h"))
        .Run("ingress", "forward", null, Assign("standard_metadata", "priority", Field("h", "a")), ToPort(2));

    private const long Megabit = 1_000_000;
    private const long FrameNs = 1_000_000;

    private static byte[] Frame(int priority) => [(byte)priority, .. new byte[124]];

    private static (long AtNs, int Priority)[] Sent(Bench bench) =>
        [.. bench.Wires[2].Frames.Select(f => (f.AtNs, Convert.FromHexString(f.Hex)[0] & 7))];

    [Fact]
    public void Serve_BusyPort_HighestPriorityFirst()
    {
        using Bench bench = new(ByFirstByte, ports: new PortOptions(Megabit));
        foreach (int priority in (int[])[0, 1, 7, 3, 7])
        {
            bench.Switch.Receive(1, Frame(priority));
        }

        bench.Loop.RunUntil(10 * FrameNs);
        Assert.Equal([(0L, 0), (FrameNs, 7), (2 * FrameNs, 7), (3 * FrameNs, 3), (4 * FrameNs, 1)], Sent(bench));
    }

    [Fact]
    public void SetPortOptions_FasterWhileAFrameIsSent_GoesOnAtTheNewRate()
    {
        using Bench bench = new(ByFirstByte, ports: new PortOptions(Megabit));
        foreach (int priority in (int[])[0, 1, 2, 3])
        {
            bench.Switch.Receive(1, Frame(priority));
        }

        bench.Loop.RunUntil(FrameNs / 2);
        bench.Switch.SetPortOptions(2, new PortOptions(10 * Megabit));
        bench.Loop.RunUntil(2 * FrameNs);
        long first = (FrameNs / 2) + (FrameNs / 10);
        Assert.Equal([(0L, 0), (first, 3), (first + (FrameNs / 10), 2), (first + (FrameNs / 5), 1)], Sent(bench));
        foreach (int priority in (int[])[0, 1])
        {
            bench.Switch.Receive(1, Frame(priority));
        }

        bench.Switch.SetPortOptions(2, new PortOptions());
        bench.Loop.RunUntil(2 * FrameNs);
        Assert.Equal([(2 * FrameNs, 0), (2 * FrameNs, 1)], Sent(bench)[4..]);
        Assert.Throws<ArgumentOutOfRangeException>(() => bench.Switch.SetPortOptions(2, new PortOptions(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => bench.Switch.SetPortOptions(2, new PortOptions(0, 0)));
    }

    [Fact]
    public void SetQueueOptions_RateOfOnePriority_PacesItAndLetsOthersPass()
    {
        using Bench bench = new(ByFirstByte);
        bench.Switch.SetQueueOptions(2, 7, new QueueOptions(Megabit));
        foreach (int priority in (int[])[7, 7, 7, 0])
        {
            bench.Switch.Receive(1, Frame(priority));
        }

        bench.Loop.RunUntil(FrameNs / 2);
        bench.Switch.Receive(1, Frame(1));
        bench.Loop.RunUntil(10 * FrameNs);
        Assert.Equal([(0L, 7), (0L, 0), (FrameNs / 2, 1), (FrameNs, 7), (2 * FrameNs, 7)], Sent(bench));
    }

    [Fact]
    public void SetQueueOptions_RateBelowThePorts_BothHold()
    {
        using Bench bench = new(ByFirstByte, ports: new PortOptions(Megabit));
        bench.Switch.SetQueueOptions(2, 5, new QueueOptions(Megabit / 4));
        foreach (int priority in (int[])[5, 5, 0, 0, 0, 0, 0])
        {
            bench.Switch.Receive(1, Frame(priority));
        }

        bench.Loop.RunUntil(10 * FrameNs);
        Assert.Equal([(0L, 5), (FrameNs, 0), (2 * FrameNs, 0), (3 * FrameNs, 0), (4 * FrameNs, 5), (5 * FrameNs, 0), (6 * FrameNs, 0)], Sent(bench));
    }

    [Fact]
    public void SetQueueOptions_RateTakenAwayWhilePacketsWait_TheyGoAtOnce()
    {
        using Bench bench = new(ByFirstByte);
        bench.Switch.SetQueueOptions(2, 0, new QueueOptions(1000));
        for (int i = 0; i < 3; i++)
        {
            bench.Switch.Receive(1, Frame(0));
        }

        bench.Loop.RunUntil(FrameNs);
        Assert.Single(Sent(bench));
        bench.Switch.SetQueueOptions(2, 0, new QueueOptions());
        bench.Loop.RunUntil(2_000 * FrameNs);
        Assert.Equal([(0L, 0), (FrameNs, 0), (FrameNs, 0)], Sent(bench));
    }

    [Fact]
    public void LoadProgram_PacketsHeldByTheRateOfTheirQueue_LeaveFirst()
    {
        using Bench bench = new(ByFirstByte);
        bench.Switch.SetQueueOptions(2, 0, new QueueOptions(1000));
        for (int i = 0; i < 3; i++)
        {
            bench.Switch.Receive(1, Frame(0));
        }

        Assert.Single(Sent(bench));
        bench.Switch.LoadProgram(Telemetry.SoftSwitch.Programs.SwitchProgram.Load(ByFirstByte.Bytes));
        Assert.Equal(3, Sent(bench).Length);
        Assert.Equal(0, bench.Switch.InternalDrops);
    }

    [Fact]
    public void SetQueueOptions_DepthOfOnePriority_DropsAndCountsThere()
    {
        using Bench bench = new(ByFirstByte, ports: new PortOptions(Megabit, 4));
        bench.Switch.SetQueueOptions(2, 1, new QueueOptions(DepthPackets: 2));
        bench.Switch.Receive(1, Frame(0)); // occupies the wire
        for (int i = 0; i < 6; i++)
        {
            bench.Switch.Receive(1, Frame(0));
            bench.Switch.Receive(1, Frame(1));
        }

        Assert.Equal(new QueueStatistics(5, 625, 2, 250, 4, 4), bench.Switch.GetQueueStatistics(2, 0));
        Assert.Equal(new QueueStatistics(2, 250, 4, 500, 2, 2), bench.Switch.GetQueueStatistics(2, 1));
        Assert.Equal(default, bench.Switch.GetQueueStatistics(2, 7));
        Assert.Equal(6, bench.Switch.GetPortStatistics(2).QueueDrops);
        bench.Loop.RunUntil(20 * FrameNs);
        Assert.Equal(0, bench.Switch.GetQueueStatistics(2, 0).Depth);
        Assert.Equal(7, Sent(bench).Length);
    }

    [Theory]
    [InlineData(2, 8)]
    [InlineData(2, -1)]
    [InlineData(512, 0)]
    public void SetQueueOptions_NoSuchQueue_Throws(int port, int priority)
    {
        using Bench bench = new(ByFirstByte);
        Assert.Throws<ArgumentOutOfRangeException>(() => bench.Switch.SetQueueOptions(port, priority, new QueueOptions()));
    }

    [Fact]
    public void SetStageTiming_OnAndOff_CountsPacketsOfEachStage()
    {
        using Bench bench = new(ByFirstByte);
        Assert.Null(bench.Switch.GetStageTimings());
        bench.Switch.SetStageTiming(true);
        for (int i = 0; i < 3; i++)
        {
            bench.Through(Convert.ToHexString(Frame(0)));
        }

        StageTimings timings = bench.Switch.GetStageTimings()!.Value;
        Assert.Equal((3L, 3L, 3L, 3L), (timings.Parser.Packets, timings.Ingress.Packets, timings.Egress.Packets, timings.Deparser.Packets));
        bench.Switch.SetStageTiming(false);
        bench.Through(Convert.ToHexString(Frame(0)));
        Assert.Null(bench.Switch.GetStageTimings());
    }
}
