using Telemetry.Wire.Int;

namespace Telemetry.Wire.Tests.Int;

public sealed class IntHeaderTests
{
    [Fact]
    public void Shim_EachNextProtocolType_GoldenBytes()
    {
        var bytes = Bytes.Dirty(4);
        Assert.Equal(4, IntShim.WriteWithDscp(bytes, IntType.Metadata, 19, 0x0A));
        Assert.Equal(Bytes.Hex("10 13 00 28"), bytes);
        Assert.True(IntShim.TryRead(bytes, out var dscp));
        Assert.Equal((IntType.Metadata, 0, (byte)19, (byte)0x0A, 80), (dscp.Type, dscp.NextProtocolType, dscp.LengthWords, dscp.OriginalDscp, dscp.TotalLength));

        IntShim.WriteWithPort(bytes, IntType.Instructions, 3, 5000);
        Assert.Equal(Bytes.Hex("34 03 13 88"), bytes);
        Assert.True(IntShim.TryRead(bytes, out var port));
        Assert.Equal((IntType.Instructions, 1, (ushort)5000), (port.Type, port.NextProtocolType, port.OriginalPort));

        IntShim.WriteWithProtocol(bytes, IntType.Destination, 255, 6);
        Assert.Equal(Bytes.Hex("28 FF 00 06"), bytes);
        Assert.True(IntShim.TryRead(bytes, out var protocol));
        Assert.Equal((IntType.Destination, 2, (byte)6, 1024), (protocol.Type, protocol.NextProtocolType, protocol.NextProtocol, protocol.TotalLength));
    }

    [Fact]
    public void Md_WriteAndRead_GoldenBytes()
    {
        var fields = new IntMdFields
        {
            Discard = true, MtuExceeded = true, HopWords = 31, RemainingHops = 6, Instructions = (IntInstructions)0xFC01,
            DomainId = 0x1122, DomainInstructions = 0x3344, DomainFlags = 0x5566,
        };
        var bytes = Bytes.Dirty(12);
        Assert.Equal(12, IntMdHeader.Write(bytes, fields));
        Assert.Equal(Bytes.Hex("2A001F06 FC011122 33445566"), bytes);
        Assert.True(IntMdHeader.TryRead(bytes, out var md));
        Assert.Equal((true, false, true, 31, (byte)6), (md.Discard, md.HopsExceeded, md.MtuExceeded, md.HopWords, md.RemainingHops));
        Assert.Equal(((IntInstructions)0xFC01, (ushort)0x1122, (ushort)0x3344, (ushort)0x5566), (md.Instructions, md.DomainId, md.DomainInstructions, md.DomainFlags));
        IntMdHeader.Write(bytes, new IntMdFields { HopsExceeded = true });
        Assert.Equal(Bytes.Hex("24000800 FC000000 00000000"), bytes);
    }

    [Fact]
    public void Mx_WriteAndRead_GoldenBytes()
    {
        var bytes = Bytes.Dirty(12);
        Assert.Equal(12, IntMxHeader.Write(bytes, true, IntInstructions.Default, 1, 2, 3));
        Assert.Equal(Bytes.Hex("28000000 FC000001 00020003"), bytes);
        Assert.True(IntMxHeader.TryRead(bytes, out var mx));
        Assert.Equal((true, IntInstructions.Default, (ushort)1, (ushort)2, (ushort)3), (mx.Discard, mx.Instructions, mx.DomainId, mx.DomainInstructions, mx.DomainFlags));
    }

    [Fact]
    public void TryRead_EveryTruncationAndVersion_False()
    {
        var bytes = new byte[12];
        IntMdHeader.Write(bytes, new IntMdFields());
        for (var length = 0; length < 12; length++)
        {
            Assert.False(IntMdHeader.TryRead(bytes.AsSpan(0, length), out _));
            Assert.False(IntMxHeader.TryRead(bytes.AsSpan(0, length), out _));
        }
        for (var length = 0; length < 4; length++)
            Assert.False(IntShim.TryRead(bytes.AsSpan(0, length), out _));
        for (var version = 0; version < 16; version++)
        {
            bytes[0] = (byte)(version << 4);
            Assert.Equal(version == 2, IntMdHeader.TryRead(bytes, out _));
            Assert.Equal(version == 2, IntMxHeader.TryRead(bytes, out _));
        }
    }

    [Theory]
    [InlineData(0xFC00, 8)]
    [InlineData(0x8000, 1)]
    [InlineData(0x0E00, 6)]
    [InlineData(0x007E, 6)]
    [InlineData(0xFFFF, 19)]
    [InlineData(0x0000, 0)]
    public void Words_Bitmap_Size(int bitmap, int words) => Assert.Equal(words, ((IntInstructions)bitmap).Words());
}
