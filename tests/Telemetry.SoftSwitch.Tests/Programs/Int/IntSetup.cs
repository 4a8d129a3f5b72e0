using Telemetry.SoftSwitch.Tests.Programs.Packets;
using Telemetry.SoftSwitch.Tests.Programs.Targets;
using Telemetry.Wire.Reports;

namespace Telemetry.SoftSwitch.Tests.Programs.Int;

/// <summary>
/// Node 7 with hosts at ports 1 and 2 and switches at ports 3 and 4: networks 10.0.2.0/24 and 2001:db8:2::/48 are at port 2,
/// 10.0.3.0/24 and 2001:db8:3::/48 behind port 3.
/// </summary>
internal static class IntSetup
{
    public const ushort ReportUdpPort = 32766;

    public static async Task<ProgramTarget> StartAsync(string target, string program = "int", int mtu = 1500, long bitsPerSecond = 0)
    {
        ProgramTarget node = await ProgramTarget.StartAsync(target, program, bitsPerSecond);
        foreach (int port in new[] { 2, 3 })
        {
            node.Add("Ingress.ipv4_lpm", $"hdr.ipv4.dst_addr=10.0.{port}.0/24", "Ingress.set_next_hop", ("dst_mac", $"02:00:00:00:00:0{port}"), ("port", port));
            node.Add("Ingress.ipv6_lpm", $"hdr.ipv6.dst_addr=2001:db8:{port}::/48", "Ingress.set_next_hop", ("dst_mac", $"02:00:00:00:00:0{port}"), ("port", port));
        }

        return node.Session(ProgramTarget.ReportSession, ProgramTarget.ReportPort)
            .Default("Egress.int_node", "Egress.set_node", ("node_id", 7), ("mtu", mtu))
            .Default("Egress.int_report", "Egress.set_report", ("src_mac", "02:00:00:00:07:00"), ("dst_mac", "02:00:00:00:09:09"),
                ("src_addr", "10.255.0.7"), ("dst_addr", "10.9.0.1"), ("udp_port", (int)ReportUdpPort), ("hw_id", 3));
    }

    /// <summary>Makes port 1 a source of everything.</summary>
    public static ProgramTarget WithSource(this ProgramTarget node, int instructions = 0xC000, int hopWords = 2, int maxHops = 6, int rate = 1, string action = "Ingress.int_source")
    {
        node.Add("Ingress.int_source_port", "standard_metadata.ingress_port=1", "Ingress.mark_source");
        foreach (string table in new[] { "Ingress.int_watchlist", "Ingress.int_watchlist_v6" })
        {
            node.Add(table, "priority=1", action, ("max_hops", maxHops), ("hop_words", hopWords), ("instructions", instructions), ("rate", rate));
        }

        return node;
    }

    /// <summary>Makes port 2 a sink.</summary>
    public static ProgramTarget WithSink(this ProgramTarget node) =>
        node.Add("Ingress.int_sink_port", "standard_metadata.egress_spec=2", "Ingress.mark_sink", ("session", ProgramTarget.ReportSession));

    /// <summary>Makes port 2 a sink with a report filter.</summary>
    public static ProgramTarget WithFilter(this ProgramTarget node, int latencyUs, int timerUs) =>
        node.Add("Ingress.int_sink_port", "standard_metadata.egress_spec=2", "Ingress.mark_sink_filtered",
            ("session", ProgramTarget.ReportSession), ("latency_us", latencyUs), ("timer_us", timerUs));

    /// <summary>The only individual report of a report frame, without a fault.</summary>
    public static DecodedReport Report(byte[] frame)
    {
        DecodedReport report = RawReport(frame);
        Assert.Equal(ReportError.None, report.Error);
        return report;
    }

    /// <summary>The same, whatever its inner packet is.</summary>
    public static DecodedReport RawReport(byte[] frame)
    {
        new FrameView(frame).IsSound();
        Assert.True(ReportFrame.TryGetPayload(frame, ReportUdpPort, out ReadOnlySpan<byte> datagram));
        DecodedReport report = new();
        ReportDecoder decoder = new(datagram, report, new ReportProfile { IntUdpPort = 32765 });
        Assert.True(decoder.MoveNext());
        ReportError fault = report.Error;
        Assert.Equal(7u, report.NodeId);
        Assert.Equal(3, report.HardwareId);
        Assert.Equal(ReportError.None, decoder.Error);
        Assert.True(report.InnerOffset + report.InnerLength == datagram.Length, $"the report ends at {report.InnerOffset + report.InnerLength} of {datagram.Length}");
        Assert.Equal(fault, report.Error);
        return report;
    }
}
