using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Tests.Headers;

public sealed class Ipv6HeaderTests
{
    private static readonly byte[] s_golden = Bytes.Hex("65C12345 00101140 20010DB8000000000000000000000001 20010DB8000000000000000000000002");

    [Fact]
    public void Write_OverDirtyBuffer_GoldenBytesAndFields()
    {
        var bytes = Bytes.Dirty(40);
        var prefix = (UInt128)0x2001_0DB8 << 96;
        Assert.Equal(40, Ipv6Header.Write(bytes, 0x5C, 0x12345, 16, IpProtocol.Udp, 64, prefix | 1, prefix | 2));
        Assert.Equal(s_golden, bytes);
        Assert.True(Ipv6Header.TryRead(bytes, out var header));
        Assert.Equal(((byte)0x5C, (byte)0x17, 0x12345u, (ushort)16, (byte)17, (byte)64), (header.TrafficClass, header.Dscp, header.FlowLabel, header.PayloadLength, header.NextHeader, header.HopLimit));
        Assert.Equal((prefix | 1, prefix | 2), (header.Source, header.Destination));
    }

    [Fact]
    public void TryRead_TruncatedOrWrongVersion_False()
    {
        for (var length = 0; length < 40; length++)
            Assert.False(Ipv6Header.TryRead(s_golden.AsSpan(0, length), out _));
        Assert.False(Ipv6Header.TryRead(Bytes.Dirty(40), out _));
    }

    [Fact]
    public void TryFindUpper_Extensions_WalksAndStopsAtLaterFragments()
    {
        var packet = new byte[40 + 16 + 8 + 8];
        s_golden.CopyTo(packet, 0);
        packet[6] = 0;                  // hop-by-hop, 16 bytes
        (packet[40], packet[41]) = (44, 1);
        packet[56] = IpProtocol.Udp;    // first fragment
        Assert.True(Ipv6Header.TryFindUpper(packet, out var protocol, out var offset));
        Assert.Equal((IpProtocol.Udp, 64), (protocol, offset));
        packet[59] = 8;                 // offset 1
        Assert.False(Ipv6Header.TryFindUpper(packet, out _, out _));
        for (var length = 0; length < 64; length++)
            Assert.False(Ipv6Header.TryFindUpper(packet.AsSpan(0, length), out _, out _));
    }
}
