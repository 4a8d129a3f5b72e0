using Telemetry.SoftSwitch.Tests.Programs.Packets;
using Telemetry.SoftSwitch.Tests.Programs.Targets;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.SoftSwitch.Tests.Programs.Int;

/// <summary>p4/int_mx and p4/int_xd: every node reports what it measured itself.</summary>
public sealed class PostcardTests
{
    private static readonly string[] s_kinds = ["udp4", "tcp4", "udp6", "tcp6"];

    private static async Task<ProgramTarget> StartAsync(string target, string program, int instructions = 0x7C00, int mtu = 1500, string action = "Ingress.int_source", int maxHops = 6) =>
        (await IntSetup.StartAsync(target, program, mtu)).WithSource(instructions, 0, maxHops, action: action)
            .Default("Egress.int_export", "Egress.set_export", ("session", ProgramTarget.ReportSession));

    private static void IsPostcard(byte[] frame, FrameSpec packet, int ingressPort, int egressPort, uint sequence)
    {
        DecodedReport report = IntSetup.Report(frame);
        Assert.Equal((ReportType.IntMetadata, ReportFlags.TrackedFlow, sequence), (report.Type, report.Flags, report.Sequence));
        Assert.Equal(HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue | HopFields.IngressTimestamp | HopFields.EgressTimestamp, report.Own.Fields);
        Assert.Equal((ingressPort, egressPort, 7u), (report.Own.IngressPort, report.Own.EgressPort, report.Own.NodeId));
        Assert.Equal(report.Own.HopLatency, (uint)(report.Own.EgressTimestamp - report.Own.IngressTimestamp));
        Assert.Equal((packet.IsIpv6 ? InnerType.Ipv6 : InnerType.Ipv4, packet.Dscp, packet.Ttl - 1, false), (report.InnerType, report.Dscp, report.Ttl, report.HasInt));
        Assert.Equal((packet.SourcePort, packet.DestinationPort, packet.Protocol), (report.Flow.SourcePort, report.Flow.DestinationPort, report.Flow.Protocol));
        Assert.Equal((new FrameView(packet.Build()).IpLength, packet.IsIpv6 ? 0 : 0x1234), (report.IpTotalLength, report.IpIdentification));
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Xd_WatchedPacket_IsLeftAloneAndReported(string target)
    {
        await using ProgramTarget node = await StartAsync(target, "int_xd");
        uint sequence = 0;
        foreach (FrameSpec packet in s_kinds.Select(k => Flows.To(k, "3") with { Dscp = 10, Vlans = [(0x8100, 4)] }))
        {
            List<(int Port, byte[] Frame)> frames = await node.SendAsync(1, packet.Build(), 2);
            Assert.Equal([3, 500], frames.Select(f => f.Port));
            new FrameView(frames[0].Frame).IsRouted(packet);
            IsPostcard(frames[1].Frame, packet, 1, 3, sequence++);
        }

        FrameSpec other = Flows.To("udp4", "3");
        new FrameView((await node.ThroughAsync(4, other.Build())).Frame).IsRouted(other);
        FrameSpec own = other with { DestinationPort = IntSetup.ReportUdpPort };
        new FrameView((await node.ThroughAsync(1, own.Build())).Frame).IsRouted(own);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Xd_Instructions_WhatIsNotThereIsLeftOut(string target)
    {
        foreach ((int instructions, int words, HopFields fields) in new[]
        {
            (0x4000, 1, HopFields.IngressPort | HopFields.EgressPort), (0x2000, 1, HopFields.HopLatency), (0x1000, 1, HopFields.Queue),
            (0x0800, 2, HopFields.IngressTimestamp), (0x0400, 2, HopFields.EgressTimestamp), (0x0200, 2, HopFields.Level2IngressPort | HopFields.Level2EgressPort),
            (0xFFFF, 9, HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue | HopFields.IngressTimestamp | HopFields.EgressTimestamp
                | HopFields.Level2IngressPort | HopFields.Level2EgressPort),
        })
        {
            await using ProgramTarget node = await StartAsync(target, "int_xd", instructions);
            byte[] frame = (await node.SendAsync(1, Flows.To("udp4", "3").Build(), 2))[1].Frame;
            DecodedReport report = IntSetup.Report(frame);
            Assert.Equal(HopFields.NodeId | fields, report.Own.Fields);
            Assert.Equal(words, frame[14 + 28 + 8 + 2]);
            Assert.Equal(2 + words + 5 + 2, frame[14 + 28 + 8 + 1]);
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Xd_Filter_ReportsNewFlowsPortsAndNothingElse(string target)
    {
        await using ProgramTarget node = await StartAsync(target, "int_xd");
        node.Default("Egress.int_export", "Egress.set_export_filtered", ("session", ProgramTarget.ReportSession), ("latency_us", 60_000_000), ("timer_us", 0));
        foreach (FrameSpec packet in s_kinds.Select(k => Flows.To(k, "3")))
        {
            Assert.Equal(2, (await node.SendAsync(1, packet.Build(), 2)).Count);
            await node.SendAsync(1, packet.Build(), 1);
            await node.SendAsync(1, packet.Build(), 1);
            await node.SendAsync(1, (packet with { SourcePort = 77 }).Build(), 2);
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Mx_Source_InsertsInstructionsAndReports(string target)
    {
        foreach (int npt in new[] { 0, 2 })
        {
            await using ProgramTarget node = await StartAsync(target, "int_mx", action: npt == 0 ? "Ingress.int_source" : "Ingress.int_source_udp");
            uint sequence = 0;
            foreach (FrameSpec packet in s_kinds.Select(k => Flows.To(k, "3") with { Dscp = 10 }))
            {
                List<(int Port, byte[] Frame)> frames = await node.SendAsync(1, packet.Build(), 2);
                FrameView view = new FrameView(frames[0].Frame).IsSound();
                Assert.Equal((3, npt, 3, 0x7C00), (view.IntType, view.Npt, view.ShimLength, (int)view.Instructions));
                Assert.Equal((npt == 0 ? 0x17 : 10, npt == 0 ? 40 : packet.Protocol), (view.Dscp, (int)view.Original));
                Assert.Equal(npt == 0 ? [.. packet.TcpOptions, .. packet.Payload] : new FrameView(packet.Build()).Ip[(packet.IsIpv6 ? 40 : 20)..], view.BehindInt);
                IsPostcard(frames[1].Frame, packet, 1, 3, sequence++);
            }
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Mx_TransitAndSink_ReportAndTheSinkTakesItOff(string target)
    {
        await using ProgramTarget node = await StartAsync(target, "int_mx");
        node.Add("Ingress.int_sink_port", "standard_metadata.egress_spec=2", "Ingress.mark_sink");
        uint sequence = 0;
        foreach (string network in new[] { "3", "2" })
        {
            foreach (FrameSpec packet in s_kinds.Select(k => Flows.To(k, network) with { Dscp = 10, Vlans = [(0x8100, 4)] }))
            {
                foreach (int npt in new[] { 0, 2 })
                {
                    FrameSpec sent = packet.With(new IntBytes { Type = 3, Npt = npt, HopWords = 0, RemainingHops = 0, Instructions = 0xFD00, Stack = [] });
                    List<(int Port, byte[] Frame)> frames = await node.SendAsync(4, sent.Build(), 2);
                    new FrameView(frames[0].Frame).IsRouted(network == "3" ? sent : packet);
                    IsPostcard(frames[1].Frame, packet, 4, network == "3" ? 3 : 2, sequence++);
                }
            }
        }

        // A packet that enters and leaves the domain here is reported and left alone.
        FrameSpec local = Flows.To("tcp4", "2");
        List<(int Port, byte[] Frame)> left = await node.SendAsync(1, local.Build(), 2);
        new FrameView(left[0].Frame).IsRouted(local);
        IsPostcard(left[1].Frame, local, 1, 2, sequence);

        FrameSpec discarded = Flows.To("udp4", "2").With(new IntBytes { Type = 3, Marks = "D", HopWords = 0, RemainingHops = 0, Instructions = 0x7C00, Stack = [] });
        Assert.Equal(500, (await node.ThroughAsync(4, discarded.Build())).Port);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Mx_NoRoomOrNoExport_LeavesThePacketAlone(string target)
    {
        await using ProgramTarget node = await StartAsync(target, "int_mx", mtu: 600);
        FrameSpec full = Flows.To("udp4", "3") with { Payload = new byte[600 - 28 - 15] };
        List<(int Port, byte[] Frame)> frames = await node.SendAsync(1, full.Build(), 2);
        new FrameView(frames[0].Frame).IsRouted(full);
        IsPostcard(frames[1].Frame, full, 1, 3, 0);
        FrameSpec fits = full with { Payload = new byte[600 - 28 - 16] };
        Assert.Equal(600, new FrameView((await node.SendAsync(1, fits.Build(), 2))[0].Frame).IsSound().IpLength);

        node.Default("Egress.int_export", "NoAction");
        Assert.Equal(0x17, new FrameView((await node.ThroughAsync(1, fits.Build())).Frame).IsSound().Dscp);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task DropsAndQueues_AreReportedAsInInt(string target)
    {
        foreach (string program in new[] { "int_mx", "int_xd" })
        {
            await using ProgramTarget node = await StartAsync(target, program);
            node.Add("Ingress.drop_watch", "priority=1", "Ingress.report_drop", ("session", ProgramTarget.ReportSession))
                .Add("Egress.queue_watch", "standard_metadata.egress_port=3 standard_metadata.priority=0", "Egress.watch_queue", ("session", ProgramTarget.ReportSession),
                    ("depth_high", 0), ("depth_low", 0), ("latency_high_us", uint.MaxValue), ("latency_low_us", uint.MaxValue), ("quota", 0));
            foreach (string kind in s_kinds)
            {
                DecodedReport drop = IntSetup.Report((await node.ThroughAsync(4, Flows.To(kind, "9").Build())).Frame);
                Assert.Equal((ReportFlags.Dropped, (byte)29, 5000), (drop.Flags, drop.Own.DropReason, drop.Flow.SourcePort));
                DecodedReport queue = IntSetup.Report((await node.SendAsync(4, Flows.To(kind, "3").Build(), 2))[1].Frame);
                Assert.Equal((ReportFlags.CongestedQueue, 3, 5000), (queue.Flags, queue.Own.EgressPort, queue.Flow.SourcePort));
            }
        }
    }
}
