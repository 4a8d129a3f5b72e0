using System.Buffers.Binary;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Tests.Hosts;

public class FrameTemplateTests
{
    private static readonly byte[] s_sourceMac = [8, 0, 0, 0, 1, 1];
    private static readonly byte[] s_destinationMac = [8, 0, 0, 0, 2, 1];

    [Theory]
    [InlineData(FrameTemplate.MinUdpFrame)]
    [InlineData(81)]
    [InlineData(1000)]
    [InlineData(FlowPlan.MaxFrameBytes)]
    public void Udp_AnyLength_ReceiverReadsWhatWasSent(int bytes)
    {
        FrameTemplate template = Template(17, out FlowKey key);
        ReadOnlySpan<byte> frame = template.Udp(bytes, 0x0123456789ABCDEF, 987654321);
        Assert.Equal(bytes, frame.Length);
        Assert.Equal(FrameFault.None, ReceivedFrame.TryRead(frame, s_destinationMac, out ReceivedFrame received));
        Assert.Equal(key, received.Key);
        Assert.Equal((0x0123456789ABCDEF, 987654321L), (received.Number, received.SentNs));
    }

    [Fact]
    public void Udp_EachFrame_CountsTheIdentification()
    {
        FrameTemplate template = Template(17, out _);
        ushort first = BinaryPrimitives.ReadUInt16BigEndian(template.Udp(100, 0, 0)[18..]);
        ushort second = BinaryPrimitives.ReadUInt16BigEndian(template.Udp(100, 1, 0)[18..]);
        Assert.Equal((0xFFFF, 0), (first, second));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(946)]
    public void Tcp_AnyPayload_ReceiverReadsWhatWasSent(int payload)
    {
        FrameTemplate template = Template(6, out _);
        template.Tcp(new TcpSegment(1, 1, TcpFlags.Ack, 100), -1, -1); // leaves its stamp in the buffer
        TcpSegment segment = new(0xFFFFFFF0, 0x80000001, TcpFlags.Ack | TcpFlags.Ece, payload);
        Assert.Equal(FrameFault.None, ReceivedFrame.TryRead(template.Tcp(segment, 5, 6), s_destinationMac, out ReceivedFrame received));
        Assert.Equal(segment, new TcpSegment(received.Sequence, received.Acknowledgement, received.Flags, received.PayloadLength));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(17)]
    public void SetSource_BetweenFrames_ReceiverReadsTheNewOne(byte protocol)
    {
        FrameTemplate template = Template(protocol, out FlowKey key);
        _ = template.Udp(1000, 7, 8);
        template.SetSource(0xC6120042, 54321);
        ReadOnlySpan<byte> frame = protocol == 17 ? template.Udp(200, 1, 2) : template.Tcp(new TcpSegment(5, 0, TcpFlags.Syn, 0), 1, 2);
        Assert.Equal(FrameFault.None, ReceivedFrame.TryRead(frame, s_destinationMac, out ReceivedFrame received));
        Assert.Equal(key with { Source = 0xC6120042, SourcePort = 54321 }, received.Key);
    }

    [Fact]
    public void TryRead_AnyChangedByte_IsRefused()
    {
        FrameTemplate template = Template(17, out _);
        byte[] frame = template.Udp(120, 3, 4).ToArray();
        for (int i = 0; i < frame.Length; i++)
        {
            if (i is >= 6 and < 12)
            {
                continue; // nothing protects the source MAC but the frame check sequence, which the lab leaves out
            }

            frame[i] ^= 0x10;
            Assert.NotEqual(FrameFault.None, ReceivedFrame.TryRead(frame, s_destinationMac, out _));
            frame[i] ^= 0x10;
        }
    }

    [Fact]
    public void TryRead_EveryTruncation_IsRefused()
    {
        byte[] frame = Template(6, out _).Tcp(new TcpSegment(1, 1, TcpFlags.Ack, 40), 1, 1).ToArray();
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.NotEqual(FrameFault.None, ReceivedFrame.TryRead(frame.AsSpan(0, length), s_destinationMac, out _));
        }
    }

    private static FrameTemplate Template(byte protocol, out FlowKey key)
    {
        key = new FlowKey(0x0A000101, 0x0A000201, protocol, 10_000, 34_000);
        return new FrameTemplate(key, s_sourceMac, s_destinationMac, 0xFFFE);
    }
}
