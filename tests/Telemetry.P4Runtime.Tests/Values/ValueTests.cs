using System.Net;
using System.Numerics;
using Google.Protobuf;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Tests.Values;

public sealed class ValueTests
{
    [Theory]
    [InlineData("0", 9, "00")]
    [InlineData("511", 9, "01FF")]
    [InlineData("0x0001", 16, "01")]
    [InlineData("0b101", 3, "05")]
    [InlineData("0o17", 8, "0F")]
    [InlineData("1_000", 16, "03E8")]
    [InlineData("10.0.1.1", 32, "0A000101")]
    [InlineData("0.0.0.1", 32, "01")]
    [InlineData("00:00:00:00:01:0A", 48, "010A")]
    [InlineData("2001:db8::1", 128, "20010DB8000000000000000000000001")]
    [InlineData("::", 128, "00")]
    [InlineData("340282366920938463463374607431768211455", 128, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    public void Parse_EachNotation_CanonicalBytes(string text, int width, string hex) =>
        Assert.Equal(hex, Convert.ToHexString(ValueText.Parse(text, new ValueField("f", width)).Span));

    [Theory]
    [InlineData("512", 9, "f (bit<9>): 0x200 needs 10 bits")]
    [InlineData("-1", 9, "f (bit<9>): -1 is negative")]
    [InlineData("abc", 9, "f (bit<9>): 'abc' is no value; write it as decimal, 0x, 0b, 0o, a MAC, IPv4 or IPv6 address")]
    [InlineData("0x", 9, "f (bit<9>): '0x' is no value; write it as decimal, 0x, 0b, 0o, a MAC, IPv4 or IPv6 address")]
    [InlineData("", 9, "f (bit<9>): '' is no value; write it as decimal, 0x, 0b, 0o, a MAC, IPv4 or IPv6 address")]
    [InlineData("10.0.1", 32, "f (bit<32>): '10.0.1' is no IPv4 address")]
    [InlineData("10.0.1.256", 32, "f (bit<32>): '10.0.1.256' is no IPv4 address")]
    [InlineData("10.0.1.1", 48, "f (bit<48>): 10.0.1.1 is an IPv4 address of 32 bits")]
    [InlineData("1:2:3", 128, "f (bit<128>): '1:2:3' is no IPv6 address and no MAC address")]
    public void Parse_Wrong_NamesFieldWidthAndValue(string text, int width, string message) =>
        Assert.Equal(message, Assert.Throws<P4ValueException>(() => ValueText.Parse(text, new ValueField("f", width))).Message);

    [Fact]
    public void Encode_EverySource_SameBytes()
    {
        var field = new ValueField("hdr.ipv4.dst_addr", 32);
        P4Value[] values = [0x0A000101, 0x0A000101u, 0x0A000101L, 0x0A000101ul, (UInt128)0x0A000101, new BigInteger(0x0A000101), "10.0.1.1", "0xa000101", IPAddress.Parse("10.0.1.1"), P4Value.FromBytes([0, 0, 10, 0, 1, 1])];
        Assert.All(values, value => Assert.Equal(ByteString.CopyFrom(10, 0, 1, 1), value.Encode(field)));
        Assert.Equal(ByteString.CopyFrom(10, 0, 1, 1), CanonicalBytes.Encode([0, 10, 0, 1, 1], field));
        P4Value negative = -5;
        Assert.Throws<P4ValueException>(() => negative.Encode(field));
    }

    // Every value of every width up to 17 bits has the shortest form and comes back.
    [Fact]
    public void Encode_EverySmallValue_ShortestAndBack()
    {
        for (var width = 1; width <= 17; width++)
        {
            var field = new ValueField("f", width);
            for (ulong value = 0; value < 1ul << width; value++)
            {
                var bytes = CanonicalBytes.Encode(value, field);
                if (!CanonicalBytes.IsCanonical(bytes.Span) || CanonicalBytes.ToUInt64(bytes) != value)
                    Assert.Fail($"{value} in {width} bits became {Convert.ToHexString(bytes.Span)}");
            }
            Assert.Throws<P4ValueException>(() => CanonicalBytes.Encode(1ul << width, field));
        }
    }

    [Fact]
    public void Canonicalize_AnyForm_Shortest()
    {
        Assert.Equal(ByteString.CopyFrom(0), CanonicalBytes.Canonicalize(ByteString.Empty));
        Assert.Equal(ByteString.CopyFrom(0), CanonicalBytes.Canonicalize(ByteString.CopyFrom(0, 0, 0)));
        Assert.Equal(ByteString.CopyFrom(1, 0), CanonicalBytes.Canonicalize(ByteString.CopyFrom(0, 1, 0)));
        var canonical = ByteString.CopyFrom(7, 0);
        Assert.Same(canonical, CanonicalBytes.Canonicalize(canonical));
        Assert.False(CanonicalBytes.IsCanonical([]));
        Assert.False(CanonicalBytes.IsCanonical([0, 1]));
        Assert.Equal(9, CanonicalBytes.BitLength([0, 1, 0xFF]));
        Assert.Throws<OverflowException>(() => CanonicalBytes.ToUInt64(ByteString.CopyFrom(1, 0, 0, 0, 0, 0, 0, 0, 0)));
    }

    [Fact]
    public void TryCopyPadded_ShortLongAndTooLong()
    {
        Span<byte> target = [0xA5, 0xA5, 0xA5, 0xA5];
        Assert.True(CanonicalBytes.TryCopyPadded([1, 2], target));
        Assert.Equal(new byte[] { 0, 0, 1, 2 }, target.ToArray());
        Assert.True(CanonicalBytes.TryCopyPadded([0, 0, 0, 1, 2, 3, 4], target));
        Assert.Equal(new byte[] { 1, 2, 3, 4 }, target.ToArray());
        Assert.False(CanonicalBytes.TryCopyPadded([1, 2, 3, 4, 5], target));
        Assert.True(CanonicalBytes.TryCopyPadded([], target));
        Assert.Equal(new byte[4], target.ToArray());
    }

    [Theory]
    [InlineData("hdr.ipv4.dst_addr", 32, "0A000101", "10.0.1.1")]
    [InlineData("hdr.ipv4.dst_addr", 32, "01", "0.0.0.1")]
    [InlineData("node_id", 32, "0A", "10")]
    [InlineData("dst_mac", 48, "010A", "00:00:00:00:01:0a")]
    [InlineData("src", 128, "20010DB8000000000000000000000001", "2001:db8::1")]
    [InlineData("port", 9, "01FF", "511")]
    [InlineData("cookie", 64, "0123456789ABCDEF", "0x123456789abcdef")]
    [InlineData("dst_addr", 32, "0102030405", "0x102030405")]
    public void Format_ByNameAndWidth_Readable(string name, int width, string hex, string text) =>
        Assert.Equal(text, ValueText.Format(ByteString.CopyFrom(Convert.FromHexString(hex)), new ValueField(name, width)));

    [Theory]
    [InlineData("10.0.1.7/24", "0A000100", 24)]
    [InlineData("10.0.1.7", "0A000107", 32)]
    [InlineData("0.0.0.0/0", "00", 0)]
    [InlineData("0x0a000100/25", "0A000100", 25)]
    public void ParsePrefix_Text_MaskedValue(string text, string hex, int length)
    {
        var (value, prefix) = ValueText.ParsePrefix(text, new ValueField("a", 32));
        Assert.Equal((hex, length), (Convert.ToHexString(value.Span), prefix));
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("/8")]
    public void ParsePrefix_Wrong_Throws(string text) => Assert.Throws<P4ValueException>(() => ValueText.ParsePrefix(text, new ValueField("a", 32)));

    [Theory]
    [InlineData("0x1f&&&0xf0", "10", "F0")]
    [InlineData("5", "05", "FF")]
    [InlineData("0x12/4", "10", "F0")]
    public void ParseMasked_Text_ValueWithinMask(string text, string valueHex, string maskHex)
    {
        var (value, mask) = ValueText.ParseMasked(text, new ValueField("b", 8));
        Assert.Equal((valueHex, maskHex), (Convert.ToHexString(value.Span), Convert.ToHexString(mask.Span)));
    }

    [Fact]
    public void ParseRange_Text_BothEnds()
    {
        var field = new ValueField("p", 16);
        Assert.Equal((ByteString.CopyFrom(80), ByteString.CopyFrom(1, 0xBB)), ValueText.ParseRange("80..443", field));
        Assert.Equal((ByteString.CopyFrom(80), ByteString.CopyFrom(1, 0xBB)), ValueText.ParseRange("80->443", field));
        Assert.Equal((ByteString.CopyFrom(80), ByteString.CopyFrom(80)), ValueText.ParseRange("80", field));
        Assert.Equal("p (bit<16>): '9..8': the low end is above the high end", Assert.Throws<P4ValueException>(() => ValueText.ParseRange("9..8", field)).Message);
    }
}
