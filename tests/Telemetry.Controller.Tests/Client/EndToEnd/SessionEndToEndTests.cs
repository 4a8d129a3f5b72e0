using Grpc.Core;
using P4.V1;
using Stratum;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Tests.Targets;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Tests.Client.EndToEnd;

/// <summary>Who is primary, roles, reconnection and programs, over gRPC on every switch that is here.</summary>
public sealed class SessionEndToEndTests(LiveSwitches switches) : IClassFixture<LiveSwitches>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static P4Entry Route(uint n) => LiveSwitches.Program.Table("lpm_table").Entry(m => m.Lpm("hdr.probe.b", n << 8, 24), a => a.Call("set", ("value", n)));

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Election_TwoClients_BackupIsToldAndTakesOver(string target)
    {
        await using P4Switch first = await switches.ConnectAsync(target);
        LiveSwitch live = await switches.GetAsync(target);
        UInt128 high = ((UInt128)1 << 64) + 5; // both words count
        P4Switch second = await P4Switch.ConnectAsync(LiveSwitches.Options(target) with { ElectionId = high }, live.Address);
        await second.WaitForPrimaryAsync().WaitAsync(s_limit);
        await LiveSwitch.UntilAsync(() => first.State == P4SwitchState.Backup, "that the first is a backup");
        Assert.Equal(high, first.HighestElectionId);

        P4RuntimeException refused = await Assert.ThrowsAsync<P4RuntimeException>(() => first.WriteAsync([P4Update.Insert(Route(1))]));
        Assert.Equal(StatusCode.PermissionDenied, refused.Code);
        Assert.Contains($"another client is primary with election id {high}, this one claims 1: claim a higher one", refused.Message, StringComparison.Ordinal);
        Assert.False(first.TrySend(LiveSwitches.Probe(), ("egress_port", 2)));
        Assert.Equal(1, first.PacketsNotSent);
        await second.Pipeline.AdoptAsync();
        await second.WriteAsync([P4Update.Insert(Route(1))]);
        Assert.Contains(await first.ReadTableAsync("lpm_table"), e => e.Key == Route(1).Key); // a backup reads

        await second.DisposeAsync();
        await first.WaitForPrimaryAsync().WaitAsync(s_limit);
        await first.WriteAsync([P4Update.Insert(Route(2))]);
        Assert.True(first.ElectionId == 1 || first.ElectionId == high + 1); // as the switch lets a lower one in or not
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Election_SameIdTwice_OneLineSaysSo(string target)
    {
        await using P4Switch first = await switches.ConnectAsync(target);
        LiveSwitch live = await switches.GetAsync(target);
        P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(
            () => P4Switch.ConnectAsync(LiveSwitches.Options(target) with { ElectionId = first.ElectionId }, live.Address));
        Assert.Contains($"another client may have election id {first.ElectionId}: claim another one", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Connect_OtherDevice_OneLineSaysSo(string target)
    {
        LiveSwitch live = await switches.GetAsync(target);
        P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(async () =>
        {
            await using P4Switch client = await P4Switch.ConnectAsync(LiveSwitches.Options(target) with { DeviceId = 77 }, live.Address);
            await client.Pipeline.EnsureAsync(LiveSwitches.Program); // simple_switch_grpc has a stream for everybody
        });
        Assert.EndsWith("the switch has another device id than 77", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Roles_OwnTables_OrRefusedByName(string target)
    {
        LiveSwitch live = await switches.GetAsync(target);
        await using P4Switch all = await switches.ConnectAsync(target);
        P4RoleConfig config = new() { ReceivesPacketIns = true };
        config.ExclusiveP4Ids.Add(LiveSwitches.Program.Index.Tables.Get("exact_table").Id);
        P4SwitchOptions options = LiveSwitches.Options(target) with { Role = "exact", RoleConfig = Google.Protobuf.WellKnownTypes.Any.Pack(config) };
        if (target == TargetNames.Bmv2)
        {
            P4RuntimeException none = await Assert.ThrowsAsync<P4RuntimeException>(() => P4Switch.ConnectAsync(options, live.Address));
            Assert.Contains("bmv2 has no roles but the default one", none.Message, StringComparison.Ordinal);
            return;
        }

        await using P4Switch exact = await P4Switch.ConnectAsync(options, live.Address);
        await exact.WaitForPrimaryAsync().WaitAsync(s_limit); // of its role: the default one stays with the other client
        await exact.Pipeline.AdoptAsync();
        await LiveSwitches.WriteAsync(exact, "exact_table hdr.probe.a=1 -> mark(value=1)");
        P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(() => exact.WriteAsync([P4Update.Insert(Route(1))]));
        Assert.Equal(StatusCode.PermissionDenied, fault.UpdateErrors.Single().Code);
        await all.WriteAsync([P4Update.Insert(Route(1))]);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Restart_SwitchComesBack_HandlerRunsAgainAndStreamsGoOn(string target)
    {
        await using LiveSwitch live = await LiveSwitch.StartAsync(target);
        using Grpc.Net.Client.GrpcChannel channel = SwitchChannel.Create(live.Address);
        await using P4Switch client = new(LiveSwitches.Options(target), channel.CreateCallInvoker, TimeProvider.System);
        int programmed = 0;
        using CancellationTokenSource stop = new();
        using StreamSubscription<ReceivedPacket> packets = client.SubscribePackets();
        Task run = client.RunAsync(
            async (sw, token) =>
            {
                Assert.True(await sw.Pipeline.EnsureAsync(LiveSwitches.Program, token)); // nothing ran: it is another process
                await LiveSwitches.WriteAsync(sw, "acl priority 1 -> punt()");
                Interlocked.Increment(ref programmed);
                await Task.Delay(Timeout.Infinite, token);
            },
            stop.Token);
        await LiveSwitch.UntilAsync(() => programmed == 1, "that the switch is programmed");
        await live.StopAsync();
        await LiveSwitch.UntilAsync(() => client.State == P4SwitchState.Disconnected, "that the loss is noticed");
        Assert.False(client.TrySend(LiveSwitches.Probe(), ("egress_port", 2)));
        P4RuntimeException away = await Assert.ThrowsAsync<P4RuntimeException>(() => client.WriteAsync([P4Update.Insert(Route(1))]));
        Assert.True(away.IsTransient);

        await live.StartAsync();
        await LiveSwitch.UntilAsync(() => programmed == 2, "that the switch is programmed again");
        Assert.True(client.TrySend(LiveSwitches.Probe(a: 3), ("egress_port", 2)));
        await LiveSwitch.UntilAsync(() => packets.TryRead(out _), "a packet over the new stream");
        Assert.Equal(1, client.PacketsNotSent);
        await stop.CancelAsync();
        await run;
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Pipeline_VerifySaveCommitCookie_AsTheTargetCan(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        Assert.False(await client.Pipeline.EnsureAsync(LiveSwitches.Program)); // its cookie says that it runs
        await client.WriteAsync([P4Update.Insert(Route(1))]);
        await client.Pipeline.VerifyAsync(LiveSwitches.Program);
        Assert.Contains(await client.ReadTableAsync("lpm_table"), e => e.Key == Route(1).Key); // verifying changes nothing

        SwapReport swapped = await client.SwapAsync(LiveSwitches.Program, [Route(2)]);
        Assert.True(swapped.Staged);
        Assert.Equal([Route(2).Key], (await client.ReadTableAsync("lpm_table")).Where(e => !e.IsDefault).Select(e => e.Key));
        Assert.Equal(LiveSwitches.Program.Cookie, await client.Pipeline.ReadCookieAsync());
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Reconcile_SameTables_KeepsEntriesOnEveryTarget(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await client.WriteAsync([P4Update.Insert(Route(1)), P4Update.Insert(LiveSwitches.Program.Bind(EntryText.Parse("exact_table hdr.probe.a=4 -> mark(value=2)")))]);
        await client.ReconcileAsync(LiveSwitches.Program);
        Assert.Equal([Route(1).Key], (await client.ReadTableAsync("lpm_table")).Where(e => !e.IsDefault).Select(e => e.Key));
        Assert.Single(await client.ReadTableAsync("exact_table"), e => !e.IsDefault);

        // What the table says of the target is what its own answer says.
        bool reconciles = true;
        try
        {
            await client.Pipeline.ReconcileAsync(LiveSwitches.Program);
        }
        catch (P4RuntimeException)
        {
            reconciles = false;
        }

        Assert.Equal(reconciles, (await client.TargetAsync()).Reconciles);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Atomicity_AllOrNothing_OrRefusedByName(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await client.WriteAsync([P4Update.Insert(Route(2))]);
        P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(
            () => client.WriteAsync([P4Update.Insert(Route(1)), P4Update.Insert(Route(2))], WriteAtomicity.RollbackOnError));
        if (target == TargetNames.Bmv2)
        {
            Assert.Contains("bmv2 knows no atomicity but ContinueOnError", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal([Route(2).Key], (await client.ReadTableAsync("lpm_table")).Where(e => !e.IsDefault).Select(e => e.Key));
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Write_ThousandsWithSomeWrong_EachIsNamed(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        await client.WriteAsync([P4Update.Insert(Route(7))]);
        P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(
            () => client.WriteAsync([.. Enumerable.Range(0, 900).Select(i => P4Update.Insert(Route((uint)i)))]));
        UpdateError error = fault.UpdateErrors.Single();
        Assert.Equal((7, StatusCode.AlreadyExists), (error.Index, error.Code));
        Assert.DoesNotContain("\n", fault.Message, StringComparison.Ordinal);
        Assert.Equal(900, (await client.ReadTableAsync("lpm_table")).Count(e => !e.IsDefault));
    }
}
