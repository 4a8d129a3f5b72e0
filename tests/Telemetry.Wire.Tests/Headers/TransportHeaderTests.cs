using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Tests.Headers;

public sealed class TransportHeaderTests
{
    private static readonly byte[] s_tcp = Bytes.Hex("1388 0050 01020304 0A0B0C0D 5012 FFFE ABCD 0000");
    private static readonly byte[] s_udp = Bytes.Hex("1388 0050 00BC 1234");

    [Fact]
    public void Tcp_WriteAndRead_GoldenBytes()
    {
        var bytes = Bytes.Dirty(20);
        Assert.Equal(20, TcpHeader.Write(bytes, 5000, 80, 0x01020304, 0x0A0B0C0D, TcpFlags.Syn | TcpFlags.Ack, 0xFFFE, 0xABCD));
        Assert.Equal(s_tcp, bytes);
        Assert.True(TcpHeader.TryRead(bytes, out var header));
        Assert.Equal(((ushort)5000, (ushort)80, 0x01020304u, 0x0A0B0C0Du, 20), (header.SourcePort, header.DestinationPort, header.SequenceNumber, header.AcknowledgementNumber, header.HeaderLength));
        Assert.Equal((TcpFlags.Syn | TcpFlags.Ack, (ushort)0xFFFE, (ushort)0xABCD, (ushort)0), (header.Flags, header.Window, header.Checksum, header.UrgentPointer));
        for (var length = 0; length < 20; length++)
            Assert.False(TcpHeader.TryRead(s_tcp.AsSpan(0, length), out _));
    }

    [Fact]
    public void Udp_WriteAndRead_GoldenBytes()
    {
        var bytes = Bytes.Dirty(8);
        Assert.Equal(8, UdpHeader.Write(bytes, 5000, 80, 188, 0x1234));
        Assert.Equal(s_udp, bytes);
        Assert.True(UdpHeader.TryRead(bytes, out var header));
        Assert.Equal(((ushort)5000, (ushort)80, (ushort)188, (ushort)0x1234), (header.SourcePort, header.DestinationPort, header.Length, header.Checksum));
        for (var length = 0; length < 8; length++)
            Assert.False(UdpHeader.TryRead(s_udp.AsSpan(0, length), out _));
    }
}
