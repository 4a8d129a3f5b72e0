using Telemetry.SoftSwitch.Tests.Programs.Packets;
using Telemetry.SoftSwitch.Tests.Programs.Targets;
using Telemetry.Wire.Reports;

namespace Telemetry.SoftSwitch.Tests.Programs.Int;

/// <summary>Which packets p4/int puts INT into, and what it writes.</summary>
public sealed class IntSourceTests
{
    private static readonly string[] s_kinds = ["udp4", "tcp4", "udp6", "tcp6"];

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Source_EveryKindOfPacket_GetsShimHeaderAndOwnHop(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSource();
        foreach (FrameSpec sent in s_kinds.Select(k => Flows.To(k, "3")).SelectMany(p => new[]
        {
            p, p with { Dscp = 10 }, p with { Payload = [] }, p with { Payload = new byte[1000] },
            p with { Vlans = [(0x8100, 0x2005)] }, p with { Vlans = [(0x88A8, 7), (0x8100, 9)] },
        }))
        {
            (int port, byte[] frame) = await node.ThroughAsync(1, sent.Build());
            FrameView view = new FrameView(frame).IsSound();
            Assert.Equal(3, port);
            Assert.Equal(sent.Vlans, view.Vlans);
            Assert.Equal((0x17, 1, 0, 5, sent.Dscp << 2), (view.Dscp, view.IntType, view.Npt, view.ShimLength, (int)view.Original));
            Assert.Equal(("", 2, 5, 0xC000), (view.Marks, view.HopWords, view.RemainingHops, (int)view.Instructions));
            Assert.Equal([7u, 0x0001_0003u], view.Stack);
            Assert.Equal([.. sent.TcpOptions, .. sent.Payload], view.BehindInt);
            Assert.Equal(63, view.Ttl);
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Source_OwnUdpHeader_KeepsThePacketBehindInt(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSource(action: "Ingress.int_source_udp");
        HashSet<int> sourcePorts = [];
        foreach (FrameSpec sent in s_kinds.Select(k => Flows.To(k, "3")).Append(Flows.To("udp4", "3") with { Protocol = 1, Payload = [8, 0, 0xF7, 0xFF, 0, 0, 0, 0] }))
        {
            (int _, byte[] frame) = await node.ThroughAsync(1, sent.Build());
            FrameView view = new FrameView(frame).IsSound();
            Assert.Equal((17, 32765, 0, 0), (view.Protocol, view.DestinationPort, (int)view.L4Checksum, view.Dscp));
            Assert.Equal((2, 5, sent.Protocol), (view.Npt, view.ShimLength, (int)view.Original));
            Assert.Equal([7u, 0x0001_0003u], view.Stack);
            Assert.Equal(new FrameView(sent.Build()).Ip[(sent.IsIpv6 ? 40 : 20)..], view.BehindInt);
            Assert.True(view.SourcePort >= 0x8000);
            sourcePorts.Add(view.SourcePort);
        }

        Assert.Equal(5, sourcePorts.Count);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Source_PacketsThatCannotCarryInt_AreRoutedAsTheyCame(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSource();
        FrameSpec udp = Flows.To("udp4", "3");
        foreach (FrameSpec sent in new[]
        {
            udp with { Fragment = 0x2000 }, udp with { Fragment = 0x0010 }, udp with { IpOptions = [7, 4, 4, 0] },
            udp with { Protocol = 1 }, Flows.To("udp6", "3") with { Protocol = 58 },
            udp with { DestinationPort = 32766 }, Flows.To("udp6", "3") with { DestinationPort = 32766 },
        })
        {
            new FrameView((await node.ThroughAsync(1, sent.Build())).Frame).IsRouted(sent);
        }

        // Another port is no source.
        new FrameView((await node.ThroughAsync(4, udp.Build())).Frame).IsRouted(udp);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Source_BadSettings_AddNothing(string target)
    {
        FrameSpec sent = Flows.To("udp4", "3");
        foreach ((int instructions, int hopWords, int maxHops) in new[] { (0xC000, 3, 6), (0xC000, 2, 0), (0x0000, 0, 6), (0x0800, 1, 6) })
        {
            await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSource(instructions, hopWords, maxHops);
            new FrameView((await node.ThroughAsync(1, sent.Build())).Frame).IsRouted(sent);
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Source_Mtu_MarksWhereOnlyTheHeadersFit(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target, mtu: 600)).WithSource();
        foreach ((int ipLength, bool hasInt, string marks) in new[] { (576, true, ""), (577, true, "M"), (584, true, "M"), (585, false, "") })
        {
            FrameSpec sent = Flows.To("udp4", "3") with { Payload = new byte[ipLength - 28] };
            FrameView view = new FrameView((await node.ThroughAsync(1, sent.Build())).Frame).IsSound();
            if (hasInt)
            {
                Assert.Equal((marks, marks.Length == 0 ? 5 : 3, marks.Length == 0 ? 5 : 6), (view.Marks, view.ShimLength, view.RemainingHops));
                Assert.Equal(sent.Payload, view.BehindInt);
            }
            else
            {
                view.IsRouted(sent);
            }
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Watchlist_EveryKey_ChoosesPackets(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target);
        node.Add("Ingress.int_source_port", "standard_metadata.ingress_port=1", "Ingress.mark_source");
        foreach ((string table, string ip, string protocol) in new[] { ("Ingress.int_watchlist", "hdr.ipv4", "protocol"), ("Ingress.int_watchlist_v6", "hdr.ipv6", "next_header") })
        {
            string network = ip == "hdr.ipv4" ? "10.0.1.0&&&255.255.255.0" : "2001:db8:1::&&&ffff:ffff:ffff::";
            string destination = ip == "hdr.ipv4" ? "10.0.3.2" : "2001:db8:3::2";
            string all = ip == "hdr.ipv4" ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
            node.Add(table, $"{ip}.src_addr={network} {ip}.dst_addr={destination}&&&{all} {ip}.{protocol}=17&&&255 meta.l4_src_port=5000&&&0xffff meta.l4_dst_port=0x1000&&&0xf000 priority=5",
                "Ingress.int_source", ("max_hops", 6), ("hop_words", 2), ("instructions", 0xC000), ("rate", 0));
            node.Add(table, "meta.l4_dst_port=0x1770&&&0xffff priority=9", "NoAction");
        }

        foreach (string kind in new[] { "udp4", "udp6" })
        {
            FrameSpec watched = Flows.To(kind, "3") with { DestinationPort = 0x1234 };
            string other = kind == "udp4" ? "10.0.7.1" : "2001:db8:7::1";
            string further = kind == "udp4" ? "10.0.3.3" : "2001:db8:3::3";
            foreach ((FrameSpec sent, bool isWatched) in new[]
            {
                (watched, true), (watched with { DestinationPort = 0x1FFF }, true), (watched with { DestinationPort = 0x2000 }, false),
                (watched with { DestinationPort = 0x1770 }, false), (watched with { SourcePort = 5001 }, false), (watched with { Protocol = 6 }, false),
                (watched with { Source = other }, false), (watched with { Destination = further }, false),
            })
            {
                FrameView view = new((await node.ThroughAsync(1, sent.Build())).Frame);
                Assert.True(isWatched == (view.Dscp == 0x17), $"{sent}");
            }
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Watchlist_Rate_TakesOnePacketInSoMany(string target)
    {
        await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSource(rate: 10);
        byte[] frame = Flows.To("udp4", "3").Build();
        int watched = 0;
        for (int i = 0; i < 40; i++)
        {
            watched += (await node.SendAsync([.. Enumerable.Repeat((1, frame), 50)], 50)).Count(f => new FrameView(f.Frame).Dscp == 0x17);
        }

        // 2,000 packets, 200 expected: five standard deviations are 67.
        Assert.InRange(watched, 133, 267);
        Assert.Equal(2000, node.DirectPackets("Ingress.int_watchlist"));
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task SourceThatIsTheSink_LeavesThePacketAloneAndReportsOneHop(string target)
    {
        foreach (string action in new[] { "Ingress.int_source", "Ingress.int_source_udp" })
        {
            await using ProgramTarget node = (await IntSetup.StartAsync(target)).WithSource(action: action).WithSink();
            foreach (FrameSpec sent in s_kinds.Select(k => Flows.To(k, "2") with { Dscp = 10 }))
            {
                List<(int Port, byte[] Frame)> frames = await node.SendAsync(1, sent.Build(), 2);
                Assert.Equal([2, 500], frames.Select(f => f.Port));
                new FrameView(frames[0].Frame).IsRouted(sent);
                DecodedReport report = IntSetup.Report(frames[1].Frame);
                Assert.Equal((ReportType.InnerOnly, ReportFlags.TrackedFlow, 1), (report.Type, report.Flags, report.HopCount));
                Assert.Equal((7u, (ushort)1, (ushort)2), (report.Hops[0].NodeId, report.Hops[0].IngressPort, report.Hops[0].EgressPort));
                Assert.Equal((sent.SourcePort, sent.DestinationPort, sent.Protocol), (report.Flow.SourcePort, report.Flow.DestinationPort, report.Flow.Protocol));
            }
        }
    }
}
