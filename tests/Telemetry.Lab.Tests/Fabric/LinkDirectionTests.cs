using System.Net;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Traffic;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Tests.Fabric;

public class LinkDirectionTests
{
    [Fact]
    public void Transmit_Frame_ArrivesAfterSerialisationAndDelay()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        LinkDirection link = new(loop, 10_000_000, 50_000, 0, 1, sink);
        link.Transmit(new byte[1000]);
        loop.RunUntil(10_000_000);
        Assert.Equal(850_000, Assert.Single(sink.Frames).AtNs); // 8,000 bits at 10 Mbit/s and 50 us
    }

    [Fact]
    public void Transmit_ManyUnderWay_ArriveInOrderAndWhole()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        LinkDirection link = new(loop, 0, 1_000_000, 0, 1, sink);
        for (byte i = 0; i < 100; i++)
        {
            link.TransmitAt([i, (byte)(i ^ 0xFF)], i * 10);
        }

        loop.RunUntil(5_000_000);
        Assert.Equal(Enumerable.Range(0, 100), sink.Frames.Select(f => (int)f.Frame[0]));
        Assert.All(sink.Frames, f => Assert.Equal(0xFF, f.Frame[0] ^ f.Frame[1]));
    }

    [Fact]
    public void Up_FalseWhileUnderWay_LosesTheFrameEvenIfMendedBefore()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        LinkDirection link = new(loop, 0, 1_000_000, 0, 1, sink);
        link.Transmit([1]);
        link.Up = false;
        link.Transmit([2]);
        link.Up = true;
        link.Transmit([3]);
        loop.RunUntil(2_000_000);
        Assert.Equal(3, Assert.Single(sink.Frames).Frame[0]);
        Assert.Equal((2, 1), (link.FramesLost, link.FramesDelivered));
    }

    [Fact]
    public void Transmit_RandomLoss_LosesTheFractionAndRepeats()
    {
        long[] lost = [Lost(1), Lost(1), Lost(2)];
        Assert.InRange(lost[0], 900, 1100);
        Assert.Equal(lost[0], lost[1]);
        Assert.NotEqual(lost[0], lost[2]);

        static long Lost(ulong seed)
        {
            using EventLoop loop = new();
            LinkDirection link = new(loop, 0, 0, 0.1, seed, new Collected(loop));
            for (int i = 0; i < 10_000; i++)
            {
                link.Transmit([0]);
            }

            loop.RunUntil(1);
            return link.FramesLost;
        }
    }

    [Fact]
    public void SetLoss_OnePrefix_LosesOnlyWhatGoesThere()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        LinkDirection link = new(loop, 0, 0, 0, 1, sink);
        link.SetLoss(1, new TrafficMatch { Destination = new(new IPAddress([10, 0, 2, 0]), 24) });
        link.Transmit(Frame(0x0A000105, 5000));
        link.Transmit(Frame(0x0A000205, 5000));
        link.Transmit(new byte[60]);
        loop.RunUntil(1);
        Assert.Equal((2, 1L), (sink.Frames.Count, link.FramesLost));
        link.SetLoss(0);
        link.Transmit(Frame(0x0A000205, 5000));
        loop.RunUntil(2);
        Assert.Equal(3, sink.Frames.Count);
    }

    [Fact]
    public void SetSlow_OneClass_IsDelayedAndOvertaken()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        LinkDirection link = new(loop, 0, 1_000_000, 0, 1, sink);
        link.SetSlow(5_000_000, 0, 0, new TrafficMatch { Protocol = 17, DestinationPorts = new(5000, 5001) });
        link.Transmit(Frame(0x0A000105, 5001));
        link.Transmit(Frame(0x0A000105, 5002));
        loop.RunUntil(10_000_000);
        Assert.Equal([1_000_000L, 6_000_000L], sink.Frames.Select(f => f.AtNs));
        Assert.Equal(2, link.FramesDelivered);
    }

    [Fact]
    public void SetSlow_AllFrames_DelayJitterAndRateHoldAndOrderStays()
    {
        using EventLoop loop = new();
        Collected sink = new(loop);
        LinkDirection link = new(loop, 0, 1_000_000, 0, 1, sink);
        link.SetSlow(2_000_000, 1_000_000, 1_000_000, null);
        for (byte i = 0; i < 50; i++)
        {
            link.TransmitAt([i, .. new byte[124]], i * 1000);
        }

        loop.RunUntil(100_000_000);
        Assert.Equal(Enumerable.Range(0, 50), sink.Frames.Select(f => (int)f.Frame[0]));
        Assert.InRange(sink.Frames[0].AtNs, 4_000_000, 5_000_000); // a millisecond of bits, one of the link, two more, and up to one
    }

    private static byte[] Frame(uint destination, ushort port) => new FrameTemplate(
        new FlowKey(0x0A000101, destination, 17, 4000, port), new byte[6], new byte[6], 1).Udp(100, 1, 0).ToArray();
}
