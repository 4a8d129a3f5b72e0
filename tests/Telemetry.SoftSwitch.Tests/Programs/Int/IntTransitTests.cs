using Telemetry.SoftSwitch.Tests.Programs.Packets;
using Telemetry.SoftSwitch.Tests.Programs.Targets;
using Telemetry.Wire.Reports;

namespace Telemetry.SoftSwitch.Tests.Programs.Int;

/// <summary>What p4/int adds to packets that carry INT already.</summary>
public sealed class IntTransitTests
{
    private static readonly string[] s_kinds = ["udp4", "tcp4", "udp6", "tcp6"];

    private static int Words(int instructions) =>
        Enumerable.Range(0, 16).Where(i => (instructions & (0x8000 >> i)) != 0).Sum(i => i is 4 or 5 or 6 ? 2 : 1);

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Transit_EveryInstruction_AddsItsValue(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target);
        foreach (int instructions in Enumerable.Range(0, 16).Select(i => 0x8000 >> i).Concat([0xFC00, 0xFF80, 0xFE01, 0x2C00, 0xFFFF]))
        {
            FrameSpec sent = Flows.To("udp4", "3").With(new IntBytes
            {
                Instructions = (ushort)instructions, HopWords = Words(instructions), Stack = [.. Enumerable.Range(1, Words(instructions)).Select(i => (uint)i)],
            });
            FrameView view = new FrameView((await node.ThroughAsync(4, sent.Build())).Frame).IsSound();
            Assert.Equal(4, view.RemainingHops);
            Assert.Equal(Enumerable.Range(1, Words(instructions)).Select(i => (uint)i), view.Stack.Skip(Words(instructions)));
            uint[] own = view.Stack[..Words(instructions)];
            int at = 0;
            ulong[] values = new ulong[16];
            for (int bit = 0; bit < 16; bit++)
            {
                if ((instructions & (0x8000 >> bit)) != 0)
                {
                    values[bit] = bit is 4 or 5 or 6 ? ((ulong)own[at++] << 32) | own[at++] : own[at++];
                    switch (bit)
                    {
                        case 0:
                            Assert.Equal(7u, values[bit]);
                            break;
                        case 1:
                            Assert.Equal(0x0004_0003u, values[bit]);
                            break;
                        case 3:
                            Assert.Equal(0u, values[bit]);
                            break;
                        case 2 or 4 or 5:
                            Assert.NotEqual(uint.MaxValue, values[bit]);
                            break;
                        case 6:
                            Assert.Equal(0x0000_0004_0000_0003u, values[bit]);
                            break;
                        default:
                            Assert.Equal(uint.MaxValue, values[bit]);
                            break;
                    }
                }
            }

            if ((instructions & 0x2C00) == 0x2C00)
            {
                Assert.Equal(values[2], values[5] - values[4]);
            }
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Transit_EveryCarrier_GrowsAndStaysSound(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target);
        foreach (FrameSpec packet in s_kinds.Select(k => Flows.To(k, "3")))
        {
            foreach (int npt in new[] { 0, 2 })
            {
                foreach (uint[] stack in new uint[][] { [], [1, 2], [.. Enumerable.Range(0, 2 * 17).Select(i => (uint)i)], [.. Enumerable.Range(0, 250).Select(i => (uint)i)] })
                {
                    FrameSpec sent = packet.With(new IntBytes { Npt = npt, Stack = stack, RemainingHops = 200 }) with { Vlans = [(0x8100, 100)] };
                    FrameView view = new FrameView((await node.ThroughAsync(4, sent.Build())).Frame).IsSound();
                    Assert.Equal((npt, 199, ""), (view.Npt, view.RemainingHops, view.Marks));
                    Assert.Equal([7u, 0x0004_0003u, .. stack], view.Stack);
                    Assert.Equal([.. sent.TcpOptions, .. sent.Payload], view.BehindInt);
                    Assert.Equal(sent.Vlans, view.Vlans);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Transit_ReasonsNotToAdd_MarkWhatTheSpecificationSays(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target, mtu: 1000);
        IntBytes data = new();
        foreach ((IntBytes given, int payload, string marks, int added) in new[]
        {
            (data with { RemainingHops = 1 }, 10, "", 2),
            (data with { RemainingHops = 0 }, 10, "E", 0),                      // no hop remains
            (data with { RemainingHops = 0, Marks = "E" }, 10, "E", 0),
            (data with { Marks = "M" }, 10, "M", 2),                            // marks of others stay
            (data with { Marks = "E" }, 10, "E", 2),
            (data with { Marks = "D" }, 10, "D", 2),                            // only the sink drops
            (data with { HopWords = 3, DomainId = 5, Stack = [1, 2, 3] }, 10, "", 0),   // a domain that this node doesn't know
            (data, 1000 - 28 - 24 - 8, "", 2),                                  // just fits
            (data, 1000 - 28 - 24 - 7, "M", 0),                                 // one byte more
            (data with { Stack = [.. Enumerable.Range(0, 251).Select(i => (uint)i)] }, -28, "M", 0), // 1,020 bytes and more
        })
        {
            foreach (string kind in new[] { "udp4", "tcp4", "udp6" })
            {
                int headers = kind switch { "udp4" => 28, "tcp4" => 52, _ => 48 };
                FrameSpec sent = (Flows.To(kind, "3") with { Payload = new byte[Math.Max(payload == 10 ? 10 : payload + 28 - headers, 0)] }).With(given);
                FrameView view = new FrameView((await node.ThroughAsync(4, sent.Build())).Frame).IsSound();
                Assert.Equal((marks, added, given.RemainingHops - (added > 0 ? 1 : 0)), (view.Marks, view.Stack.Length - given.Stack.Length, view.RemainingHops));
                Assert.Equal(given.Stack, view.Stack[added..]);
            }
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Transit_FullStack_IsPassedOn(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target, mtu: 9000);
        FrameSpec sent = Flows.To("udp4", "3").With(new IntBytes { Stack = [.. Enumerable.Range(0, 252).Select(i => (uint)i)], RemainingHops = 3 });
        new FrameView((await node.ThroughAsync(4, sent.Build())).Frame).IsRouted(sent);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Transit_WhatIsNoInt_IsRoutedAsItCame(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target);
        FrameSpec packet = Flows.To("udp4", "3");
        IntBytes data = new();
        foreach (FrameSpec sent in new[]
        {
            packet with { Dscp = 0x17 },                                        // the value alone
            packet with { Dscp = 0x17, Payload = [], Padding = 18 },
            packet with { Dscp = 0x17, Payload = [], Padding = 60 },            // padding is no INT
            packet.With(data with { Type = 2 }), packet.With(data with { Type = 3 }), packet.With(data with { Version = 1 }),
            packet.With(data with { Length = 2 }), packet.With(data) with { Dscp = 0 },
            packet.With(data with { Length = 60 }), packet.With(data with { Length = 9 }),  // longer than the datagram
            packet.With(data with { Npt = 2 }) with { DestinationPort = 32764 },
            packet.With(data with { Npt = 2, Length = 60 }),
            Flows.To("tcp6", "3").With(data with { Length = 60 }),
        })
        {
            new FrameView((await node.ThroughAsync(4, sent.Build())).Frame).IsRouted(sent);
        }
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Transit_NodeNotConfigured_AddsNothing(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target);
        node.Default("Egress.int_node", "NoAction");
        FrameSpec sent = Flows.To("udp4", "3").With(new IntBytes());
        new FrameView((await node.ThroughAsync(4, sent.Build())).Frame).IsRouted(sent);
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Transit_Checksums_ZeroStaysZeroAndDamageStaysDamage(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target);
        FrameSpec sent = Flows.To("udp4", "3").With(new IntBytes());
        Assert.Equal(0, new FrameView((await node.ThroughAsync(4, (sent with { UdpChecksum = false }).Build())).Frame).IsSound().L4Checksum);

        byte[] good = (await node.ThroughAsync(4, sent.Build())).Frame;
        byte[] damaged = sent.Build();
        damaged[^1] ^= 0x40;
        byte[] bad = (await node.ThroughAsync(4, damaged)).Frame;
        Assert.Equal(new FrameView(good).L4Checksum, new FrameView(bad).L4Checksum);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => new FrameView(bad).IsSound());
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Intermediate_StackThatDoesNotFit_IsReportedAndReplaced(string target)
    {
        await using ProgramTarget node = await IntSetup.StartAsync(target, mtu: 1000);
        node.Default("Egress.int_intermediate", "Egress.set_intermediate", ("session", ProgramTarget.ReportSession));
        uint[] stack = [.. Enumerable.Range(0, 6).SelectMany(i => new[] { 20u - (uint)i, 0x0001_0002u })];
        foreach (FrameSpec packet in s_kinds.Select(k => Flows.To(k, "3")))
        {
            foreach (int npt in new[] { 0, 2 })
            {
                int ip = new FrameView(packet.With(new IntBytes { Npt = npt, Stack = stack }).Build()).IpLength;
                FrameSpec full = packet with { Payload = new byte[packet.Payload.Length + 1000 - ip] };
                FrameSpec sent = full.With(new IntBytes { Npt = npt, Stack = stack });
                List<(int Port, byte[] Frame)> frames = await node.SendAsync(4, sent.Build(), 2);
                FrameView view = new FrameView(frames[0].Frame).IsSound();
                Assert.Equal((3, npt, 4, ""), (frames[0].Port, view.Npt, view.RemainingHops, view.Marks));
                Assert.Equal([7u, 0x0004_0003u], view.Stack);
                Assert.Equal([.. sent.TcpOptions, .. sent.Payload], view.BehindInt);

                DecodedReport report = IntSetup.Report(frames[1].Frame);
                Assert.Equal((ReportType.InnerOnly, ReportFlags.TrackedFlow | ReportFlags.Intermediate, 6), (report.Type, report.Flags, report.HopCount));
                Assert.Equal([20u, 19u, 18u, 17u, 16u, 15u], report.Hops.ToArray().Select(h => h.NodeId));
                Assert.Equal((packet.SourcePort, packet.DestinationPort, packet.Protocol, 1000), (report.Flow.SourcePort, report.Flow.DestinationPort, report.Flow.Protocol, report.IpTotalLength));
            }
        }

        // Not even this node's own data fits: the packet is marked, and the stack isn't lost.
        FrameSpec first = Flows.To("udp4", "3") with { Payload = new byte[1000 - 28 - 16] };
        FrameView marked = new FrameView((await node.ThroughAsync(4, first.With(new IntBytes { Stack = [] }).Build())).Frame).IsSound();
        Assert.Equal(("M", 3), (marked.Marks, marked.ShimLength));
    }
}
