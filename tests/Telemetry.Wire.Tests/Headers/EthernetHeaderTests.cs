using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Tests.Headers;

public sealed class EthernetHeaderTests
{
    private static readonly byte[] s_plain = Bytes.Hex("080000000202 080000000101 0800");
    private static readonly byte[] s_tagged = Bytes.Hex("080000000202 080000000101 8100 A064 86DD");

    [Fact]
    public void Write_OverDirtyBuffer_GoldenBytes()
    {
        var plain = Bytes.Dirty(14);
        Assert.Equal(14, EthernetHeader.Write(plain, 0x0800_0000_0202, 0x0800_0000_0101, EtherType.Ipv4));
        Assert.Equal(s_plain, plain);
        var tagged = Bytes.Dirty(18);
        Assert.Equal(18, EthernetHeader.WriteTagged(tagged, 0x0800_0000_0202, 0x0800_0000_0101, 100, 5, EtherType.Ipv6));
        Assert.Equal(s_tagged, tagged);
    }

    [Fact]
    public void TryRead_Plain_Fields()
    {
        Assert.True(EthernetHeader.TryRead(s_plain, out var header));
        Assert.Equal(0x0800_0000_0202ul, header.Destination);
        Assert.Equal(0x0800_0000_0101ul, header.Source);
        Assert.Equal((EtherType.Ipv4, -1, 0, 14), (header.EtherType, header.VlanId, header.VlanPriority, header.HeaderLength));
    }

    [Fact]
    public void TryRead_OneAndTwoTags_InnerTypeOuterVlan()
    {
        Assert.True(EthernetHeader.TryRead(s_tagged, out var one));
        Assert.Equal((EtherType.Ipv6, 100, 5, 18), (one.EtherType, one.VlanId, one.VlanPriority, one.HeaderLength));
        Assert.True(EthernetHeader.TryRead(Bytes.Hex("080000000202 080000000101 88A8 0007 8100 0008 0800"), out var two));
        Assert.Equal((EtherType.Ipv4, 7, 22), (two.EtherType, two.VlanId, two.HeaderLength));
    }

    [Fact]
    public void TryRead_EveryTruncation_False()
    {
        for (var length = 0; length < s_tagged.Length; length++)
            Assert.False(EthernetHeader.TryRead(s_tagged.AsSpan(0, length), out _), $"{length} bytes");
    }

    [Theory]
    [InlineData("08:00:00:00:01:0a", 0x08000000010aul)]
    [InlineData("FF-FF-FF-FF-FF-FF", MacAddress.Broadcast)]
    [InlineData("0:1:2:3:4:5", 0x000102030405ul)]
    public void MacTryParse_Legal_Value(string text, ulong expected)
    {
        Assert.True(MacAddress.TryParse(text, out var address));
        Assert.Equal(expected, address);
        Assert.True(MacAddress.TryParse(MacAddress.Format(address), out var again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("08:00:00:00:01")]
    [InlineData("08:00:00:00:01:100")]
    [InlineData("08:00:00:00:01:zz")]
    [InlineData(null)]
    public void MacTryParse_Illegal_False(string? text) => Assert.False(MacAddress.TryParse(text, out _));
}
