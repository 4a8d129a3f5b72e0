using Telemetry.Lab.Fabric;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Tests.Fabric;

public class ReportPortTests
{
    [Fact]
    public void Transmit_Datagram_HandsOnItsPayload()
    {
        List<byte[]> got = [];
        ReportPort port = new(payload => got.Add(payload.ToArray()));
        byte[] frame = Frame();
        port.Transmit([.. frame, 0, 0, 0]); // padding
        Assert.Equal(frame.AsSpan(42).ToArray(), Assert.Single(got));
        Assert.Equal((1L, 0L), (port.Datagrams, port.BadFrames));
    }

    [Fact]
    public void Transmit_TruncatedAnywhere_CountsABadFrame()
    {
        ReportPort port = new(_ => Assert.Fail("handed on"));
        byte[] frame = Frame();
        for (int length = 0; length < frame.Length; length++)
        {
            port.Transmit(frame.AsSpan(0, length));
        }

        Assert.Equal(frame.Length, port.BadFrames);
    }

    [Theory]
    [InlineData(12)] // EtherType
    [InlineData(14)] // version
    [InlineData(20)] // inside the IPv4 checksum
    [InlineData(23)] // protocol
    [InlineData(39)] // UDP length
    public void Transmit_ChangedHeader_CountsABadFrame(int at)
    {
        ReportPort port = new(_ => Assert.Fail("handed on"));
        byte[] frame = Frame();
        frame[at] ^= 1;
        port.Transmit(frame);
        Assert.Equal(1, port.BadFrames);
    }

    private static byte[] Frame() =>
        new FrameTemplate(new FlowKey(1, 2, 17, 3, 4), new byte[6], new byte[6], 0).Udp(90, 1, 2).ToArray();
}
