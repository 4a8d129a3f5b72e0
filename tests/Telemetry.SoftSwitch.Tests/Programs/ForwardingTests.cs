using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Tests.Programs.Packets;
using Telemetry.SoftSwitch.Tests.Programs.Targets;

namespace Telemetry.SoftSwitch.Tests.Programs;

/// <summary>Routing, ECMP, punts and counters, which every program but l2 has from the same include.</summary>
public sealed class ForwardingTests
{
    private static readonly byte[] s_arp = [.. Convert.FromHexString("FFFFFFFFFFFF0200000000FF0806"), .. new byte[46]];
    private static readonly byte[] s_lldp = [.. Convert.FromHexString("0180C200000E0200000000FF88CC"), .. new byte[46]];
    private static readonly string[] s_kinds = ["udp4", "tcp4", "udp6", "tcp6"];

    public static TheoryData<string, string> All
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (string program in new[] { "basic", "int", "int_mx", "int_xd" })
            {
                foreach (string target in Targets.Targets.Names)
                {
                    rows.Add(program, target);
                }
            }

            return rows;
        }
    }

    [Bmv2Fact]
    public void Bmv2_IsOnThePath() => Assert.True(File.Exists(Targets.Targets.Bmv2Path));

    [Theory, MemberData(nameof(All))]
    public async Task Route_LongestPrefix_SetsPortAndMacs(string program, string target)
    {
        await using ProgramTarget node = await ProgramTarget.StartAsync(target, program);
        node.Add("Ingress.ipv4_lpm", "hdr.ipv4.dst_addr=10.0.0.0/8", "Ingress.set_next_hop", ("dst_mac", "02:00:00:00:00:02"), ("port", 2))
            .Add("Ingress.ipv4_lpm", "hdr.ipv4.dst_addr=10.0.3.0/24", "Ingress.set_next_hop", ("dst_mac", "02:00:00:00:00:03"), ("port", 3))
            .Add("Ingress.ipv6_lpm", "hdr.ipv6.dst_addr=2001:db8::/32", "Ingress.set_next_hop", ("dst_mac", "02:00:00:00:00:02"), ("port", 2))
            .Add("Ingress.ipv6_lpm", "hdr.ipv6.dst_addr=2001:db8:3::/48", "Ingress.set_next_hop", ("dst_mac", "02:00:00:00:00:03"), ("port", 3));
        foreach (FrameSpec packet in s_kinds.SelectMany(k => new[] { Flows.To(k, "3"), Flows.To(k, "4") }).SelectMany(p => new[]
        {
            p, p with { Ttl = 2 }, p with { Vlans = [(0x8100, 0xE123)] }, p with { Vlans = [(0x88A8, 1), (0x8100, 2)] }, p with { Protocol = 89 },
            p.IsIpv6 ? p : p with { IpOptions = [1, 1, 1, 0] }, p.IsIpv6 ? p : p with { Fragment = 0x2001 }, p with { Payload = [], Padding = 20 },
        }))
        {
            (int port, byte[] frame) = await node.ThroughAsync(1, packet.Build());
            bool isThree = packet.Destination.StartsWith("10.0.3", StringComparison.Ordinal) || packet.Destination.StartsWith("2001:db8:3:", StringComparison.Ordinal);
            Assert.Equal(isThree ? 3 : 2, port);
            FrameView view = new(frame);
            view.IsRouted(packet);
            Assert.Equal(isThree ? "020000000003" : "020000000002", view.DstMac);
            Assert.Equal("020000000001", Convert.ToHexString(frame.AsSpan(6, 6)));
        }

        Assert.Equal(64, node.Packets("Ingress.port_rx", 1));
        Assert.Equal(32, node.Packets("Ingress.port_enqueued", 3));
        Assert.Equal(32, node.Packets("Egress.port_tx", 2));
    }

    [Theory, MemberData(nameof(All))]
    public async Task Ecmp_EveryFlowKeepsItsMember_AndTheSeedChoosesAnew(string program, string target)
    {
        await using ProgramTarget node = await ProgramTarget.StartAsync(target, program);
        node.Add("Ingress.ipv4_lpm", "hdr.ipv4.dst_addr=10.0.3.0/24", "Ingress.set_ecmp_group", ("group_id", 9))
            .Add("Ingress.ipv6_lpm", "hdr.ipv6.dst_addr=2001:db8:3::/48", "Ingress.set_ecmp_group", ("group_id", 9));
        node.Choices("Ingress.ecmp_group", "meta.ecmp_group=9", "Ingress.set_next_hop", 2, 3, 4);

        Dictionary<(string, int), int> first = await ChoicesAsync();
        Assert.Equal(first, await ChoicesAsync());
        Assert.Equal([2, 3, 4], first.Values.Distinct().Order());
        foreach (IGrouping<int, KeyValuePair<(string, int), int>> member in first.GroupBy(c => c.Value))
        {
            Assert.InRange(member.Count(), first.Count / 6, first.Count / 2);
        }

        node.Default("Ingress.ecmp_config", "Ingress.set_ecmp_seed", ("seed", 0x12345678));
        Dictionary<(string, int), int> second = await ChoicesAsync();
        Assert.InRange(first.Count(c => second[c.Key] == c.Value), first.Count / 8, first.Count * 2 / 3);

        async Task<Dictionary<(string, int), int>> ChoicesAsync()
        {
            Dictionary<(string, int), int> choices = [];
            foreach (string kind in s_kinds)
            {
                for (int i = 0; i < 15; i++)
                {
                    FrameSpec packet = Flows.To(kind, "3") with { SourcePort = (ushort)(4000 + (i * 7)) };
                    (int port, byte[] frame) = await node.ThroughAsync(1, packet.Build());
                    new FrameView(frame).IsRouted(packet);
                    choices[(kind, i)] = port;
                }
            }

            return choices;
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task Ecmp_SelectedMemberIsWhereThePacketCameFrom_GoesAnotherWay(string program, string target)
    {
        await using ProgramTarget node = await ProgramTarget.StartAsync(target, program);
        node.Add("Ingress.ipv4_lpm", "hdr.ipv4.dst_addr=10.0.3.0/24", "Ingress.set_ecmp_group", ("group_id", 9))
            .Choices("Ingress.ecmp_group", "meta.ecmp_group=9", "Ingress.set_next_hop", 2, 3, 4)
            .Choices("Ingress.ecmp_backup", "meta.ecmp_group=9", "Ingress.set_backup_hop", 2, 3, 4);
        for (int i = 0; i < 24; i++)
        {
            FrameSpec packet = Flows.To("udp4", "3") with { SourcePort = (ushort)(4000 + (i * 7)) };
            (int usual, _) = await node.ThroughAsync(1, packet.Build());
            (int other, byte[] frame) = await node.ThroughAsync(usual, packet.Build());
            Assert.NotEqual(usual, other);
            Assert.Equal($"02000000000{other}020000000001", Convert.ToHexString(frame.AsSpan(0, 12)));
            Assert.Equal(usual, (await node.ThroughAsync(other, packet.Build())).Port);
        }
    }

    [Theory, InlineData("basic"), InlineData("int"), InlineData("int_mx"), InlineData("int_xd")]
    public async Task Ecmp_WatchedPortGoesDown_OthersTakeOverUntilItReturns(string program)
    {
        await using EmbeddedTarget node = new(program);
        node.Add("Ingress.ipv4_lpm", "hdr.ipv4.dst_addr=10.0.3.0/24", "Ingress.set_ecmp_group", ("group_id", 9))
            .Choices("Ingress.ecmp_group", "meta.ecmp_group=9", "Ingress.set_next_hop", 2, 3)
            .Choices("Ingress.ecmp_backup", "meta.ecmp_group=9", "Ingress.set_backup_hop", 4);
        FrameSpec packet = Flows.To("udp4", "3");
        (int usual, _) = await node.ThroughAsync(1, packet.Build());

        node.SetPortUp(usual, up: false);
        Assert.Equal(5 - usual, (await node.ThroughAsync(1, packet.Build())).Port);
        node.SetPortUp(5 - usual, up: false);
        Assert.Equal(4, (await node.ThroughAsync(1, packet.Build())).Port);
        node.SetPortUp(usual, up: true);
        Assert.Equal(usual, (await node.ThroughAsync(1, packet.Build())).Port);
    }

    [Theory, MemberData(nameof(All))]
    public async Task Ecmp_NoMemberIsThere_TakesABackup(string program, string target)
    {
        await using ProgramTarget node = await ProgramTarget.StartAsync(target, program);
        node.Add("Ingress.ipv6_lpm", "hdr.ipv6.dst_addr=2001:db8:3::/48", "Ingress.set_ecmp_group", ("group_id", 9))
            .Choices("Ingress.ecmp_backup", "meta.ecmp_group=9", "Ingress.set_backup_hop", 4);

        (int port, byte[] frame) = await node.ThroughAsync(1, Flows.To("udp6", "3").Build());

        Assert.Equal((4, "020000000004020000000001"), (port, Convert.ToHexString(frame.AsSpan(0, 12))));
    }

    [Theory, MemberData(nameof(All))]
    public async Task Drops_EveryReason_IsCounted(string program, string target)
    {
        await using ProgramTarget node = await ProgramTarget.StartAsync(target, program);
        node.Add("Ingress.ipv4_lpm", "hdr.ipv4.dst_addr=10.0.7.0/24", "Ingress.set_ecmp_group", ("group_id", 9))
            .Add("Ingress.ipv4_lpm", "hdr.ipv4.dst_addr=10.0.8.0/24", "Ingress.drop");
        byte[] checksum = Flows.To("udp4", "3").Build();
        checksum[25] ^= 1;
        byte[] version = Flows.To("udp6", "3").Build();
        version[14] = 0x50;
        foreach ((int reason, byte[] frame) in new (int, byte[])[]
        {
            (29, Flows.To("udp4", "3").Build()), (29, Flows.To("tcp6", "3").Build()), (31, (Flows.To("tcp4", "3") with { Ttl = 1 }).Build()),
            (31, (Flows.To("udp6", "3") with { Ttl = 0 }).Build()), (60, Flows.To("udp4", "8").Build()), (72, Flows.To("udp4", "7").Build()),
            (71, checksum), (30, version), (73, s_arp), (70, s_arp[..10]), (70, [.. s_arp[..12], 8, 0, .. new byte[10]]),
        })
        {
            long before = node.Packets("Ingress.drops", reason);
            await node.SendAsync(1, frame, 0);
            Assert.Equal(before + 1, node.Packets("Ingress.drops", reason));
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task Punt_EveryAction_AndLldp(string program, string target)
    {
        await using ProgramTarget node = await ProgramTarget.StartAsync(target, program);
        node.Group(1, 1, 2, 3).Add("Ingress.l2_punt", "hdr.ethernet.ether_type=0x0806", "Ingress.flood", ("mcast_group", 1))
            .Add("Ingress.l2_punt", "hdr.ethernet.ether_type=0x88b5", "Ingress.send_to_cpu").Add("Ingress.l2_punt", "hdr.ethernet.ether_type=0x88b6", "Ingress.drop");
        List<(int Port, byte[] Frame)> flooded = await node.SendAsync(1, s_arp, 2);
        Assert.Equal([2, 3], flooded.Select(f => f.Port));
        Assert.All(flooded, f => Assert.Equal(s_arp, f.Frame));
        byte[] tagged = [.. s_arp[..12], 0x81, 0x00, 0x00, 0x05, .. s_arp[12..]];
        Assert.Equal(tagged, (await node.SendAsync(1, tagged, 2))[0].Frame);
        await node.SendAsync(1, [.. s_arp[..12], 0x88, 0xB6, .. s_arp[14..]], 0);
        foreach (byte[] frame in new[] { [.. s_arp[..12], 0x88, 0xB5, .. s_arp[14..]], s_lldp })
        {
            await node.SendAsync(3, frame, 0);
            StreamMessageResponse message = await node.MessageAsync(m => m.Packet is not null && m.Packet.Payload.Span.SequenceEqual(frame));
            Assert.True(node.Info.PacketMetadata.Get("packet_in").TryGet(message.Packet, "ingress_port", out ulong port));
            Assert.Equal(3ul, port);
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task PacketOut_LeavesUntouched(string program, string target)
    {
        await using ProgramTarget node = await ProgramTarget.StartAsync(target, program);
        FrameSpec last = Flows.To("udp4", "2") with { Ttl = 1 };
        node.Send(new StreamMessageRequest { Packet = node.Info.PacketMetadata.Get("packet_out").PacketOut(ByteString.CopyFrom(last.Build()), ("egress_port", 4)) });
        (int port, byte[] frame) = Assert.Single(await node.LeftAsync(1));
        Assert.Equal(4, port);
        Assert.Equal(last.Build(), frame);
    }
}
