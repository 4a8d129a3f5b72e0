using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Tests.Targets;

namespace Telemetry.Controller.Tests.Client.EndToEnd;

/// <summary>What travels on the stream, over gRPC, on every switch that is here.</summary>
public sealed class StreamEndToEndTests(LiveSwitches switches) : IClassFixture<LiveSwitches>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Packets_OutAndIn_CarryMetadataByName(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(client, "acl hdr.probe.flags=7 priority 1 -> punt()");
        using StreamSubscription<ReceivedPacket> packets = client.SubscribePackets();

        Assert.True(client.TrySend(LiveSwitches.Probe(a: 5, flags: 7), ("egress_port", 3)));
        ReceivedPacket packet = await NextAsync(packets);
        Assert.Equal(["ingress_port=510", "reason=5"], packet.Metadata.Select(m => $"{m.Key}={m.Value}"));
        Assert.Equal(LiveSwitch.CpuPort, packet.IngressPort);
        Assert.Equal(LiveSwitches.Probe(a: 5, flags: 7), packet.Payload.ToByteArray());
        Assert.Equal(0, client.PacketsNotSent);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Packets_ReaderStalls_CountsDropsAndKeepsTheStream(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(client, "acl priority 1 -> punt()");
        using StreamSubscription<ReceivedPacket> slow = client.SubscribePackets(capacity: 2);
        using StreamSubscription<ReceivedPacket> quick = client.SubscribePackets();

        for (int i = 0; i < 5; i++)
        {
            Assert.True(client.TrySend(LiveSwitches.Probe(a: i)));
            await NextAsync(quick);
        }

        Assert.Equal(3, slow.Dropped);
        Assert.Equal(0, quick.Dropped);
        Assert.Equal(P4SwitchState.Primary, client.State);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Digests_Acknowledged_ComeByNameAndOnceEach(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(client, "acl priority 1 -> learn()", "digest learn_t max-list 1 ack-timeout 3600s");
        using StreamSubscription<ReceivedDigest> lists = client.SubscribeDigests("learn_t");

        client.TrySend(LiveSwitches.Probe(a: 0x1234));
        ReceivedDigest first = await NextAsync(lists);
        Assert.Equal("learn_t", first.Digest);
        Assert.Equal(["a=4660", "port=510"], first.Samples.Single().Select(m => $"{m.Name}={m.Value}"));

        client.TrySend(LiveSwitches.Probe(a: 2));
        ReceivedDigest second = await NextAsync(lists);
        Assert.NotEqual(first.ListId, second.ListId);

        // Acknowledged, so the first sample is news again, as soon as the acknowledgement is through.
        await AgainAsync(client, lists, first, acknowledge: target == TargetNames.Bmv2);
        Assert.Equal(0, client.DigestsNotTaken);
        Assert.Equal(0, client.StreamErrors);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Digests_NotAcknowledged_KnownSamplesStayAway(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target, o => o with { AcknowledgeDigests = false });
        await LiveSwitches.WriteAsync(client, "acl priority 1 -> learn()", "digest learn_t max-list 1 ack-timeout 3600s");
        using StreamSubscription<ReceivedDigest> lists = client.SubscribeDigests();

        client.TrySend(LiveSwitches.Probe(a: 1));
        ReceivedDigest first = await NextAsync(lists);
        client.TrySend(LiveSwitches.Probe(a: 1)); // in the list that waits for its acknowledgement
        client.TrySend(LiveSwitches.Probe(a: 2));
        Assert.Equal("a=2", First(await NextAsync(lists)));
        await AgainAsync(client, lists, first, acknowledge: true);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task IdleEntries_NotHit_NamesTheEntry(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        using StreamSubscription<IdleEntries> idle = client.SubscribeIdleEntries();
        await LiveSwitches.WriteAsync(client, "exact_table hdr.probe.a=9 idle-timeout 100ms -> mark(value=1)", "exact_table hdr.probe.a=10 -> mark(value=1)");

        IdleEntries told = await NextAsync(idle);
        Assert.Equal(LiveSwitches.Program.BindKey(EntryText.Parse("exact_table hdr.probe.a=9")).Key, told.Entries.Single().Key);
        Assert.NotEqual(0, told.TimestampNs);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task MulticastAndClone_Copies_ComeBack(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(
            client,
            "multicast 3 -> 510#1, 510#2, 4#1",
            "clone 5 -> 510",
            "acl hdr.probe.flags=1 priority 1 -> flood(group=3)",
            "acl hdr.probe.flags=2 priority 1 -> mirror(session=5)");
        using StreamSubscription<ReceivedPacket> packets = client.SubscribePackets();

        client.TrySend(LiveSwitches.Probe(flags: 1), ("egress_port", 2));
        Assert.Equal(LiveSwitches.Probe(flags: 1), (await NextAsync(packets)).Payload.ToByteArray());
        Assert.Equal(LiveSwitches.Probe(flags: 1), (await NextAsync(packets)).Payload.ToByteArray());
        client.TrySend(LiveSwitches.Probe(flags: 2), ("egress_port", 2));
        Assert.Equal(LiveSwitches.Probe(flags: 2), (await NextAsync(packets)).Payload.ToByteArray());

        await client.WriteAsync(
        [
            P4Update.Modify(LiveSwitches.Program.Bind(EntryText.Parse("multicast 3 -> 510#7"))),
            P4Update.Delete(LiveSwitches.Program.Bind(EntryText.Parse("clone 5"))),
        ]);
        client.TrySend(LiveSwitches.Probe(a: 1, flags: 2), ("egress_port", 2)); // nothing comes of it
        client.TrySend(LiveSwitches.Probe(a: 2, flags: 1), ("egress_port", 2));
        client.TrySend(LiveSwitches.Probe(a: 3, flags: 1), ("egress_port", 2));
        Assert.Equal(LiveSwitches.Probe(a: 2, flags: 1), (await NextAsync(packets)).Payload.ToByteArray());
        Assert.Equal(LiveSwitches.Probe(a: 3, flags: 1), (await NextAsync(packets)).Payload.ToByteArray());
        Assert.Equal(["multicast 3 -> 510#7"], (await client.ReadReplicationAsync(default)).Select(e => e.Text));
    }

    /// <summary>
    /// Waits until a list's first sample comes again. simple_switch_grpc looks at an acknowledgement only when it may
    /// have overwritten it with the next message of the stream: so it gets it more than once, with nothing behind it.
    /// </summary>
    private static async Task AgainAsync(P4Switch client, StreamSubscription<ReceivedDigest> lists, ReceivedDigest list, bool acknowledge)
    {
        for (int attempt = 0; attempt < 600; attempt++)
        {
            if (acknowledge)
            {
                Assert.True(client.TryAcknowledge(list));
                await Task.Delay(50);
            }

            client.TrySend(LiveSwitches.Probe(a: int.Parse(list.Samples[0][0].Value, System.Globalization.CultureInfo.InvariantCulture)));
            await Task.Delay(50);
            if (lists.TryRead(out ReceivedDigest? again))
            {
                Assert.Equal(First(list), First(again));
                return;
            }
        }

        Assert.Fail("waited in vain for a sample that was acknowledged, as news");
    }

    private static string First(ReceivedDigest list) => $"{list.Samples[0][0].Name}={list.Samples[0][0].Value}";

    private static async Task<T> NextAsync<T>(StreamSubscription<T> subscription)
        where T : class
    {
        using CancellationTokenSource patience = new(s_limit);
        await foreach (T message in subscription.ReadAllAsync(patience.Token))
        {
            return message;
        }

        throw new InvalidOperationException("the stream has ended");
    }
}
