using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Wire.Tests.Reports;

public sealed class ReportBuilderTests
{
    [Fact]
    public void Calls_OutOfOrder_Throw()
    {
        Assert.Throws<InvalidOperationException>(() => new ReportBuilder(new byte[64], 0, 0, 0).End());
        Assert.Throws<InvalidOperationException>(() =>
        {
            var builder = new ReportBuilder(new byte[64], 0, 0, 0);
            builder.Begin(InnerType.None, ReportFlags.None);
            builder.Begin(InnerType.None, ReportFlags.None);
        });
    }

    [Fact]
    public void Buffer_TooSmall_Throws()
    {
        Assert.Throws<ArgumentException>(() => new ReportBuilder(new byte[7], 0, 0, 0));
        Assert.Throws<ArgumentException>(() =>
        {
            var builder = new ReportBuilder(new byte[12], 0, 0, 0);
            builder.Begin(InnerType.Ipv4, ReportFlags.None);
            builder.Append([1]);
        });
    }

    [Fact]
    public void AppendFlowWithInt_WrongFlowOrTooManyHops_Throws()
    {
        Assert.Throws<ArgumentException>(() =>
        {
            var builder = new ReportBuilder(new byte[4096], 0, 0, 0);
            builder.Begin(InnerType.Ipv4, ReportFlags.None);
            builder.AppendFlowWithInt(FlowKey.Ipv4(1, 2, IpProtocol.Icmp), default, new IntMdFields(), []);
        });
        Assert.Throws<ArgumentException>(() =>
        {
            var builder = new ReportBuilder(new byte[4096], 0, 0, 0);
            builder.Begin(InnerType.Ipv4, ReportFlags.None);
            builder.AppendFlowWithInt(Samples.Flow, default, new IntMdFields(), new HopMetadata[32]);
        });
    }

    [Fact]
    public void End_UnevenBytes_PaddedWithZeros()
    {
        var buffer = Bytes.Dirty(64);
        var builder = new ReportBuilder(buffer, 0, 0, 0);
        builder.Begin(InnerType.DomainSpecific, ReportFlags.Intermediate);
        builder.Append([1, 2, 3, 4, 5]);
        builder.End();
        Assert.Equal(Bytes.Hex("02020010 01020304 05000000"), builder.Written[8..].ToArray());
    }

    [Fact]
    public void MoveNext_IntoOtherReports_EachStaysAsItWas()
    {
        var buffer = Bytes.Dirty(2048);
        var builder = new ReportBuilder(buffer, 5, 77, 3);
        for (uint i = 1; i <= 3; i++)
        {
            builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
            builder.AppendFlowWithInt(Samples.Flow with { SourcePort = (ushort)i }, new Ipv4Fields { TotalLength = 128, Ttl = 62 },
                new IntMdFields { RemainingHops = 6 }, [Samples.Hop(i, 3, 1, 500, 10, 1_000_000)]);
            builder.End();
        }
        DecodedReport[] reports = [new(), new(), new()];
        var decoder = new ReportDecoder(builder.Written, reports[0]);
        Assert.True(decoder.MoveNext(reports[0]));
        Assert.True(decoder.MoveNext(reports[1]));
        Assert.True(decoder.MoveNext(reports[2]));
        Assert.False(decoder.MoveNext(reports[0]));
        for (var i = 0; i < 3; i++)
        {
            var report = reports[i];
            Assert.Equal(((byte)5, 77u, 3u, i, ReportError.None), (report.HardwareId, report.Sequence, report.NodeId, report.Index, report.Error));
            Assert.Equal(((ushort)(i + 1), 1, (uint)(i + 1)), (report.Flow.SourcePort, report.HopCount, report.Hops[0].NodeId));
        }
    }

    [Fact]
    public void MoveNext_FirstIntoAnotherThanTheConstructors_Throws() => Assert.Throws<ArgumentException>(() =>
    {
        var decoder = new ReportDecoder(Samples.TwoHops, new DecodedReport());
        decoder.MoveNext(new DecodedReport());
    });

    [Fact]
    public void Frame_WrittenAndRead_PayloadWithoutPadding()
    {
        var frame = Bytes.Dirty(ReportFrame.HeaderLength + 8 + 10);
        var length = ReportFrame.WriteHeaders(frame, 2, 1, 0x0A000001, 0x0A0000FE, 32766, 32766, 8, 77);
        Assert.Equal(ReportFrame.HeaderLength + 8, length);
        ReportGroupHeader.Write(frame.AsSpan(ReportFrame.HeaderLength), 0, 1, 2);
        Assert.True(ReportFrame.TryGetPayload(frame, 32766, out var payload));
        Assert.Equal(8, payload.Length);
        Assert.True(ReportGroupHeader.TryRead(payload, out _));
        Assert.True(ReportFrame.TryGetPayload(frame, 0, out _));
        Assert.False(ReportFrame.TryGetPayload(frame, 1, out _));
        for (var cut = 0; cut < ReportFrame.HeaderLength; cut++)
            Assert.False(ReportFrame.TryGetPayload(frame.AsSpan(0, cut), 32766, out _));
    }
}
