using Telemetry.Wire.Reports;

namespace Telemetry.Wire.Tests.Reports;

public sealed class ReportHeaderTests
{
    [Fact]
    public void Group_WriteAndRead_GoldenBytes()
    {
        var bytes = Bytes.Dirty(8);
        Assert.Equal(8, ReportGroupHeader.Write(bytes, 5, 0x12345, 3));
        Assert.Equal(Bytes.Hex("21412345 00000003"), bytes);
        Assert.True(ReportGroupHeader.TryRead(bytes, out var header));
        Assert.Equal(((byte)5, 0x12345u, 3u), (header.HardwareId, header.Sequence, header.NodeId));
        ReportGroupHeader.Write(bytes, 63, ReportGroupHeader.MaxSequence + 1, uint.MaxValue);
        Assert.Equal(Bytes.Hex("2FC00000 FFFFFFFF"), bytes);
        for (var length = 0; length < 8; length++)
            Assert.False(ReportGroupHeader.TryRead(bytes.AsSpan(0, length), out _));
        bytes[0] = 0x1F;
        Assert.False(ReportGroupHeader.TryRead(bytes, out _));
    }

    [Fact]
    public void Individual_WriteAndRead_GoldenBytes()
    {
        var bytes = Bytes.Dirty(4);
        Assert.Equal(4, IndividualReportHeader.Write(bytes, ReportType.IntMetadata, InnerType.Ipv6, 27, 9, ReportFlags.Dropped | ReportFlags.Intermediate));
        Assert.Equal(Bytes.Hex("151B0990"), bytes);
        Assert.True(IndividualReportHeader.TryRead(bytes, out var header));
        Assert.Equal((ReportType.IntMetadata, InnerType.Ipv6, (byte)27, (byte)9), (header.Type, header.InnerType, header.LengthWords, header.MetadataWords));
        Assert.Equal(ReportFlags.Dropped | ReportFlags.Intermediate, header.Flags);
        for (var length = 0; length < 4; length++)
            Assert.False(IndividualReportHeader.TryRead(bytes.AsSpan(0, length), out _));
    }
}
