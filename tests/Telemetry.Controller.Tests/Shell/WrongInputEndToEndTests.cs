using Grpc.Core;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Shell;
using Telemetry.Controller.Tests.Targets;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Tests.Shell;

/// <summary>Ten things that users get wrong, on every switch that is here: one line each from the library and from the shell, the same one.</summary>
public sealed class WrongInputEndToEndTests(LiveSwitches switches) : IClassFixture<LiveSwitches>
{
    private const string Route = "ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> set_next_hop(dst_mac=08:00:00:00:01:11, port=1)";
    private const string Full = "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> Ingress.set_next_hop(dst_mac=08:00:00:00:01:11, port=1)";
    private const string Acl = "acl hdr.probe.a=5 -> punt";

    private static P4Program Basic { get; } = P4Program.Load(Path.Combine(Checkout.Root, "p4", "basic"));

    public static TheoryData<string, string, string> Entries()
    {
        (string Line, string Expected)[] wrong =
        [
            ("ipv4_lmp hdr.ipv4.dst_addr=10.0.1.0/24 -> drop",
                "no table ipv4_lmp; did you mean Ingress.ipv4_lpm? known: "),
            ("ipv4_lpm hdr.ipv4.dst=10.0.1.0/24 -> drop",
                "table Ingress.ipv4_lpm has no key hdr.ipv4.dst; did you mean hdr.ipv4.dst_addr? known keys: hdr.ipv4.dst_addr"),
            ("ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> set_next_hop(dst_mac=08:00:00:00:01:11, port=512)",
                "action Ingress.set_next_hop: port (bit<9>): 0x200 needs 10 bits"),
            ("ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/33 -> drop",
                "table Ingress.ipv4_lpm: hdr.ipv4.dst_addr (bit<32>): '10.0.1.0/33': the prefix length has to be 0 to 32"),
            ("ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> set_nexthop(dst_mac=08:00:00:00:01:11, port=1)",
                "table Ingress.ipv4_lpm has no action set_nexthop; did you mean Ingress.set_next_hop? known actions: "),
            ("ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> send_to_cpu",
                "table Ingress.ipv4_lpm has no action send_to_cpu; known actions: Ingress.set_next_hop, Ingress.set_ecmp_group, Ingress.drop"),
        ];
        TheoryData<string, string, string> rows = [];
        foreach (string target in TargetNames.Names)
        {
            foreach ((string line, string expected) in wrong)
            {
                rows.Add(target, line, expected);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public async Task Entry_Wrong_SaysWhereAndWhatIsLegal(string target, string line, string expected)
    {
        await using P4Switch client = await switches.ConnectAsync(target, program: Basic);
        string library = One(Assert.ThrowsAny<Exception>(() => Basic.Bind(EntryText.Parse(line))));
        Assert.StartsWith(expected, library, StringComparison.Ordinal);
        await using P4Shell shell = await OpenAsync(target);
        Assert.Equal(library, await FaultAsync(shell, $"insert {line}"));
        Assert.Equal(library, await FaultAsync(shell, $"insert {line} --dry-run"));
        Assert.DoesNotContain(await client.ReadTableAsync("ipv4_lpm"), e => !e.IsDefault);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Entry_PriorityMissing_SaysSo(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        const string Expected = "table ProbeIngress.acl has a ternary, range or optional key: expected a priority above 0, e.g. priority 10; the largest wins";
        Assert.Equal(Expected, One(Assert.ThrowsAny<Exception>(() => LiveSwitches.Program.Bind(EntryText.Parse(Acl)))));
        await using P4Shell shell = await OpenAsync(target);
        Assert.Equal(Expected, await FaultAsync(shell, $"insert {Acl}"));
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Program_OfAnotherSwitch_SaysWhatDiffers(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target, program: Basic);
        P4RuntimeException library = await Assert.ThrowsAsync<P4RuntimeException>(
            () => client.WriteAsync([P4Update.Insert(LiveSwitches.Program.Bind(EntryText.Parse("exact_table hdr.probe.a=1 -> mark(value=1)")))]));
        Assert.Equal(
            $"{target}: write of 1 update: update 0 (insert ProbeIngress.exact_table hdr.probe.a=1 -> ProbeIngress.mark(value=1)): FailedPrecondition: it is made for another program than the switch runs, which has no table ProbeIngress.exact_table; bind it to that program, or push its own first",
            One(library));
        await using P4Shell shell = await OpenAsync(target, LiveSwitches.Program);
        Assert.Equal(
            "the switch runs another program than service: it has no table ProbeIngress.exact_table; leave --program out to use the switch's own P4Info, or push it with swap",
            await FaultAsync(shell, "insert exact_table hdr.probe.a=1 -> mark(value=1)"));
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Write_NotPrimary_SaysWhoIsAndWhatToClaim(string target)
    {
        await using P4Switch primary = await switches.ConnectAsync(target, o => o with { ElectionId = 7 }, Basic);
        LiveSwitch live = await switches.GetAsync(target);
        await using P4Switch backup = await P4Switch.ConnectAsync(LiveSwitches.Options(target) with { ElectionId = 3 }, live.Address);
        P4RuntimeException library = await Assert.ThrowsAsync<P4RuntimeException>(
            () => backup.WriteAsync([P4Update.Insert(Basic.Bind(EntryText.Parse(Route)))]));
        Assert.StartsWith($"{target}: write of 1 update: PermissionDenied: ", One(library), StringComparison.Ordinal);
        Assert.EndsWith("; another client is primary with election id 7, this one claims 3: claim a higher one", library.Message, StringComparison.Ordinal);

        await using P4Shell shell = await OpenAsync(target);
        Assert.Equal(
            "another client is primary with election id 7, this one claims 1: claim 8 or more with --election-id (in the shell: election-id 8)",
            await FaultAsync(shell, $"insert {Route}"));
        await shell.RunAsync("election-id 8", TextWriter.Null);
        await shell.RunAsync($"insert {Route}", TextWriter.Null);
        Assert.Single(await primary.ReadTableAsync("ipv4_lpm"), e => !e.IsDefault);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Insert_Duplicate_SaysWhichAndWhatToDo(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target, o => o with { ElectionId = 1 }, Basic);
        await client.WriteAsync([P4Update.Insert(Basic.Bind(EntryText.Parse(Route)))]);
        P4RuntimeException library = await Assert.ThrowsAsync<P4RuntimeException>(
            () => client.WriteAsync([P4Update.Insert(Basic.Bind(EntryText.Parse(Route)))]));
        Assert.StartsWith($"{target}: write of 1 update: update 0 (insert {Full}): AlreadyExists", One(library), StringComparison.Ordinal);
        Assert.EndsWith("; it is there already: modify it, or delete it first", library.Message, StringComparison.Ordinal);

        await using P4Shell shell = await OpenAsync(target, electionId: client.ElectionId + 1);
        Assert.Equal(library.Message, await FaultAsync(shell, $"insert {Route}"));
        StringWriter foretold = new();
        await shell.RunAsync($"insert {Route} --dry-run", foretold);
        Assert.Equal($"would fail to insert {Full}: it is there already: modify it, or delete it first", foretold.ToString().TrimEnd());
        await shell.RunAsync($"insert {Route} --force", TextWriter.Null);
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Modify_NothingThere_SaysSo(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target, o => o with { ElectionId = 1 }, Basic);
        foreach (UpdateKind kind in new[] { UpdateKind.Modify, UpdateKind.Delete })
        {
            P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(
                () => client.WriteAsync([new P4Update(kind, Basic.Bind(EntryText.Parse(Route)))]));
            Assert.Equal(StatusCode.NotFound, fault.UpdateErrors.Single().Code);
            Assert.EndsWith("; nothing there has this key: insert it, or list what there is", One(fault), StringComparison.Ordinal);
        }
    }

    private static string One(Exception fault)
    {
        string said = Assert.IsType<string>(P4Shell.Describe(fault));
        Assert.DoesNotContain("\n", said, StringComparison.Ordinal);
        return said;
    }

    private static async Task<string> FaultAsync(P4Shell shell, string line) =>
        One(await Assert.ThrowsAnyAsync<Exception>(() => shell.RunAsync(line, TextWriter.Null)));

    private async Task<P4Shell> OpenAsync(string target, P4Program? program = null, UInt128? electionId = null)
    {
        LiveSwitch live = await switches.GetAsync(target);
        return new P4Shell(new ShellOptions
        {
            Connect = (id, token) => P4Switch.ConnectAsync(LiveSwitches.Options(target) with { ElectionId = id }, live.Address, token),
            LoadProgram = path => P4Program.Load(path),
            Program = program,
            ElectionId = electionId ?? 1,
        });
    }
}
