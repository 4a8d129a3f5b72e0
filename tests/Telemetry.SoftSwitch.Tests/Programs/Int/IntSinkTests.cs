using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Tests.Programs.Packets;
using Telemetry.SoftSwitch.Tests.Programs.Targets;
using Telemetry.Wire.Reports;

namespace Telemetry.SoftSwitch.Tests.Programs.Int;

/// <summary>How p4/int takes INT off, and the reports of tracked flows that come of it.</summary>
public sealed class IntSinkTests
{
    private static readonly string[] s_kinds = ["udp4", "tcp4", "udp6", "tcp6"];

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Sink_EveryCarrier_DeliversTheSendersPacketAndReportsEveryHop(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSink();
        uint sequence = 0;
        foreach (FrameSpec packet in s_kinds.Select(k => Flows.To(k, "2")).SelectMany(p => new[]
        {
            p, p with { Dscp = 46 }, p with { Vlans = [(0x88A8, 7), (0x8100, 9)] }, p with { Payload = new byte[1200] }, p with { Payload = [], Padding = 10 },
        }))
        {
            foreach (int npt in new[] { 0, 2 })
            {
                foreach (int hops in new[] { 0, 2, 17 })
                {
                    uint[] stack = [.. Enumerable.Range(0, hops).SelectMany(i => new[] { 100u - (uint)i, 0x0005_0006u })];
                    List<(int Port, byte[] Frame)> frames = await node.SendAsync(4, packet.With(new IntBytes { Npt = npt, Stack = stack, RemainingHops = 30 }).Build(), 2);
                    Assert.Equal([2, 500], frames.Select(f => f.Port));
                    new FrameView(frames[0].Frame).IsRouted(packet);

                    DecodedReport report = IntSetup.Report(frames[1].Frame);
                    Assert.Equal((sequence++, packet.IsIpv6 ? InnerType.Ipv6 : InnerType.Ipv4), (report.Sequence, report.InnerType));
                    Assert.Equal((ReportType.InnerOnly, ReportFlags.TrackedFlow, 0), (report.Type, report.Flags, report.OwnDomainId));
                    Assert.Equal([7u, .. Enumerable.Range(0, hops).Select(i => 100u - (uint)i)], report.Hops.ToArray().Select(h => h.NodeId));
                    Assert.Equal(((ushort)4, (ushort)2, (byte)29), (report.Hops[0].IngressPort, report.Hops[0].EgressPort, report.RemainingHops));
                    Assert.Equal((packet.SourcePort, packet.DestinationPort, packet.Protocol), (report.Flow.SourcePort, report.Flow.DestinationPort, report.Flow.Protocol));
                    Assert.Equal(new FrameView(packet.Build()).IpLength + 16 + (8 * (hops + 1)) + (npt == 2 ? 8 : 0), report.IpTotalLength);
                    Assert.Equal(63, report.Ttl);
                    if (npt == 0)
                    {
                        Assert.Equal(packet.Dscp, report.Dscp);
                    }
                }
            }
        }

        Assert.Equal(sequence, node.Packets("Egress.port_reports", 500));
        Assert.Equal(sequence, node.Packets("Egress.port_tx", 2));
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Sink_LongestStack_ReportSaysToTheEnd(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSink();
        uint[] stack = [.. Enumerable.Range(0, 125).SelectMany(i => new[] { (uint)i, 0x0005_0006u })];
        FrameSpec packet = Flows.To("udp4", "2");
        List<(int Port, byte[] Frame)> frames = await node.SendAsync(4, packet.With(new IntBytes { Stack = stack, RemainingHops = 200 }).Build(), 2);
        new FrameView(frames[0].Frame).IsRouted(packet);
        DecodedReport report = IntSetup.Report(frames[1].Frame);
        Assert.Equal(126, report.HopCount);
        Assert.Equal(255, frames[1].Frame[14 + 28 + 8 + 1]);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Sink_MarksOfThePath_AreInTheReport(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSink();
        FrameSpec packet = Flows.To("udp4", "2");
        foreach ((IntBytes given, int hops, bool exceeded, bool mtu) in new[]
        {
            (new IntBytes { RemainingHops = 0 }, 1, true, false), (new IntBytes { Marks = "M" }, 2, false, true),
            (new IntBytes { HopWords = 3, Stack = [1, 2, 3], DomainId = 9 }, 1, false, false),
        })
        {
            List<(int Port, byte[] Frame)> frames = await node.SendAsync(4, packet.With(given).Build(), 2);
            new FrameView(frames[0].Frame).IsRouted(packet);
            DecodedReport report = IntSetup.Report(frames[1].Frame);
            Assert.Equal((hops, exceeded, mtu), (report.HopCount, report.HopsExceeded, report.MtuExceeded));
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Sink_DiscardBit_ReportsAndDrops(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSink();
        (int port, byte[] frame) = await node.ThroughAsync(4, Flows.To("udp4", "2").With(new IntBytes { Marks = "D" }).Build());
        Assert.Equal(500, port);
        Assert.True(IntSetup.Report(frame).Discard);
        Assert.Equal(0, node.Packets("Egress.port_tx", 2));
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Sink_NothingToReportTo_StillTakesIntOff(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSink();
        node.Default("Egress.int_report", "NoAction");
        FrameSpec packet = Flows.To("tcp4", "2");
        new FrameView((await node.ThroughAsync(4, packet.With(new IntBytes()).Build())).Frame).IsRouted(packet);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Sink_SeveralDestinations_EachFlowHasOneAndEachOneItsSequence(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSink();
        node.Default("Egress.int_destinations", "Egress.set_destinations", ("count", 3));
        for (int i = 1; i <= 3; i++)
        {
            node.Add("Egress.int_report", $"meta.report_destination={i}", "Egress.set_report", ("src_mac", "02:00:00:00:07:00"), ("dst_mac", "02:00:00:00:09:09"),
                ("src_addr", "10.255.0.7"), ("dst_addr", $"10.9.0.{i}"), ("udp_port", (int)IntSetup.ReportUdpPort), ("hw_id", 3));
        }

        Dictionary<ushort, byte> destinations = [];
        Dictionary<byte, uint> sequences = [];
        for (int round = 0; round < 2; round++)
        {
            for (ushort flow = 0; flow < 40; flow++)
            {
                FrameSpec packet = Flows.To(flow % 2 == 0 ? "udp4" : "udp6", "2") with { SourcePort = (ushort)(5000 + flow) };
                byte[] frame = (await node.SendAsync(4, packet.With(new IntBytes { Npt = flow % 4 < 2 ? 0 : 2 }).Build(), 2))[1].Frame;
                byte destination = frame[33];
                Assert.InRange(destination, 1, 3);
                Assert.True(destinations.TryAdd(flow, destination) || destinations[flow] == destination);
                Assert.Equal(sequences.GetValueOrDefault(destination), IntSetup.Report(frame).Sequence);
                sequences[destination] = sequences.GetValueOrDefault(destination) + 1;
            }
        }

        Assert.All(sequences.Values, n => Assert.InRange(n, 4u, 60u));
        Assert.Equal(3, sequences.Count);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Filter_OnlyWhatChanged_IsReported(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithFilter(latencyUs: 100_000_000, timerUs: 0);
        foreach (string kind in s_kinds)
        {
            foreach (int npt in new[] { 0, 2 })
            {
                FrameSpec packet = Flows.To(kind, "2") with { SourcePort = (ushort)(5000 + npt) };
                IntBytes path = new() { Npt = npt, Instructions = 0xE000, HopWords = 3, RemainingHops = 20, Stack = [11, 0x0001_0002, 50, 12, 0x0003_0004, 60] };
                await Expect(packet, path, true);                                                                   // a new flow
                await Expect(packet, path, false);
                await Expect(packet with { Payload = new byte[700], Dscp = 3, Vlans = [(0x8100, 1)] }, path, false);
                await Expect(packet, path with { Stack = [11, 0x0001_0002, 40_000_000, 12, 0x0003_0004, 40_000_000] }, false);  // within the threshold
                await Expect(packet, path with { Stack = [11, 0x0001_0002, 50, 12, 0x0003_0004, 120_000_000] }, true);          // beyond it
                await Expect(packet, path with { Stack = [11, 0x0001_0002, 60, 12, 0x0003_0004, 50_000_000] }, false);          // against what was reported
                await Expect(packet, path with { Stack = [11, 0x0001_0002, 50, 12, 0x0003_0004, 60] }, true);
                await Expect(packet, path with { Stack = [11, 0x0001_0003, 50, 12, 0x0003_0004, 60] }, true);       // another port
                await Expect(packet, path with { Stack = [11, 0x0001_0003, 50, 13, 0x0003_0004, 60] }, true);       // another node
                await Expect(packet, path with { Stack = [13, 0x0003_0004, 50, 11, 0x0001_0003, 60] }, true);       // another order
                await Expect(packet, path with { Stack = [11, 0x0001_0003, 50] }, true);                            // a shorter path
                await Expect(packet, path with { Stack = [11, 0x0001_0003, 50] }, false);
                await Expect(packet with { SourcePort = 9999 }, path, true);                                        // another flow
                await Expect(packet, path with { Stack = [11, 0x0001_0003, 50] }, false);
                await Expect(packet, path with { Instructions = 0xC000, HopWords = 2, Stack = [11, 1] }, true);     // no latency: not filtered
                await Expect(packet, path with { Instructions = 0xC000, HopWords = 2, Stack = [11, 1] }, true);
                await Expect(packet, path with { Stack = [.. Enumerable.Repeat<uint[]>([5, 6, 7], 17).SelectMany(h => h)] }, true); // too long to look into
                await Expect(packet, path with { Stack = [.. Enumerable.Repeat<uint[]>([5, 6, 7], 17).SelectMany(h => h)] }, true);
                await Expect(packet with { SourcePort = 9999 }, path with { Stack = [.. Enumerable.Repeat<uint[]>([5, 6, 7], 15).SelectMany(h => h)] }, true);
                await Expect(packet with { SourcePort = 9999 }, path with { Stack = [.. Enumerable.Repeat<uint[]>([5, 6, 7], 15).SelectMany(h => h)] }, false);
            }
        }

        async Task Expect(FrameSpec packet, IntBytes data, bool isReported)
        {
            List<(int Port, byte[] Frame)> frames = await node.SendAsync(4, packet.With(data).Build(), isReported ? 2 : 1);
            new FrameView(frames[0].Frame).IsRouted(packet);
            if (isReported)
            {
                DecodedReport report = IntSetup.Report(frames[1].Frame);
                Assert.Equal((1 + (data.Stack.Length / data.HopWords), 7u, packet.SourcePort), (report.HopCount, report.Hops[0].NodeId, report.Flow.SourcePort));
                Assert.Equal(data.Stack[0], report.HopCount > 1 ? report.Hops[1].NodeId : 0);
                Assert.Equal(ReportFlags.TrackedFlow, report.Flags);
            }
        }
    }

    [Fact]
    public async Task Filter_Timer_ReportsAFlowThatSends()
    {
        // In virtual time only: what passes within a second is certain there.
        await using ProgramTarget started = await IntSetup.StartAsync(Targets.Targets.Embedded);
        EmbeddedTarget node = (EmbeddedTarget)started.WithFilter(latencyUs: 1000, timerUs: 1_000_000);
        byte[] sent = Flows.To("udp4", "2").With(new IntBytes { Instructions = 0xE000, HopWords = 3, Stack = [1, 2, 3] }).Build();
        Assert.Equal(2, (await node.SendAsync([(4, sent)], 2)).Count);
        for (int second = 0; second < 3; second++)
        {
            node.Wait(800_000_000);
            await node.SendAsync([(4, sent)], 1);
            node.Wait(100_000_000);
            await node.SendAsync([(4, sent)], 2);
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Reports_ToTheCpuPort_ArePacketsIn(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target);
        node.Session(251, ProgramTarget.CpuPort).Add("Ingress.int_sink_port", "standard_metadata.egress_spec=2", "Ingress.mark_sink", ("session", 251));
        await node.ThroughAsync(4, Flows.To("udp4", "2").With(new IntBytes()).Build());
        StreamMessageResponse message = await node.MessageAsync(m => m.Packet is not null);
        Assert.Equal(2, IntSetup.Report(message.Packet.Payload.ToByteArray()).HopCount);
    }
}
