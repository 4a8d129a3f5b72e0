using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Tests.Headers;

public sealed class Ipv4HeaderTests
{
    // The checksum was added up by hand: 455C+00D0+1234+4000+3E11+0A00+0101+0A00+0202 = ED74 -> 128B.
    private static readonly byte[] s_golden = Bytes.Hex("455C00D0 12344000 3E11128B 0A000101 0A000202");

    private static readonly Ipv4Fields s_fields = new()
    {
        Source = 0x0A000101,
        Destination = 0x0A000202,
        Protocol = IpProtocol.Udp,
        TotalLength = 208,
        Identification = 0x1234,
        Dscp = 0x17,
        Ttl = 62,
        DontFragment = true,
    };

    [Fact]
    public void Write_OverDirtyBuffer_GoldenBytes()
    {
        var bytes = Bytes.Dirty(20);
        Assert.Equal(20, Ipv4Header.Write(bytes, s_fields));
        Assert.Equal(s_golden, bytes);
    }

    [Fact]
    public void TryRead_Golden_Fields()
    {
        Assert.True(Ipv4Header.TryRead(s_golden, out var header));
        Assert.Equal((0x0A000101u, 0x0A000202u, (byte)17, (ushort)208, (ushort)0x1234), (header.Source, header.Destination, header.Protocol, header.TotalLength, header.Identification));
        Assert.Equal(((byte)0x17, (byte)0, (byte)62, true, false, (ushort)0), (header.Dscp, header.Ecn, header.Ttl, header.DontFragment, header.MoreFragments, header.FragmentOffset));
        Assert.True(header.IsChecksumValid);
    }

    [Fact]
    public void Write_EveryField_ReadsBack()
    {
        var fields = new Ipv4Fields { Source = 1, Destination = 2, Protocol = 6, TotalLength = 3, Identification = 4, Dscp = 63, Ecn = 3, Ttl = 5, MoreFragments = true, FragmentOffset = 0x1FFF };
        var bytes = Bytes.Dirty(20);
        Ipv4Header.Write(bytes, fields);
        Assert.True(Ipv4Header.TryRead(bytes, out var header));
        Assert.Equal(((byte)63, (byte)3, true, false, (ushort)0x1FFF), (header.Dscp, header.Ecn, header.MoreFragments, header.DontFragment, header.FragmentOffset));
        Assert.True(header.IsChecksumValid);
        bytes[^1] ^= 1;
        Assert.True(Ipv4Header.TryRead(bytes, out var broken));
        Assert.False(broken.IsChecksumValid);
    }

    [Fact]
    public void TryRead_TruncatedOrWrong_False()
    {
        for (var length = 0; length < 20; length++)
            Assert.False(Ipv4Header.TryRead(s_golden.AsSpan(0, length), out _));
        var options = new byte[24];
        s_golden.CopyTo(options, 0);
        options[0] = 0x46;
        Assert.True(Ipv4Header.TryRead(options, out var header));
        Assert.Equal(24, header.HeaderLength);
        Assert.False(Ipv4Header.TryRead(options.AsSpan(0, 23), out _));
        options[0] = 0x44;
        Assert.False(Ipv4Header.TryRead(options, out _));
        options[0] = 0x65;
        Assert.False(Ipv4Header.TryRead(options, out _));
    }
}
