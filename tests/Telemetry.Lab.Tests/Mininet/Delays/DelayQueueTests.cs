using Telemetry.Lab.Mininet.Delays;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Tests.Fabric;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Tests.Mininet.Delays;

public class DelayQueueTests
{
    private const long MsNs = 1_000_000;

    [Fact]
    public void Accept_FrameThatCameBefore_LeavesAfterTheDelaySinceThen()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        DelayQueue queue = new(loop, 5 * MsNs, 1, sink);
        loop.RunUntil(3 * MsNs);
        queue.Accept([1], MsNs);
        queue.Accept([2], 2 * MsNs);
        Assert.Equal(2, queue.Waiting);

        loop.RunUntil(20 * MsNs);

        Assert.Equal([6 * MsNs, 7 * MsNs], sink.Frames.Select(f => f.AtNs));
        Assert.Equal([1, 2], sink.Frames.Select(f => f.Frame[0]));
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public void Accept_KeptFromRunningTooLong_LeavesAtOnce()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        DelayQueue queue = new(loop, 5 * MsNs, 1, sink);
        loop.RunUntil(30 * MsNs);
        queue.Accept([1], 0);

        loop.RunUntil(31 * MsNs);

        Assert.Equal(30 * MsNs, Assert.Single(sink.Frames).AtNs);
    }

    [Fact]
    public void SetSlow_OneClass_OthersOvertakeItUntilItEnds()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        DelayQueue queue = new(loop, 2 * MsNs, 1, sink);
        queue.SetSlow(Slow(10 * MsNs, match: new TrafficMatch { Protocol = 17 }));
        queue.Accept(Frame(17, 1), 0);
        queue.Accept(Frame(6, 2), 1000);
        loop.RunUntil(5 * MsNs);
        queue.SetSlow(Slow(0, match: new TrafficMatch { Protocol = 17 }));
        queue.Accept(Frame(17, 3), 5 * MsNs);

        loop.RunUntil(20 * MsNs);

        // The class stays in order: what came once it was no longer slow waits for what came before.
        Assert.Equal([2, 1, 3], sink.Frames.Select(f => f.Frame[^1]));
        Assert.Equal([(2 * MsNs) + 1000, 12 * MsNs, 12 * MsNs], sink.Frames.Select(f => f.AtNs));
    }

    [Fact]
    public void SetSlow_JitterAndRate_AddUpInOrderAndRepeatWithTheSeed()
    {
        (long[] times, byte[] order) = Run(1);
        Assert.Equal(times, Run(1).Times);
        Assert.NotEqual(times, Run(2).Times);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (byte)i), order);
        for (int i = 0; i < times.Length; i++)
        {
            Assert.InRange(times[i] - (i * 3 * MsNs), 6 * MsNs, 10 * MsNs); // 4 ms, 1000 bytes at 4 Mbit/s, up to 4 ms
        }

        static (long[] Times, byte[] Order) Run(ulong seed)
        {
            using EventLoop loop = new();
            Collected sink = new(loop);
            DelayQueue queue = new(loop, 0, seed, sink);
            queue.SetSlow(new SlowAction(0, "s1", "s2", 4 * MsNs, 4 * MsNs, 4_000_000));
            byte[] frame = new byte[1000];
            for (byte i = 0; i < 100; i++)
            {
                frame[^1] = i;
                queue.Accept(frame, i * 3 * MsNs);
            }

            loop.RunUntil(1000 * MsNs);
            return ([.. sink.Frames.Select(f => f.AtNs)], [.. sink.Frames.Select(f => f.Frame[^1])]);
        }
    }

    [Fact]
    public void Accept_MoreThanMayBeUnderWay_CountsWhatFindsNoRoom()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        DelayQueue queue = new(loop, MsNs, 1, sink);
        for (int i = 0; i < DelayQueue.MaxFrames + 3; i++)
        {
            queue.Accept([1], 0);
        }

        loop.RunUntil(2 * MsNs);
        queue.Accept([2], 2 * MsNs);
        loop.RunUntil(4 * MsNs);

        Assert.Equal(3, queue.Drops);
        Assert.Equal(DelayQueue.MaxFrames + 1, sink.Frames.Count);
    }

    private static SlowAction Slow(long delayNs, TrafficMatch? match = null) => new(0, "s1", "s2", delayNs, Match: match);

    private static byte[] Frame(byte protocol, byte last)
    {
        byte[] frame = new byte[60];
        (frame[12], frame[14], frame[23], frame[^1]) = (8, 0x45, protocol, last);
        return frame;
    }
}
