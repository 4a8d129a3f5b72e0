using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Telemetry.Cli.Tests.Programs;
using Telemetry.Cli.Tests.Repository;

namespace Telemetry.Cli.Tests.P4;

/// <summary><c>telemetry p4</c> as a process, against an embedded switch.</summary>
public sealed class P4CommandTests : IAsyncLifetime
{
    private const string Route = "ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> set_next_hop(dst_mac=08:00:00:00:01:11, port=1)";
    private readonly string _folder = Directory.CreateTempSubdirectory("telemetry-p4").FullName;
    private TelemetryProcess _switch = null!;
    private string _address = "";

    public async Task InitializeAsync()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        _address = $"127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        free.Stop();
        _switch = TelemetryProcess.Start("switch", "--no-p4", "--device-id", "1", "--", "--grpc-server-addr", _address, "--cpu-port", "510");
        for (int attempt = 0; ; attempt++)
        {
            (int code, _, string errors) = await P4Async("swap", "int");
            if (code == 0)
            {
                break;
            }

            Assert.True(attempt < 20, errors);
        }
    }

    public async Task DisposeAsync()
    {
        await _switch.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task OneShot_InsertListDelete_TablesAndJson()
    {
        Assert.Equal((0, "inserted Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> Ingress.set_next_hop(dst_mac=08:00:00:00:01:11, port=1)\n", ""), await P4Async("insert", Route));
        (int code, string output, _) = await P4Async("entries", "ipv4_lpm", "--json");
        Assert.Equal(0, code);
        JsonNode entry = JsonNode.Parse(output)![0]!;
        Assert.Equal("Ingress.set_next_hop", (string?)entry["action_name"]);
        Assert.Equal("10.0.1.0", (string?)entry["match"]!["hdr.ipv4.dst_addr"]![0]);
        (code, output, _) = await P4Async("entries");
        Assert.Contains("hdr.ipv4.dst_addr  action", output, StringComparison.Ordinal);
        Assert.Contains("1 entry", output, StringComparison.Ordinal);

        (code, output, string errors) = await P4Async("insert", Route);
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains("AlreadyExists", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, (await P4Async("delete", "ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24")).Code);
    }

    [Fact]
    public async Task Script_OnAPipe_RunsLinesAndNamesTheOneThatFails()
    {
        string trace = Path.Combine(_folder, "t.pcapng");
        string file = Path.Combine(_folder, "s1.p4e");
        await File.WriteAllTextAsync(file, $"{Route}\nint_node default -> set_node(node_id=7, mtu=1500)\nclone 250 -> 500\n");
        (int code, string output, string errors) = await PipeAsync(
            ["--trace", trace],
            $"# a script\nplan {file}\napply {file}\napply {file}\ndrift\nregisters report_sequence[0]\nmodify register report_sequence[0] = 5\nregisters report_sequence[0]\nsend egress_port=1 ffffffffffff\ninsert nosuch x=1 -> y\nhelp\n");

        Assert.Equal(1, code);
        Assert.StartsWith("telemetry: line 10: no table nosuch; known: ", errors, StringComparison.Ordinal);
        Assert.Contains("2 to add, 1 to change, 0 to remove, 0 unchanged", output, StringComparison.Ordinal);
        Assert.Contains("0 to add, 0 to change, 0 to remove, 3 unchanged", output, StringComparison.Ordinal);
        Assert.Contains("none: the switch has what was applied", output, StringComparison.Ordinal);
        Assert.Contains("register Egress.report_sequence[0] = 0\n", output, StringComparison.Ordinal);
        Assert.Contains("register Egress.report_sequence[0] = 5\n", output, StringComparison.Ordinal);
        Assert.Contains("sent 1 packet(s) of 6 bytes", output, StringComparison.Ordinal);
        (code, output, _) = await P4Async("trace", "show", trace);
        Assert.Equal(0, code);
        Assert.Contains("insert Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24", output, StringComparison.Ordinal);
        Assert.Contains("packet-out egress_port=1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_AsTextAndRuntimeFile_PlansNothing()
    {
        await PipeAsync([], $"insert {Route}\ninsert int_watchlist hdr.ipv4.protocol=17 meta.l4_dst_port=80..443 priority 3 -> NoAction\ninsert clone 250 -> 500 truncate 128\ninsert multicast 3 -> 1, 2#2\n".Replace(" meta.l4_dst_port=80..443", "", StringComparison.Ordinal));
        foreach (string name in new[] { "s.p4e", "s.json" })
        {
            string file = Path.Combine(_folder, name);
            Assert.Equal(0, (await P4Async("save", file)).Code);
            (int code, string output, string errors) = await P4Async("plan", file);
            Assert.True(code == 0, errors);
            Assert.StartsWith("0 to add, 0 to change, 0 to remove, 4 unchanged", output, StringComparison.Ordinal);
        }
    }

    [RequiresFact(TmuxTerminal.Tmux)]
    public async Task Shell_InATerminal_CompletesAndRemembers()
    {
        await using TmuxTerminal terminal = await TmuxTerminal.StartAsync(
            100, 30, $"XDG_STATE_HOME={_folder} dotnet {TelemetryProcess.Path} p4 --device-id 1 --address {_address}");
        await terminal.ShowsAsync(s => s.Contains($"{_address}>", StringComparison.Ordinal), "a prompt");
        await terminal.SendAsync("inser", "Tab", "ipv4_l", "Tab");
        await terminal.ShowsAsync(s => s.Contains("> insert Ingress.ipv4_lpm", StringComparison.Ordinal), "the completed table");
        await terminal.SendAsync("hd", "Tab", "10.0.9.0/24 -> Ingress.set_n", "Tab", "d", "Tab", "9, ", "po", "Tab", "3)", "Enter");
        await terminal.ShowsAsync(s => s.Contains("inserted Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.9.0/24", StringComparison.Ordinal), "the insertion");
        await terminal.SendAsync("entries Ingress.d", "Tab", "C-u", "Up", "Up", "C-u", "packets", "Enter");
        await Task.Delay(500);
        await terminal.SendAsync("C-c");
        await terminal.ShowsAsync(s => s.Contains("stopped", StringComparison.Ordinal), "that Ctrl-C stopped the command");
        await terminal.SendAsync("C-r", "dst_a");
        await terminal.ShowsAsync(s => s.Contains("(search) dst_a: insert Ingress.ipv4_lpm", StringComparison.Ordinal), "the line found again");
        await terminal.SendAsync("Enter", "C-u", "C-d");
        await terminal.ShowsAsync(s => s.Contains("ended with 0", StringComparison.Ordinal), "the end");
        Assert.Contains("packets", await File.ReadAllTextAsync(Path.Combine(_folder, "telemetry", "p4_history")), StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Errors)> P4Async(params string[] command) =>
        TelemetryProcess.RunAsync(["p4", "--device-id", "1", "--address", _address, .. command]);

    private async Task<(int Code, string Output, string Errors)> PipeAsync(string[] options, string script)
    {
        ProcessStartInfo start = new("dotnet", [TelemetryProcess.Path, "p4", "--device-id", "1", "--address", _address, .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TELEMETRY_ROOT"] = RepositoryRoot.Path;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await errors);
    }
}
