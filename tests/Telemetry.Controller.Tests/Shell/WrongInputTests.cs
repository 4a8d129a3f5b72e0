using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Shell;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Tests.Shell;

/// <summary>What users really get wrong: one line each, which says how to mend it, from the library and the shell alike.</summary>
public sealed class WrongInputTests
{
    private const string Route = "ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> set_next_hop(dst_mac=08:00:00:00:01:11, port=1)";

    [Theory]
    [InlineData(
        "ipv4_lmp hdr.ipv4.dst_addr=10.0.1.0/24 -> drop",
        "no table ipv4_lmp; did you mean Ingress.ipv4_lpm? known: Egress.int_node, Egress.int_report, Ingress.ecmp_backup, Ingress.ecmp_config, Ingress.ecmp_group, Ingress.int_sink_port, Ingress.int_source_port, Ingress.int_watchlist, Ingress.ipv4_lpm, Ingress.l2_punt")]
    [InlineData(
        "ipv4_lpm hdr.ipv4.dst=10.0.1.0/24 -> drop",
        "table Ingress.ipv4_lpm has no key hdr.ipv4.dst; did you mean hdr.ipv4.dst_addr? known keys: hdr.ipv4.dst_addr")]
    [InlineData(
        "ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> set_next_hop(dst_mac=08:00:00:00:01:11, port=512)",
        "action Ingress.set_next_hop: port (bit<9>): 0x200 needs 10 bits")]
    [InlineData(
        "int_watchlist hdr.ipv4.protocol=17 -> NoAction",
        "table Ingress.int_watchlist has a ternary, range or optional key: expected a priority above 0, e.g. priority 10; the largest wins")]
    [InlineData(
        "ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/33 -> drop",
        "table Ingress.ipv4_lpm: hdr.ipv4.dst_addr (bit<32>): '10.0.1.0/33': the prefix length has to be 0 to 32")]
    [InlineData(
        "ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> set_nexthop(dst_mac=08:00:00:00:01:11, port=1)",
        "table Ingress.ipv4_lpm has no action set_nexthop; did you mean Ingress.set_next_hop? known actions: Ingress.set_next_hop, Ingress.set_ecmp_group, Ingress.drop")]
    [InlineData(
        "ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> Ingress.mark_source()",
        "table Ingress.ipv4_lpm has no action Ingress.mark_source; known actions: Ingress.set_next_hop, Ingress.set_ecmp_group, Ingress.drop")]
    public async Task Entry_WrongName_SameLineFromLibraryAndShell(string line, string expected)
    {
        FakeSwitch fake = new();
        fake.Run(Networks.Program);
        P4InfoException fault = Assert.Throws<P4InfoException>(() => Networks.Program.Bind(EntryText.Parse(line)));
        Assert.Equal(expected, fault.Message);

        await using P4Shell shell = Open(fake);
        Assert.Equal(expected, await FaultAsync(shell, $"insert {line}"));
        Assert.Equal(expected, await FaultAsync(shell, $"insert {line} --dry-run"));
        Assert.Empty(fake.Entities);
    }

    [Fact]
    public async Task Insert_Duplicate_SaysWhichAndWhatToDo()
    {
        FakeSwitch fake = new();
        fake.Run(Networks.Program);
        await using P4Shell shell = Open(fake);
        StringWriter output = new();
        await shell.RunAsync($"insert {Route}", output);
        const string Full = "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> Ingress.set_next_hop(dst_mac=08:00:00:00:01:11, port=1)";
        Assert.Equal($"inserted {Full}\n", output.ToString().ReplaceLineEndings("\n"));

        string said = await FaultAsync(shell, $"insert {Route}");
        Assert.StartsWith($"s1: write of 1 update: update 0 (insert {Full}): AlreadyExists: ", said, StringComparison.Ordinal);
        Assert.EndsWith("; it is there already: modify it, or delete it first", said, StringComparison.Ordinal);
        StringWriter foretold = new();
        await shell.RunAsync($"insert {Route} --dry-run", foretold);
        Assert.Equal($"would fail to insert {Full}: it is there already: modify it, or delete it first", foretold.ToString().TrimEnd());
        await shell.RunAsync($"insert {Route} --force", output);

        await using P4Switch client = await ConnectAsync(fake, 9, default);
        P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(
            () => client.WriteAsync([P4Update.Insert(Networks.Program.Bind(EntryText.Parse(Route)))]));
        Assert.Equal(said, fault.Message);
    }

    [Fact]
    public async Task Write_NotPrimary_SaysWhoIsAndWhatToClaim()
    {
        FakeSwitch fake = new();
        fake.Run(Networks.Program);
        await using P4Switch primary = await ConnectAsync(fake, 7, default);
        await using P4Shell shell = Open(fake);

        Assert.Equal(
            "another client is primary with election id 7, this one claims 1: claim 8 or more with --election-id (in the shell: election-id 8)",
            await FaultAsync(shell, $"insert {Route}"));
        await using P4Switch backup = await ConnectAsync(fake, 3, default);
        P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(
            () => backup.WriteAsync([P4Update.Insert(Networks.Program.Bind(EntryText.Parse(Route)))]));
        Assert.Equal(
            "s1: write of 1 update: PermissionDenied: not primary; another client is primary with election id 7, this one claims 3: claim a higher one",
            fault.Message);

        await shell.RunAsync("election-id 8", TextWriter.Null);
        await shell.RunAsync($"insert {Route}", TextWriter.Null);
        Assert.Single(fake.Entities);
    }

    [Fact]
    public async Task Program_OfAnotherSwitch_SaysWhatDiffers()
    {
        FakeSwitch fake = new();
        fake.Run(Networks.Program);
        await using P4Shell shell = Open(fake, EveryKind.Program);

        Assert.Equal(
            "the switch runs another program than every: it has no table Ingress.route; leave --program out to use the switch's own P4Info, or push it with swap",
            await FaultAsync(shell, "entries"));
    }

    [Theory]
    [InlineData("inserrt x", "no command inserrt; did you mean insert? known: ")]
    [InlineData("entries --tables", "no option --tables; known: --json")]
    [InlineData("packets --count x", "--count x: expected a number above 0")]
    [InlineData("insert", "insert: expected an entry such as TABLE key=match")]
    [InlineData("insert ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 ->", "insert: column 42: found the end; expected an action")]
    [InlineData("plan /nowhere.p4e", "/nowhere.p4e: cannot be read: ")]
    [InlineData("counters nosuch", "no counter nosuch; known: ")]
    [InlineData("send 08zz", "send: '08zz' is no frame")]
    [InlineData("drift", "drift: nothing was applied in this shell yet")]
    [InlineData("info nosuch", "the program has no nosuch")]
    [InlineData("trace show /nowhere.pcapng", "Could not find file")]
    public async Task Command_Wrong_OneLine(string line, string expected)
    {
        FakeSwitch fake = new();
        fake.Run(Networks.Program);
        await using P4Shell shell = Open(fake);
        string said = await FaultAsync(shell, line);
        Assert.StartsWith(expected, said, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", said, StringComparison.Ordinal);
    }

    private static async Task<string> FaultAsync(P4Shell shell, string line)
    {
        Exception fault = await Assert.ThrowsAnyAsync<Exception>(() => shell.RunAsync(line, TextWriter.Null));
        string said = Assert.IsType<string>(P4Shell.Describe(fault));
        Assert.DoesNotContain("\n", said, StringComparison.Ordinal);
        return said;
    }

    private static P4Shell Open(FakeSwitch fake, P4Program? program = null) => new(new ShellOptions
    {
        Connect = (id, token) => ConnectAsync(fake, id, token),
        LoadProgram = path => P4Program.Load(path),
        Program = program,
    });

    private static Task<P4Switch> ConnectAsync(FakeSwitch fake, UInt128 electionId, CancellationToken cancellation)
    {
        ManualTime.TakeThread();
        return P4Switch.ConnectAsync(
            new P4SwitchOptions { Name = "s1", DeviceId = 1, ElectionId = electionId }, fake.Connect, TimeProvider.System, null, cancellation);
    }
}
