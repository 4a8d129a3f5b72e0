using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Tests.Targets;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Tests.Client.EndToEnd;

/// <summary>Every kind of entity over gRPC on every switch that is here: written by name, met by packets, read back.</summary>
public sealed class EntityEndToEndTests(LiveSwitches switches) : IClassFixture<LiveSwitches>
{
    private const string Punt = "acl priority 1 -> punt()";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static P4InfoIndex Index => LiveSwitches.Program.Index;

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task TableEntries_EveryMatchKind_ReadBackEqualAndMatch(string target)
    {
        string[] lines =
        [
            "ProbeIngress.exact_table hdr.probe.a=0x7 -> ProbeIngress.mark(value=0x1)",
            "ProbeIngress.lpm_table hdr.probe.b=0xa000000/8 -> ProbeIngress.set(value=0x2)",
            "ProbeIngress.lpm_table -> ProbeIngress.set(value=0x3)",
            "ProbeIngress.acl hdr.probe.a=0x50&&&0xf0 hdr.probe.b=100..200 hdr.probe.flags=0x9 priority 5 -> ProbeIngress.punt()",
            "ProbeIngress.acl priority 1 -> ProbeIngress.punt()",
        ];
        await using P4Switch client = await switches.ConnectAsync(target);
        P4Entry[] entries = [.. lines.Select(l => LiveSwitches.Program.Bind(EntryText.Parse(l)))];
        WriteReport report = await client.WriteAsync([.. entries.Select(P4Update.Insert)]);

        Assert.Equal(new WriteReport(5, 0, 0, 1), report);
        IReadOnlyList<P4Entry> state = await client.ReadStateAsync();
        Assert.Equal(entries.Select(e => e.Key).Order(), state.Where(e => !IsInitial(e)).Select(e => e.Key).Order());
        Assert.True(entries.All(e => state.Single(s => s.Key == e.Key).HasContentOf(e)));
        Assert.Equal(2, await AnswerAsync(client, b: 0x0A010203));
        Assert.Equal(3, await AnswerAsync(client, b: 5));
        await client.WriteAsync([P4Update.Delete(entries[1]), P4Update.Delete(entries[2])]);
        Assert.Equal(1, await AnswerAsync(client, a: 7));
        await client.WriteAsync([P4Update.Delete(entries[4])]);
        Assert.Equal(0, await AnswerAsync(client, a: 0x5F, b: 150, flags: 9)); // the acl's own entry punts it
        await client.WriteAsync([P4Update.Insert(entries[1]), P4Update.Insert(entries[2]), P4Update.Insert(entries[4])]);
        Plan plan = await client.PlanAsync(entries, prune: false);
        Assert.Empty(plan.Steps);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Default_SetAndDeleted_ReadsBackAndReturnsToTheProgramsOwn(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(client, "exact_table default -> mark(value=0x33)", Punt);
        Assert.Equal(0x33, await AnswerAsync(client));
        Entity filter = new() { TableEntry = new TableEntry { TableId = Index.Tables.Get("exact_table").Id, IsDefaultAction = true } };
        Assert.Equal(["ProbeIngress.exact_table default -> ProbeIngress.mark(value=51)"], (await client.ReadEntriesAsync(filter)).Select(e => e.Text));

        await client.WriteAsync([P4Update.Delete(LiveSwitches.Program.BindKey(EntryText.Parse("exact_table default")))]);
        Assert.Equal(0, await AnswerAsync(client));
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task ActionProfiles_MembersAndGroups_ChooseAndReadBack(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(
            client,
            Punt,
            "by_member hdr.probe.a=1 -> member 1",
            "by_group hdr.probe.a=2 -> group 7",
            "group groups 7 -> 1 watch 1, 2 weight 2 watch 2",
            "member groups 1 -> set(value=0x11)",
            "member groups 2 -> set(value=0x22)",
            "member members 1 -> set(value=0x44)");

        Assert.Equal(0x44, await AnswerAsync(client, a: 1));
        HashSet<int> chosen = await SpreadAsync(client, 2);
        Assert.Equal([0x11, 0x22], chosen.Order());
        P4Entry group = LiveSwitches.Program.Bind(EntryText.Parse("group groups 7 -> 1 watch 1, 2 weight 2 watch 2"));
        bool readsWatchPorts = (await client.TargetAsync()).ReadsWatchPorts;
        Assert.Equal(
            $"group ProbeIngress.groups 7 max-size 8 -> 1 watch {(readsWatchPorts ? 1 : 2)}, 2 weight 2 watch 2",
            (await client.ReadEntriesAsync(EntityFilter.Groups(Index))).Single().Text);
        Assert.Equal(!readsWatchPorts, (await client.PlanAsync([group], prune: false)).Steps.Any(s => s.Blind));
        Assert.True((await client.PlanAsync([group], prune: false)).IsEmpty);
        Assert.Equal(3, (await client.ReadEntriesAsync(EntityFilter.Members(Index))).Count);

        // In the order of dependence, whatever the order given.
        await client.WriteAsync(
        [
            P4Update.Delete(Key("member groups 1")), P4Update.Delete(Key("member groups 2")),
            P4Update.Delete(Key("group groups 7")), P4Update.Delete(Key("by_group hdr.probe.a=2")),
        ]);
        Assert.Empty(await client.ReadEntriesAsync(EntityFilter.Groups(Index)));
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task OneShot_ReadBackAndWatchPorts_Choose(string target)
    {
        LiveSwitch live = await switches.GetAsync(target);
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(client, Punt, "by_group hdr.probe.a=3 -> { set(value=0x55) watch 1; set(value=0x66) weight 2 watch 2 }");
        await live.SetPortAsync(1, up: true);
        await live.SetPortAsync(2, up: true);
        Assert.Equal([0x55, 0x66], (await SpreadAsync(client, 3)).Order());
        P4Entry expected = LiveSwitches.Program.Bind(EntryText.Parse("by_group hdr.probe.a=3 -> { set(value=0x55) watch 1; set(value=0x66) weight 2 watch 2 }"));
        P4Entry read = (await client.ReadTableAsync("by_group")).Single();
        Assert.Equal(expected.Text, read.Text);
        Assert.Empty((await client.PlanAsync([expected, LiveSwitches.Program.Bind(EntryText.Parse(Punt))], prune: false)).Steps);

        await live.SetPortAsync(1, up: false);
        await UntilAsync(async () => (await SpreadAsync(client, 3)).SetEquals([0x66]), "that the action behind the dead port is left out");
        await live.SetPortAsync(1, up: true);
        await UntilAsync(async () => (await SpreadAsync(client, 3)).SetEquals([0x55, 0x66]), "that the action comes back");
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task WatchPort_PortDown_OtherMembersTakeOver(string target)
    {
        LiveSwitch live = await switches.GetAsync(target);
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(
            client,
            Punt,
            "member groups 1 -> set(value=0x11)",
            "member groups 2 -> set(value=0x22)",
            "group groups 7 -> 1 watch 1, 2 watch 2",
            "by_group hdr.probe.a=2 -> group 7");
        await live.SetPortAsync(1, up: true);
        await live.SetPortAsync(2, up: true);
        Assert.Equal([0x11, 0x22], (await SpreadAsync(client, 2)).Order());

        await live.SetPortAsync(1, up: false);
        await UntilAsync(async () => (await SpreadAsync(client, 2)).SetEquals([0x22]), "that the member behind the dead port is left out");
        await live.SetPortAsync(1, up: true);
        await UntilAsync(async () => (await SpreadAsync(client, 2)).SetEquals([0x11, 0x22]), "that the member comes back");
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Counters_DirectAndIndirect_CountAndCanBeSet(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(
            client, "exact_table hdr.probe.a=1 -> mark(value=1)", "acl hdr.probe.flags=1 priority 3 -> count(index=2)", Punt, "counter cells[1] packets=10 bytes=1000");
        client.TrySend(LiveSwitches.Probe(a: 1, flags: 1), ("egress_port", 2));
        await AnswerAsync(client, a: 1); // behind the first one

        Assert.Equal([new CounterReading(2, 1, (await client.ReadCounterAsync("cells", 2))[0].Bytes)], await client.ReadCounterAsync("cells", 2));
        Assert.Equal([new CounterReading(1, 10, 1000)], await client.ReadCounterAsync("cells", 1));
        Assert.Equal(4, (await client.ReadCounterAsync("cells")).Count);
        P4Entry direct = (await client.ReadEntriesAsync(EntityFilter.DirectCounters(Index, "exact_table"))).Single();
        Assert.Equal(2, direct.Entity.DirectCounterEntry.Data.PacketCount);
        Assert.Equal(2, (await client.ReadTableAsync("exact_table", counters: true)).Single(e => !e.IsDefault).Entity.TableEntry.CounterData.PacketCount);

        await client.WriteAsync([P4Update.Modify(LiveSwitches.Program.Bind(new DirectCounterSpec((TableEntrySpec)EntryText.Parse("exact_table hdr.probe.a=1"), 5, 50)))]);
        Assert.Equal(5, (await client.ReadEntriesAsync(EntityFilter.DirectCounters(Index, "exact_table"))).Single().Entity.DirectCounterEntry.Data.PacketCount);
        await client.WriteAsync([P4Update.Delete(LiveSwitches.Program.Bind(new CounterSpec("cells", 1, 0, 0)))]);
        Assert.Equal([new CounterReading(1, 0, 0)], await client.ReadCounterAsync("cells", 1));
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Meters_DirectAndIndirect_ColourPacketsAndReadBack(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(
            client,
            "exact_table hdr.probe.a=1 -> mark(value=1)",
            "acl hdr.probe.flags=1 priority 3 -> tell_color()",
            "acl hdr.probe.flags=2 priority 3 -> tell_cell(index=3)");
        Assert.Equal([0, 0, 0], await ColoursAsync(client, 1, 3)); // not configured: green
        Assert.Equal([0, 0, 0], await ColoursAsync(client, 2, 3));

        // One packet in a thousand seconds: the burst decides.
        await LiveSwitches.WriteAsync(client, "meter cell_meters[3] cir=1 cburst=1 pir=1 pburst=2");
        await client.WriteAsync([P4Update.Modify(LiveSwitches.Program.Bind(
            new DirectMeterSpec((TableEntrySpec)EntryText.Parse("exact_table hdr.probe.a=1"), new MeterRates(1, 1, 1, 2))))]);
        Assert.Contains(2, await ColoursAsync(client, 1, 12)); // red, as more came than both bursts
        Assert.Contains(2, await ColoursAsync(client, 2, 12));
        P4Entry cell = (await client.ReadEntriesAsync(EntityFilter.Meter(Index, "cell_meters", 3))).Single();
        Assert.Equal("meter ProbeIngress.cell_meters[3] cir=1 cburst=1 pir=1 pburst=2", cell.Text);
        P4Entry direct = (await client.ReadEntriesAsync(EntityFilter.DirectMeters(Index, "exact_table"))).Single();
        Assert.Equal(2, direct.Entity.DirectMeterEntry.Config.Pburst);

        await client.WriteAsync([P4Update.Delete(LiveSwitches.Program.Bind(new MeterSpec("cell_meters", 3, null)))]);
        Assert.Equal([0, 0, 0, 0, 0], await ColoursAsync(client, 2, 5));
        Assert.Null((await client.ReadEntriesAsync(EntityFilter.Meter(Index, "cell_meters", 3))).Single().Entity.MeterEntry.Config);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Registers_WrittenAndRead_OrRefusedByName(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        P4Update write = P4Update.Modify(LiveSwitches.Program.Bind(EntryText.Parse("register cell_values[2] = 0xabcd")));
        if (target == TargetNames.Bmv2)
        {
            Assert.Equal(
                "bmv2: write of 1 update: update 0 (modify register ProbeIngress.cell_values[2] = 00:00:00:00:ab:cd): Unimplemented: bmv2 has no registers over P4Runtime",
                (await Assert.ThrowsAsync<P4RuntimeException>(() => client.WriteAsync([write]))).Message);
            Assert.Equal(
                "bmv2: read: Unimplemented: bmv2 has no registers over P4Runtime",
                (await Assert.ThrowsAsync<P4RuntimeException>(() => client.ReadRegisterAsync("cell_values"))).Message);
            return;
        }

        await client.WriteAsync([write]);
        await LiveSwitches.WriteAsync(client, "acl hdr.probe.flags=1 priority 3 -> count(index=1)", Punt);
        client.TrySend(LiveSwitches.Probe(b: 77, flags: 1), ("egress_port", 2));
        await AnswerAsync(client);
        Assert.Equal([0, 77, 0xabcd, 0], (await client.ReadRegisterAsync("cell_values")).Select(r => CanonicalBytes.ToUInt64(r.Data!.Bitstring)));
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task ValueSets_WrittenAndMet_OrRefusedByName(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await LiveSwitches.WriteAsync(client, Punt);
        P4Update write = P4Update.Modify(LiveSwitches.Program.Bind(EntryText.Parse("value-set ProbeParser.kinds -> {value=5}, {value=6}")));
        if (target == TargetNames.Bmv2)
        {
            Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<P4RuntimeException>(() => client.WriteAsync([write]))).Code);
            return;
        }

        await client.WriteAsync([write]);
        Assert.Equal([write.Entry.Text], (await client.ReadEntriesAsync(EntityFilter.ValueSet(Index, "kinds"))).Select(e => e.Text));
        Assert.Equal(0, await AnswerAsync(client, kind: 6)); // parsed as a probe, so the acl punts it
        await client.WriteAsync([P4Update.Delete(write.Entry)]);
        Assert.Empty((await client.ReadEntriesAsync(EntityFilter.ValueSet(Index, "kinds"))).Single().Entity.ValueSetEntry.Members);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task TranslatedTypes_ByName_WhereTheTargetTranslates(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        P4Entry[] entries = [.. new[] { "vrfs hdr.probe.a=1 -> enter(vrf=\"red\", number=7)", "vrfs hdr.probe.a=2 -> enter(vrf=\"blue\", number=7)" }.Select(l => LiveSwitches.Program.Bind(EntryText.Parse(l)))];
        await LiveSwitches.WriteAsync(client, Punt);
        if (!(await client.TargetAsync()).Translates)
        {
            P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(() => client.WriteAsync([P4Update.Insert(entries[0])]));
            Assert.Contains("has no translated strings", fault.Message, StringComparison.Ordinal);
            return;
        }

        await client.WriteAsync([.. entries.Select(P4Update.Insert)]);
        Assert.Equal(entries.Select(e => e.Text), (await client.ReadTableAsync("vrfs")).Where(e => !e.IsDefault).Select(e => e.Text).OrderDescending().Reverse());
        Assert.NotEqual(await AnswerAsync(client, a: 1), await AnswerAsync(client, a: 2));
    }

    private static bool IsInitial(P4Entry entry) => entry.Text.StartsWith("ProbeIngress.initial", StringComparison.Ordinal);

    private static P4Entry Key(string line) => LiveSwitches.Program.BindKey(EntryText.Parse(line));

    /// <summary>What a probe carries that the switch sent back.</summary>
    private static async Task<int> AnswerAsync(P4Switch client, int a = 0, uint b = 0, byte flags = 0, byte kind = 1) =>
        (await SendAsync(client, [LiveSwitches.Probe(a, b, flags, kind)]))[0];

    private static Task<IReadOnlyList<int>> ColoursAsync(P4Switch client, byte flags, int count) =>
        SendAsync(client, [.. Enumerable.Repeat(LiveSwitches.Probe(a: 1, flags: flags), count)]);

    private static async Task<HashSet<int>> SpreadAsync(P4Switch client, int a) =>
        [.. await SendAsync(client, [.. Enumerable.Range(0, 64).Select(i => LiveSwitches.Probe(a: a, b: (uint)i * 0x01010101))])];

    private static async Task<IReadOnlyList<int>> SendAsync(P4Switch client, IReadOnlyList<byte[]> probes)
    {
        using StreamSubscription<ReceivedPacket> packets = client.SubscribePackets();
        foreach (byte[] probe in probes)
        {
            Assert.True(client.TrySend(probe, ("egress_port", 2)));
        }

        using CancellationTokenSource patience = new(s_limit);
        List<int> answers = [];
        await foreach (ReceivedPacket packet in packets.ReadAllAsync(patience.Token))
        {
            answers.Add(LiveSwitches.Answer(packet.Payload));
            if (answers.Count == probes.Count)
            {
                break;
            }
        }

        return answers;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using CancellationTokenSource patience = new(s_limit);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, $"waited in vain for {what}");
            await Task.Delay(5);
        }
    }
}
