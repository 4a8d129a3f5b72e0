using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Reports;

namespace Telemetry.Wire.Tests.Reports;

/// <summary>tests/data/reports-3hop.pcap is what the builder makes; with TELEMETRY_WRITE_DATA=1 the first test writes it anew.</summary>
public sealed class CaptureTests
{
    private const int Packets = 40;
    private const ushort Port = 32766;

    [Fact]
    public void Capture_InTheRepository_IsWhatTheBuilderMakes()
    {
        var made = Make();
        if (Environment.GetEnvironmentVariable("TELEMETRY_WRITE_DATA") == "1")
            File.WriteAllBytes(CapturePath(), made);
        Assert.Equal(made, File.ReadAllBytes(CapturePath()));
    }

    [Fact]
    public void Capture_Decoded_ThreeHopsOfEveryPacketAndOneGap()
    {
        var capture = File.ReadAllBytes(CapturePath());
        var report = new DecodedReport();
        var sequences = new List<uint>();
        for (var position = 24; position < capture.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(capture.AsSpan(position + 8));
            Assert.True(ReportFrame.TryGetPayload(capture.AsSpan(position + 16, length), Port, out var payload));
            var decoder = new ReportDecoder(payload, report);
            Assert.True(decoder.MoveNext());
            Assert.Equal((ReportError.None, 3), (report.Error, report.HopCount));
            Assert.Equal([1u, 2u, 3u], new[] { report.PathHop(0).NodeId, report.PathHop(1).NodeId, report.PathHop(2).NodeId });
            sequences.Add(report.Sequence);
            Assert.False(decoder.MoveNext());
            position += 16 + length;
        }
        Assert.Equal(Packets, sequences.Count);
        Assert.Equal(Packets + 1u, sequences[^1] - sequences[0] + 1);
    }

    // Little-endian pcap 2.4, microseconds, Ethernet. A packet a millisecond; queue of s2 fills from packet 20 on; report 30 was lost.
    private static byte[] Make()
    {
        using var file = new MemoryStream();
        Span<byte> head = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], 0x0004_0002);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], 1);
        file.Write(head);
        var frame = new byte[2048];
        Span<byte> record = stackalloc byte[16];
        for (var i = 0; i < Packets; i++)
        {
            var wait = (uint)(i < 20 ? 0 : (i - 19) * 250);
            var start = 5_000_000ul + (1000ul * (uint)i);
            var builder = new ReportBuilder(frame.AsSpan(ReportFrame.HeaderLength), 1, (uint)(i < 30 ? i : i + 1), 3);
            builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
            builder.AppendFlowWithInt(
                Samples.Flow,
                new Ipv4Fields { TotalLength = 1028, Identification = (ushort)(100 + i), Dscp = 0, Ttl = 61 },
                new Telemetry.Wire.Int.IntMdFields { RemainingHops = 5 },
                [
                    Samples.Hop(3, 2, 1, 40, 0, start + 300 + wait),
                    Samples.Hop(2, 1, 2, 50 + wait, wait / 50, start + 150),
                    Samples.Hop(1, 1, 2, 45, 1, start),
                ]);
            builder.End();
            var length = ReportFrame.WriteHeaders(frame, 0x0800_0000_00FE, 0x0800_0000_0003, 0x0A0000_03, 0x0A00_00FE, Port, Port, builder.Length, (ushort)i);
            BinaryPrimitives.WriteUInt32LittleEndian(record, 1_800_000_000);
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(i * 1000) + wait);
            BinaryPrimitives.WriteInt32LittleEndian(record[8..], length);
            BinaryPrimitives.WriteInt32LittleEndian(record[12..], length);
            file.Write(record);
            file.Write(frame.AsSpan(0, length));
        }
        return file.ToArray();
    }

    private static string CapturePath([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "data", "reports-3hop.pcap"));
}
