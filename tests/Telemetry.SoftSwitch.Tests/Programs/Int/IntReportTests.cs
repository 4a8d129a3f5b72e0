using Telemetry.SoftSwitch.Tests.Programs.Packets;
using Telemetry.SoftSwitch.Tests.Programs.Targets;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.SoftSwitch.Tests.Programs.Int;

/// <summary>Reports of drops and of congested queues.</summary>
public sealed class IntReportTests
{
    private static readonly byte[] s_arp = [.. Convert.FromHexString("FFFFFFFFFFFF0200000000FF0806"), .. new byte[46]];

    /// <summary>Every reason, with a packet that meets it and the flow's source port where the report can tell it.</summary>
    private static IEnumerable<(byte Reason, byte[] Frame, InnerType Inner, int SourcePort)> Drops()
    {
        foreach (string kind in new[] { "udp4", "tcp4", "udp6", "tcp6" })
        {
            FrameSpec packet = Flows.To(kind, "3");
            InnerType inner = packet.IsIpv6 ? InnerType.Ipv6 : InnerType.Ipv4;
            yield return (29, Flows.To(kind, "9").Build(), inner, 5000);
            yield return (29, (Flows.To(kind, "9") with { Vlans = [(0x8100, 5)], Payload = new byte[1000] }).Build(), inner, 5000);
            yield return (31, (packet with { Ttl = 1 }).Build(), inner, 5000);
            yield return (31, (packet with { Ttl = 0 }).Build(), inner, 5000);
            yield return (60, Flows.To(kind, "8").Build(), inner, 5000);
            yield return (72, Flows.To(kind, "7").Build(), inner, 5000);
            byte[] version = packet.Build();
            version[14] = (byte)(0x50 | (version[14] & 15));
            yield return (30, version, InnerType.Ethernet, -1);
            yield return (70, packet.Build()[..(14 + 19)], InnerType.Ethernet, -1);
        }

        byte[] checksum = Flows.To("udp4", "3").Build();
        checksum[24] ^= 1;
        yield return (71, checksum, InnerType.Ipv4, 5000);
        byte[] length = Flows.To("udp4", "3").Build();
        length[14] = 0x44;
        yield return (30, length, InnerType.Ethernet, -1);
        yield return (73, s_arp, InnerType.Ethernet, -1);
        yield return (60, [.. s_arp[..12], 0x88, 0xB5, .. s_arp[14..]], InnerType.Ethernet, -1);
        yield return (70, s_arp[..13], InnerType.None, -1);
        yield return (31, (Flows.To("udp4", "3") with { Ttl = 1, Protocol = 1 }).Build(), InnerType.Ipv4, 0);
        yield return (31, (Flows.To("udp4", "3") with { Ttl = 1, Fragment = 0x10 }).Build(), InnerType.Ipv4, 0);
        yield return (31, (Flows.To("udp4", "3") with { Ttl = 1, IpOptions = [7, 4, 4, 0] }).Build(), InnerType.Ipv4, -1);
    }

    private static async Task<ProgramTarget> StartAsync(string target)
    {
        ProgramTarget node = await IntSetup.StartAsync(target);
        foreach ((string table, string key, string network) in new[] { ("Ingress.ipv4_lpm", "hdr.ipv4.dst_addr", "10.0.{0}.0/24"), ("Ingress.ipv6_lpm", "hdr.ipv6.dst_addr", "2001:db8:{0}::/48") })
        {
            node.Add(table, $"{key}={network.Replace("{0}", "8", StringComparison.Ordinal)}", "Ingress.drop");
            node.Add(table, $"{key}={network.Replace("{0}", "7", StringComparison.Ordinal)}", "Ingress.set_ecmp_group", ("group_id", 4));
        }

        return node.Add("Ingress.l2_punt", "hdr.ethernet.ether_type=0x88b5", "Ingress.drop");
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Drop_EveryReason_IsReportedWithReasonFlowAndPort(string target)
    {
        await using ProgramTarget node = await StartAsync(target);
        node.Add("Ingress.drop_watch", "priority=1", "Ingress.report_drop", ("session", ProgramTarget.ReportSession));
        uint sequence = 0;
        Dictionary<byte, int> counts = [];
        foreach ((byte reason, byte[] frame, InnerType inner, int sourcePort) in Drops())
        {
            (int port, byte[] sent) = await node.ThroughAsync(4, frame);
            DecodedReport report = IntSetup.RawReport(sent);
            Assert.Equal((500, sequence++, ReportType.IntMetadata, ReportFlags.Dropped), (port, report.Sequence, report.Type, report.Flags));
            Assert.Equal((reason, (ushort)4, inner), (report.Own.DropReason, report.Own.IngressPort, report.InnerType));
            Assert.Equal(HopFields.NodeId | HopFields.IngressPort | HopFields.IngressTimestamp | HopFields.DropReason, report.Own.Fields);
            if (sourcePort >= 0)
            {
                Assert.Equal(ReportError.None, report.Error);
                Assert.True(report.HasFlow);
                Assert.Equal(sourcePort, report.Flow.SourcePort);
            }

            counts[reason] = counts.GetValueOrDefault(reason) + 1;
        }

        Assert.All(counts, c => Assert.Equal(c.Value, node.Packets("Ingress.drops", c.Key)));
        Assert.Equal([29, 30, 31, 60, 70, 71, 72, 73], counts.Keys.Order().Select(k => (int)k));
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Drop_PacketWithInt_KeepsItsStack(string target)
    {
        await using ProgramTarget node = await StartAsync(target);
        node.Add("Ingress.drop_watch", "priority=1", "Ingress.report_drop", ("session", ProgramTarget.ReportSession));
        foreach (string kind in new[] { "udp4", "tcp4", "udp6", "tcp6" })
        {
            foreach (int npt in new[] { 0, 2 })
            {
                foreach (uint[] stack in new uint[][] { [], [5, 6, 7, 8] })
                {
                    FrameSpec packet = Flows.To(kind, "9").With(new IntBytes { Npt = npt, Stack = stack });
                    DecodedReport report = IntSetup.Report((await node.ThroughAsync(4, packet.Build())).Frame);
                    Assert.Equal((ReportFlags.Dropped | ReportFlags.TrackedFlow, (byte)29, stack.Length / 2), (report.Flags, report.Own.DropReason, report.HopCount));
                    Assert.Equal((5000, 6000), (report.Flow.SourcePort, report.Flow.DestinationPort));
                }
            }
        }

        // What looks like INT but ends early is payload.
        FrameSpec odd = Flows.To("udp4", "9").With(new IntBytes { Length = 100 });
        DecodedReport plain = IntSetup.RawReport((await node.ThroughAsync(4, odd.Build())).Frame);
        Assert.Equal((ReportFlags.Dropped, (byte)29, 0), (plain.Flags, plain.Own.DropReason, plain.HopCount));
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task DropWatch_Keys_ChooseReasonsAndPorts(string target)
    {
        await using ProgramTarget node = await StartAsync(target);
        node.Add("Ingress.drop_watch", "meta.drop_reason=29&&&255 standard_metadata.ingress_port=4&&&511 priority=2", "Ingress.report_drop", ("session", ProgramTarget.ReportSession));
        byte[] lost = Flows.To("udp4", "9").Build();
        await node.SendAsync(4, lost, 1);
        await node.SendAsync(3, lost, 0);
        await node.SendAsync(4, (Flows.To("udp4", "3") with { Ttl = 1 }).Build(), 0);
        await node.SendAsync(4, s_arp, 0);

        // A report that is dropped makes no report; nothing that is delivered or pruned makes one.
        await node.SendAsync(4, (Flows.To("udp4", "9") with { DestinationPort = IntSetup.ReportUdpPort }).Build(), 0);
        node.Group(1, 2, 3, 4).Add("Ingress.l2_punt", "hdr.ethernet.ether_type=0x0806", "Ingress.flood", ("mcast_group", 1));
        node.Add("Ingress.drop_watch", "priority=1", "Ingress.report_drop", ("session", ProgramTarget.ReportSession));
        List<(int Port, byte[] Frame)> flooded = await node.SendAsync(4, s_arp, 2);
        Assert.Equal([2, 3], flooded.Select(f => f.Port));
    }

    [Fact]
    public async Task Drop_TenThousandOfEachReason_AreAllReported()
    {
        await using ProgramTarget node = await StartAsync(Targets.Targets.Embedded);
        node.Add("Ingress.drop_watch", "priority=1", "Ingress.report_drop", ("session", ProgramTarget.ReportSession));
        Dictionary<byte, int> counts = [];
        uint sequence = 0;
        foreach ((byte reason, byte[] frame, InnerType inner, int sourcePort) in Drops().DistinctBy(d => d.Reason))
        {
            for (int batch = 0; batch < 200; batch++)
            {
                foreach ((int _, byte[] sent) in await node.SendAsync([.. Enumerable.Repeat((4, frame), 50)], 50))
                {
                    DecodedReport report = IntSetup.RawReport(sent);
                    Assert.Equal((sequence++, reason, (ushort)4), (report.Sequence, report.Own.DropReason, report.Own.IngressPort));
                    if (sourcePort >= 0)
                    {
                        Assert.Equal(sourcePort, report.Flow.SourcePort);
                    }

                    counts[reason] = counts.GetValueOrDefault(reason) + 1;
                }
            }
        }

        Assert.Equal(8, counts.Count);
        Assert.All(counts.Values, n => Assert.Equal(10_000, n));
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Queue_AlwaysAboveThreshold_ReportsItsQuota(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSink();
        Watch(node, 3, depthHigh: 0, depthLow: 0, quota: 3);
        Watch(node, 2, depthHigh: 0, depthLow: 0, quota: 1);
        foreach ((int i, string kind) in new[] { "udp4", "tcp6", "udp6", "tcp4" }.Index())
        {
            FrameSpec packet = Flows.To(kind, "3") with { Vlans = [(0x8100, 5)] };
            List<(int Port, byte[] Frame)> frames = await node.SendAsync(4, packet.Build(), i < 3 ? 2 : 1);
            new FrameView(frames[0].Frame).IsRouted(packet);
            if (i < 3)
            {
                IsQueueReport(frames[1].Frame, packet);
            }
        }

        // A packet that is reported anyway is reported once, and says so.
        FrameSpec tracked = Flows.To("udp4", "2");
        for (int i = 0; i < 3; i++)
        {
            List<(int Port, byte[] Frame)> frames = await node.SendAsync(4, tracked.With(new IntBytes()).Build(), 2);
            DecodedReport report = IntSetup.Report(frames[1].Frame);
            Assert.Equal((ReportFlags.TrackedFlow | ReportFlags.CongestedQueue, ReportType.InnerOnly, 2), (report.Flags, report.Type, report.HopCount));
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Queue_PacketWithIntOnTheWay_IsReportedWithoutIt(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSource(action: "Ingress.int_source_udp");
        Watch(node, 3, depthHigh: 0, depthLow: 0, quota: 0);
        foreach (FrameSpec packet in new[] { "udp4", "tcp4", "udp6", "tcp6" }.Select(k => Flows.To(k, "3") with { Dscp = 9 }))
        {
            foreach (int npt in new[] { 0, 2 })
            {
                List<(int Port, byte[] Frame)> frames = await node.SendAsync(4, packet.With(new IntBytes { Npt = npt }).Build(), 2);
                Assert.Equal(4, new FrameView(frames[0].Frame).IsSound().Stack.Length);
                IsQueueReport(frames[1].Frame, packet);
            }

            List<(int Port, byte[] Frame)> sourced = await node.SendAsync(1, packet.Build(), 2);
            Assert.Equal(2, new FrameView(sourced[0].Frame).IsSound().Npt);
            IsQueueReport(sourced[1].Frame, packet);
        }
    }

    [Fact]
    public async Task Queue_Thresholds_HaveHysteresis()
    {
        // In virtual time only: there a queue is as long as the rate makes it.
        await using ProgramTarget node = await IntSetup.StartAsync(Targets.Targets.Embedded, bitsPerSecond: 10_000_000);
        Watch(node, 3, depthHigh: 10, depthLow: 4, quota: 0);
        FrameSpec packet = Flows.To("udp4", "3") with { Payload = new byte[1000] };
        Assert.DoesNotContain(await node.SendAsync([.. Enumerable.Repeat((4, packet.Build()), 10)], 10), f => f.Port == 500);

        // 21 packets: the first leaves at once, the second with 19 behind it; reports from there down to 4 behind, none at 3.
        List<DecodedReport> reports = [.. (await node.SendAsync([.. Enumerable.Repeat((4, packet.Build()), 21)], 21 + 16)).Where(f => f.Port == 500).Select(f => IntSetup.Report(f.Frame))];
        Assert.Equal(Enumerable.Range(4, 16).Reverse().Select(i => (uint)i), reports.Select(r => r.Own.QueueOccupancy));
        Assert.All(reports, r => Assert.Equal(ReportFlags.CongestedQueue, r.Flags));
        Assert.All(reports.Zip(reports.Skip(1)), p => Assert.True(p.First.Own.HopLatency < p.Second.Own.HopLatency));
    }

    private static void Watch(ProgramTarget node, int port, int depthHigh, int depthLow, int quota) =>
        node.Add("Egress.queue_watch", $"standard_metadata.egress_port={port} standard_metadata.priority=0", "Egress.watch_queue", ("session", ProgramTarget.ReportSession),
            ("depth_high", depthHigh), ("depth_low", depthLow), ("latency_high_us", uint.MaxValue), ("latency_low_us", uint.MaxValue), ("quota", quota));

    private static void IsQueueReport(byte[] frame, FrameSpec packet)
    {
        DecodedReport report = IntSetup.Report(frame);
        Assert.Equal((ReportFlags.CongestedQueue, ReportType.IntMetadata, packet.IsIpv6 ? InnerType.Ipv6 : InnerType.Ipv4), (report.Flags, report.Type, report.InnerType));
        Assert.Equal(HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue | HopFields.IngressTimestamp | HopFields.EgressTimestamp, report.Own.Fields);
        Assert.Equal((3, 0u, 0), (report.Own.EgressPort, report.Own.QueueOccupancy, (int)report.Own.QueueId));
        Assert.Equal(report.Own.HopLatency, (uint)(report.Own.EgressTimestamp - report.Own.IngressTimestamp));
        Assert.Equal((new FrameView(packet.Build()).IpLength, packet.Dscp, packet.Protocol, false), (report.IpTotalLength, report.Dscp, report.Flow.Protocol, report.HasInt));
        Assert.Equal((packet.SourcePort, packet.DestinationPort), (report.Flow.SourcePort, report.Flow.DestinationPort));
    }
}
