using System.Buffers.Binary;
using System.Text.Json;
using Telemetry.Collector.Captures;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Tests.Captures;

public sealed class CaptureDecoderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-capture").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string CaptureFile => Path.Combine(_directory, "reports.pcap");

    private static byte[] Frame(byte[] payload, ushort port = 32766)
    {
        byte[] frame = new byte[ReportFrame.HeaderLength + payload.Length];
        payload.CopyTo(frame.AsSpan(ReportFrame.HeaderLength));
        ReportFrame.WriteHeaders(frame, 1, 2, 0x0A000001, 0x0A000002, 5000, port, payload.Length);
        return frame;
    }

    /// <summary>A pcap file as every tool writes it: magic, version 2.4, Ethernet (1) or another link type, one record a frame.</summary>
    private void Write(IEnumerable<byte[]> frames, uint linkType = 1)
    {
        using FileStream file = File.Create(CaptureFile);
        byte[] head = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(6), 4);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(16), 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(20), linkType);
        file.Write(head);
        uint milliseconds = 0;
        foreach (byte[] frame in frames)
        {
            byte[] record = new byte[16];
            BinaryPrimitives.WriteUInt32LittleEndian(record, 1_700_000_000);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), milliseconds++ * 1000);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), (uint)frame.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12), (uint)frame.Length);
            file.Write(record);
            file.Write(frame);
        }
    }

    private int Run(bool json = false, ushort port = 32766) => Run(options => options with { Json = json, Port = port });

    private int Run(Func<CaptureOptions, CaptureOptions> change) =>
        new CaptureDecoder(change(new CaptureOptions { File = CaptureFile }), _output, _errors).Run();

    private static string[] Lines(StringWriter writer) => writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [PcapFact]
    public void Run_Reports_OneLineEachAndASummary()
    {
        Write([Frame(Reports.TwoHops(7, 5, depth1: 4)), Frame([1, 2, 3], port: 53), Frame(Reports.TwoHops(8, 6))]);
        Assert.Equal(0, Run());
        string[] lines = Lines(_output);
        Assert.Equal(3, lines.Length);
        Assert.Equal(
            "1 0.000000 node 2 hw 1 seq 7: [TrackedFlow] 10.0.1.1:4000>10.0.2.2:80/udp id 5 500 B"
            + " | 1 in 1 out 3 latency 20 queue 0 depth 4 at 1000..1020 | 2 in 3 out 1 latency 30 queue 0 depth 0 at 1030..1060",
            lines[0]);
        Assert.StartsWith("3 0.002000 node 2 hw 1 seq 8:", lines[1], StringComparison.Ordinal);
        Assert.Equal("3 packets, 2 report datagrams, 2 reports, 4 hops, 0 malformed", lines[2]);
        Assert.Equal("", _errors.ToString());
    }

    [PcapFact]
    public void Run_Json_EveryLineIsAnObject()
    {
        Write([Frame(Reports.TwoHops(7, 5, depth1: 4))]);
        Assert.Equal(0, Run(json: true));
        using JsonDocument line = JsonDocument.Parse(Assert.Single(Lines(_output)));
        Assert.Equal("10.0.1.1", line.RootElement.GetProperty("src").GetString());
        Assert.Equal(4, line.RootElement.GetProperty("hops")[0].GetProperty("depth").GetInt32());
        Assert.Equal(2, line.RootElement.GetProperty("hops").GetArrayLength());
        Assert.Contains("1 reports", _errors.ToString(), StringComparison.Ordinal);
    }

    [PcapFact]
    public void Run_RawIp_IsDecodedToo()
    {
        Write([Frame(Reports.TwoHops(7, 5))[14..]], linkType: 101);
        Assert.Equal(0, Run());
        Assert.Contains("seq 7", _output.ToString(), StringComparison.Ordinal);
    }

    [PcapFact]
    public void Run_TruncatedReport_NamesFilePacketAndPlace()
    {
        Write([Frame(Reports.TwoHops(7, 5)), Frame(Reports.TwoHops(8, 6)[..40])]);
        Assert.Equal(1, Run());
        Assert.Equal($"{CaptureFile}: packet 2: report 1 of 1: ReportLength 27 words, 7 left (ReportLength at byte 9)", Assert.Single(Lines(_errors)));
        Assert.Contains("1 reports, 2 hops, 1 malformed", _output.ToString(), StringComparison.Ordinal);
    }

    [PcapFact]
    public void Run_SecondOfTwoReportsCut_SaysWhichAndHowFar()
    {
        byte[] first = Reports.TwoHops(7, 5);
        byte[] second = Reports.TwoHops(7, 6);
        Write([Frame([.. first, .. second[8..40]])]);
        Assert.Equal(1, Run());
        Assert.Equal($"{CaptureFile}: packet 1: report 2 of 2: ReportLength 27 words, 7 left (ReportLength at byte {first.Length + 1})", Assert.Single(Lines(_errors)));
    }

    [PcapFact]
    public void Run_Verbose_EveryPartWithItsOffset()
    {
        Write([Frame(Reports.TwoHops(7, 5, depth1: 4))]);
        Assert.Equal(0, Run(options => options with { Verbose = true }));
        string[] lines = Lines(_output);
        Assert.Equal("  0000   Telemetry report v2.0: node 2, hardware 1, sequence 7", lines[1]);
        Assert.Contains("  0008   Report 1 of 1: InnerOnly, inner Ipv4, TrackedFlow", lines);
        Assert.Contains("  000c       Flow 10.0.1.1:4000>10.0.2.2:80/udp, 500 bytes, id 5, TTL 60, DSCP 0", lines);
        Assert.Contains("  0058         Hop 1 of 2", lines);
        Assert.Contains("  0058           node 1, in 1, out 3, latency 20, queue 0, depth 4, ingress 1000, egress 1020", lines);
    }

    [PcapFact]
    public void Run_Filter_OnlyWhatHolds()
    {
        Write([Frame(Reports.TwoHops(7, 5, depth1: 4)), Frame(Reports.TwoHops(8, 6, depth2: 90))]);
        Assert.Equal(0, Run(options => options with { Filter = ReportFilter.Parse("depth > 50") }));
        Assert.StartsWith("2 ", Lines(_output)[0], StringComparison.Ordinal);
        Assert.Equal(2, Lines(_output).Length);
    }

    [PcapFact]
    public void Run_Statistics_ExportersFormatsAndFlows()
    {
        Write([Frame(Reports.TwoHops(7, 5)), Frame(Reports.TwoHops(9, 6)), Frame([0x20, 0, 0, 10, 0, 0, 0, 2])]);
        Assert.Equal(1, Run(options => options with { Statistics = true }));
        string[] lines = Lines(_output);
        Assert.Contains("exporter node 2 hw 1: 2 datagrams, 1 missing", lines);
        Assert.Contains("format report V20, INT V20 over Udp: 2", lines);
        Assert.Contains("error NoReport: 1", lines);
        Assert.Contains("flow 10.0.1.1:4000>10.0.2.2:80/udp: 2 reports, 1000 bytes", lines);
    }

    [PcapFact]
    public void Run_KnownDeviation_AProfileIsSuggested()
    {
        byte[][] frames = [.. Enumerable.Range(0, 4).Select(i => Reports.TwoHops((uint)i, (ushort)i))];
        foreach (byte[] datagram in frames)
        {
            datagram[41]++; // the shim counts itself
        }

        Write(frames.Select(datagram => Frame(datagram)));
        Assert.Equal(1, Run());
        string advice = Lines(_errors)[^1];
        Assert.Contains("\"nodes\": [2], \"deviations\": [\"shim-counted\"]", advice, StringComparison.Ordinal);
    }

    [PcapFact]
    public void Run_FileCutOff_NamesTheLastWholePacket()
    {
        Write([Frame(Reports.TwoHops(7, 5)), Frame(Reports.TwoHops(8, 6))]);
        using (FileStream file = new(CaptureFile, FileMode.Open))
        {
            file.SetLength(file.Length - 10);
        }

        Assert.Equal(1, Run());
        Assert.StartsWith($"{CaptureFile}: after packet 1: ", Assert.Single(Lines(_errors)), StringComparison.Ordinal);
    }

    [PcapFact]
    public void Run_NoCapture_IsOneClearError()
    {
        File.WriteAllText(CaptureFile, "this is a text about packets, not a capture of them");
        Assert.Equal(1, Run());
        Assert.StartsWith($"{CaptureFile}: not a capture file that can be read: ", Assert.Single(Lines(_errors)), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
    }

    [PcapFact]
    public void Run_ReportsToAnotherPort_SaysWhichPortsThereAre()
    {
        Write([Frame(Reports.TwoHops(7, 5), port: 54321)]);
        Assert.Equal(1, Run());
        Assert.Equal($"{CaptureFile}: no telemetry report to UDP port 32766 in 1 packets; UDP ports in it: 54321", Assert.Single(Lines(_errors)));
        Assert.Equal(0, Run(port: 0));
    }

    [PcapFact]
    public void Run_RandomFrames_NeverThrow()
    {
        Random random = new(9);
        Write(Enumerable.Range(0, 500).Select(_ =>
        {
            byte[] frame = Frame(Reports.TwoHops(7, 5));
            for (int i = 0; i < 4; i++)
            {
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            }

            return frame[..random.Next(1, frame.Length)];
        }));
        Assert.Equal(1, Run(port: 0));
        Assert.InRange(Lines(_errors).Length, 1, 21);
    }

    [Fact]
    public void Run_NoSuchFile_SaysSo()
    {
        Assert.Equal(1, Run());
        Assert.Equal($"{CaptureFile}: there is no such file", Assert.Single(Lines(_errors)));
    }
}
