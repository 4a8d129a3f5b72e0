using System.Text.Json;
using Telemetry.Cli.Tests.Programs;

namespace Telemetry.Cli.Tests.Commands;

public class MininetLabTests
{
    private const string Mininet = "/usr/bin/mn";
    private const string Ping = "/usr/bin/ping";
    private const string Nft = "/usr/sbin/nft";

    private static readonly string[] s_linear =
        ["lab", "--mininet", "--topology", "linear", "--scenario", "steady", "--headless", "--seconds", "8", "--json"];

    [RequiresFact("root", Mininet, Ping, Nft)]
    public async Task Lab_Mininet_TelemetryAgreesWithTheTruth()
    {
        (int code, string output, string errors) = await TelemetryProcess.RunAsync(s_linear);
        Assert.True(code == 0, errors);
        LabRemains remains = LabRemains.Of(errors.Split('\n').First(l => l.Contains(LabRemains.FolderIn, StringComparison.Ordinal)));

        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement ping = document.RootElement.GetProperty("ping");
        Assert.True(ping.GetProperty("sent").GetInt32() > 0);
        Assert.Equal(ping.GetProperty("sent").GetInt32(), ping.GetProperty("received").GetInt32());
        FlowAgreement.Check(document.RootElement);
        JsonElement reports = document.RootElement.GetProperty("reports");
        Assert.True(reports.GetProperty("decoded").GetInt64() > 0);
        Assert.Equal(0, reports.GetProperty("malformed").GetInt64());
        Assert.Empty(await remains.LeftAsync());
    }

    [RequiresFact("root", Mininet, Ping, Nft, "simple_switch_grpc")]
    public async Task Lab_MininetOfBothTargets_HopsOfBothAreMeasured()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            {"hosts": {"h1": {}, "h2": {}}, "switches": {"s1": {"target": "bmv2"}, "s2": {"target": "soft"}},
             "links": [["h1", "s1-p1"], ["h2", "s2-p1"], ["s1-p2", "s2-p2"]]}
            """);
        (int code, string output, string errors) = await TelemetryProcess.RunAsync(
            ["lab", "--mininet", "--topology", file, "--scenario", "steady", "--headless", "--seconds", "5", "--json"]);
        File.Delete(file);
        Assert.True(code == 0, errors);

        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement ping = document.RootElement.GetProperty("ping");
        Assert.Equal(ping.GetProperty("sent").GetInt32(), ping.GetProperty("received").GetInt32());
        Assert.Contains(
            document.RootElement.GetProperty("flows").EnumerateArray(),
            f => f.GetProperty("path").EnumerateArray().Select(p => p.GetString()).SequenceEqual(["s1", "s2"]));
        FlowAgreement.Check(document.RootElement);
        Assert.Equal(0, document.RootElement.GetProperty("reports").GetProperty("malformed").GetInt64());
    }

    [RequiresFact("root", Mininet, Ping)]
    public async Task Lab_MininetTutorialFiles_HostsRunTheCommand()
    {
        // As the P4 tutorials write a lab: hosts' commands, links as lists, entries in runtime files.
        string folder = Directory.CreateTempSubdirectory("tutorial-").FullName;
        string program = Path.Combine(Repository.RepositoryRoot.Path, "p4", "basic", "basic.json");
        await File.WriteAllTextAsync(Path.Combine(folder, "topology.json"), """
            {"hosts": {"h1": {"ip": "10.0.1.1/24", "mac": "08:00:00:00:01:11",
                              "commands": ["route add default gw 10.0.1.10 dev eth0", "arp -i eth0 -s 10.0.1.10 08:00:00:00:01:00"]},
                       "h2": {"ip": "10.0.2.2/24", "mac": "08:00:00:00:02:22",
                              "commands": ["route add default gw 10.0.2.20 dev eth0", "arp -i eth0 -s 10.0.2.20 08:00:00:00:02:00"]}},
             "switches": {"s1": {"cpu_port": "510"}}, "links": [["h1", "s1-p1", "0", 10], ["h2", "s1-p2"]]}
            """);
        (int code, string output, string errors) = await TelemetryProcess.RunAsync(
            ["lab", "--mininet", "--topology", Path.Combine(folder, "topology.json"), "--program", program, "--run", "lab pingall && h2 ip route", "--json"]);
        Directory.Delete(folder, recursive: true);
        Assert.True(code == 0, errors);
        Assert.Contains("\"pairs\": 2, \"answered\": 2", errors, StringComparison.Ordinal);
        Assert.Contains("default via 10.0.2.20", errors, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(2, document.RootElement.GetProperty("topology").GetProperty("hosts").GetInt32());
    }

    [RequiresFact("root", Mininet, Ping, Nft)]
    public Task Lab_MininetLinkLatencies_PingTakesAsLong() => PingOverDelayedLinksAsync("soft");

    [RequiresFact("root", Mininet, Ping, Nft, "simple_switch_grpc")]
    public Task Lab_MininetLinkLatenciesOfBmv2_PingTakesAsLong() => PingOverDelayedLinksAsync("bmv2");

    [RequiresFact("root", Mininet, Ping, Nft)]
    public async Task Lab_MininetSlowClass_TruthAndTelemetrySayWhatItTook()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("slow-").FullName, "slow.json");
        await File.WriteAllTextAsync(file, """
            {"background": 0,
             "traffic": [{"kind": "constant", "from": "h1", "to": "h3", "load": 0.1, "size": 500},
                         {"kind": "constant", "from": "h3", "to": "h1", "load": 0.1, "size": 500},
                         {"kind": "tcp", "from": "h1", "to": "h3", "bytes": 4000000}],
             "faults": [{"kind": "slow", "link": ["s1", "s2"], "delay_ms": 250, "protocol": "udp", "start": 2}]}
            """);
        (int code, string output, string errors) = await TelemetryProcess.RunAsync(
            "lab", "--mininet", "--topology", "linear-2", "--scenario", file, "--headless", "--seconds", "7", "--json");
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        Assert.True(code == 0, errors);

        using JsonDocument document = JsonDocument.Parse(output);
        foreach (JsonElement flows in new[] { document.RootElement.GetProperty("fabric").GetProperty("flows"), document.RootElement.GetProperty("flows") })
        {
            // Telemetry knows no latency between switches before clocks were compared for a second.
            Dictionary<string, double> slowest = flows.EnumerateArray()
                .Where(f => f.GetProperty("latency_us").GetProperty("p99").ValueKind == JsonValueKind.Number)
                .GroupBy(f => f.GetProperty("protocol").GetString()!)
                .ToDictionary(g => g.Key, g => g.Max(f => f.GetProperty("latency_us").GetProperty("p99").GetDouble()));
            Assert.True(slowest["udp"] >= 248_000, errors); // less what clocks' differences are wrong by
            Assert.True(slowest["tcp"] < slowest["udp"], errors);
        }
    }

    [RequiresFact("root", Mininet, Ping, Nft)]
    public async Task Lab_MininetCampus_AllReachAllAndTheFirewallDropsWhatItsRulesSay()
    {
        const string Script = """
            h24 python3 -m http.server 22 2> /dev/null &
            h24 python3 -m http.server 80 2> /dev/null &
            until h24 bash -c '</dev/tcp/127.0.0.1/22 && </dev/tcp/127.0.0.1/80' 2> /dev/null; do sleep 0.2; done
            for way in h1:22 h1:80 h21:22; do
                h=${way%:*} p=${way#*:}
                $h timeout 5 bash -c "</dev/tcp/10.0.6.4/$p" 2> /dev/null && echo "$way passes" || echo "$way is dropped"
            done
            lab rate s1 1 5000000
            lab pingall
            """;
        (int code, _, string errors) = await TelemetryProcess.RunAsync("lab", "--mininet", "--topology", "campus", "--run", Script);

        Assert.True(code == 0, errors);
        Assert.Contains("h1:22 is dropped", errors, StringComparison.Ordinal);
        Assert.Contains("h1:80 passes", errors, StringComparison.Ordinal);
        Assert.Contains("h21:22 passes", errors, StringComparison.Ordinal);
        Assert.Contains("\"answered\": 552", errors, StringComparison.Ordinal);
    }

    /// <summary>As the P4 tutorials write latencies, at a host's link and between switches; loss and cuts work there as elsewhere.</summary>
    private static async Task PingOverDelayedLinksAsync(string target)
    {
        const string Script = """
            h1 ping -n -i 0.2 -c 5 h2 | grep -e rtt -e received
            lab loss s1 s2 1; h1 ping -n -c 1 -W 1 h2 | grep received | sed 's/^/lossy: /'; lab loss s1 s2 0
            lab link s1 s2 down; lab loss s1 s2 0.001; h1 ping -n -c 1 -W 1 h2 | grep received | sed 's/^/cut: /'; lab loss s1 s2 0; lab link s1 s2 up
            until h1 ping -n -c 1 -W 1 h2 | grep rtt | sed 's/^/again: /' | grep rtt; do sleep 0.2; done
            d=$(mktemp -d); head -c 500000 /dev/zero > $d/zeros; h1 python3 -m http.server 80 -d $d 2> /dev/null &
            until h1 bash -c '</dev/tcp/127.0.0.1/80' 2> /dev/null; do sleep 0.2; done
            h2 timeout 40 python3 -c 'import sys, urllib.request as u; print("fetched", len(u.urlopen(f"http://{sys.argv[1]}/zeros").read()))' h1
            lab delay s1 s2 30 5; h1 ping -n -i 0.2 -c 3 h2 | grep rtt | sed 's/^/slower: /'; lab delay s1 s2 0; lab delay s1 h9 1
            rm -r $d
            """;
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            {"hosts": {"h1": {}, "h2": {}}, "switches": {"s1": {}, "s2": {}},
             "links": [["h1", "s1-p1", "20ms"], ["h2", "s2-p1"], ["s1-p2", "s2-p2", "50ms", 10]]}
            """);
        (int code, _, string errors) = await TelemetryProcess.RunAsync("lab", "--mininet", "--switch", target, "--topology", file, "--run", Script);
        File.Delete(file);

        Assert.True(code == 0, errors);
        Assert.Contains("5 packets transmitted, 5 received", errors, StringComparison.Ordinal);
        Assert.Contains("lossy: 1 packets transmitted, 0 received", errors, StringComparison.Ordinal);
        Assert.Contains("cut: 1 packets transmitted, 0 received", errors, StringComparison.Ordinal);
        double[] fastest =
        [
            .. errors.Split('\n').Where(l => l.Contains("rtt min", StringComparison.Ordinal))
                .Select(l => double.Parse(l.Split('=')[1].Split('/')[0], System.Globalization.CultureInfo.InvariantCulture)),
        ];
        Assert.Equal(3, fastest.Length);
        Assert.All(fastest, ms => Assert.True(ms >= 140, errors)); // 20 and 50 ms, there and back: no machine is too busy to be slower
        Assert.True(fastest[^1] >= 200, errors);
        Assert.True(errors.Contains("fetched 500000", StringComparison.Ordinal), errors); // TCP's large segments are cut before they are delayed
        Assert.True(errors.Contains("no link between s1 and h9", StringComparison.Ordinal), errors);
        Assert.DoesNotContain("delayed links lost", errors, StringComparison.Ordinal);
    }

    [RequiresFact("root", Mininet, Ping, Nft)]
    public async Task Lab_MininetCampus_TiersRunInTheirHostsTalkOverManagementLinksOnlyAndComeBackWhenKilled()
    {
        const string Script = """
            reach() { "$1" ping -c 1 -W 2 "$2" > /dev/null && echo "$1 reaches $2$3" || echo "$1 is cut from $2$3"; }
            reach n1 172.31.255.2; reach center1 172.31.255.7; reach n2 172.31.255.107
            reach h1 172.31.255.2; reach h1 172.31.255.101; reach h1 172.31.255.7
            n1 ip route add 10.0.1.0/24 via 172.31.255.101; reach n1 10.0.1.1
            lab link center1 s7 down; reach center1 172.31.255.7 ' (down)'; reach n1 172.31.255.102 ' (down)'
            lab link center1 s7 up; reach center1 172.31.255.7 ' (up)'
            for tier in center1 n3; do
                $tier bash -c 'kill -9 $(ss -Hltunp | grep -o "pid=[0-9]*" | head -1 | cut -d= -f2)'
                while $tier ss -Hltunp | grep -q pid=; do sleep 0.1; done
            done
            for tier in center1 n3; do until $tier ss -Hltunp | grep -q pid=; do sleep 0.1; done; done
            for i in 1 2 3 4 5 6 7 8; do h1 bash -c 'echo hello > /dev/udp/10.0.6.4/5000; echo hello > /dev/udp/10.0.2.1/5000'; sleep 0.2; done
            center1 bash -c 'tr "\\0" " " < /proc/$(ss -Hltnp | grep -o "pid=[0-9]*" | head -1 | cut -d= -f2)/cmdline'
            sleep 3
            """;
        (int code, string output, string errors) = await TelemetryProcess.RunAsync("lab", "--mininet", "--topology", "campus", "--run", Script, "--json");

        Assert.True(code == 0, errors);
        string[] expected =
        [
            "n1 reaches 172.31.255.2", "center1 reaches 172.31.255.7", "n2 reaches 172.31.255.107",
            "h1 is cut from 172.31.255.2", "h1 is cut from 172.31.255.101", "h1 is cut from 172.31.255.7", "n1 is cut from 10.0.1.1",
            "center1 is cut from 172.31.255.7 (down)", "n1 reaches 172.31.255.102 (down)", "center1 reaches 172.31.255.7 (up)",
            "center --name center1 --cluster c1 --listen 172.31.255.2:5501 --upstream 172.31.255.7:5502",
            "center1 was killed by signal 9; starting it again", "center1 serves again",
            "n3 was killed by signal 9; starting it again", "n3 serves again",
        ];
        Assert.All(expected, e => Assert.Contains(e, errors, StringComparison.Ordinal));
        using JsonDocument document = JsonDocument.Parse(output);
        Dictionary<string, JsonElement> devices = document.RootElement.GetProperty("devices").EnumerateArray().ToDictionary(d => d.GetProperty("name").GetString()!);
        foreach ((string name, string kind) in new[] { ("n1", "node"), ("n2", "node"), ("n3", "node"), ("center1", "center"), ("center2", "center"), ("center3", "center"), ("dc", "datacenter") })
        {
            Assert.Equal(kind, devices[name].GetProperty("kind").GetString());
            Assert.Equal("up", devices[name].GetProperty("state").GetString());
            Assert.True(devices[name].GetProperty("memory_bytes").GetInt64() > 0, name); // of a process of its own
        }

        Assert.Equal(JsonValueKind.Number, devices["r1"].GetProperty("last_seen").ValueKind); // a node reads it
        string[] paths = [.. document.RootElement.GetProperty("flows").EnumerateArray().Select(f => string.Join(' ', f.GetProperty("path").EnumerateArray().Select(p => p.GetString())))];
        Assert.Contains(paths, p => p.StartsWith("s1 ", StringComparison.Ordinal) && p.Contains("s7", StringComparison.Ordinal) && p.EndsWith(" s6", StringComparison.Ordinal));
    }

    [RequiresFact("root", Mininet, Ping, Nft, "nsenter")]
    public async Task Lab_MininetShell_RunsScenariosSwapsProgramsAndLetsOthersIn()
    {
        string visited = Path.GetTempFileName();
        string script = $$"""
            lab scenario nosuch 5
            lab scenario linkfail 4
            lab swap s9 int
            lab swap s2 int_mx
            lab pingall
            p4() { telemetry p4 --address 127.0.0.1:50052 --device-id 2 --program $1 entries > /dev/null; }
            p4 int_mx && echo so says s2
            p4 int || echo and no longer int
            echo the shell is open
            while [ -e {{visited}} ]; do sleep 0.2; done
            """;
        await using TelemetryProcess lab = TelemetryProcess.Start("lab", "--mininet", "--topology", "linear", "--headless", "--json", "--run", script);
        LabRemains remains = LabRemains.Of(await lab.SaysAsync(LabRemains.FolderIn));
        await lab.SaysAsync("the shell is open");
        (int code, _, string visitor) = await TelemetryProcess.RunAsync(
            "lab", "attach", Path.GetFileName(remains.Folder), "--run", "lab link s1 s2 down; h1 ping -c 1 -W 1 h6; lab link s1 s2 up; telemetry status");
        File.Delete(visited);
        (int labCode, string output, string said) = await lab.EndAsync();

        Assert.True(code == 0, visitor);
        Assert.Contains("0 received", visitor, StringComparison.Ordinal); // while the link was down
        Assert.Contains("datacenter", visitor, StringComparison.Ordinal);
        Assert.True(labCode == 0, said);
        Assert.Contains("no scenario nosuch; known: ", said, StringComparison.Ordinal);
        Assert.Contains("linkdown at s", said, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Contains(document.RootElement.GetProperty("truth").EnumerateArray(), e => e.GetProperty("kind").GetString() == "linkdown");
        Assert.Contains(document.RootElement.GetProperty("fabric").GetProperty("flows").EnumerateArray(), f => f.GetProperty("delivered").GetInt64() > 0);
        Assert.Contains("no P4 switch s9; known: s1, s2, s3", said, StringComparison.Ordinal);
        Assert.Contains("\"s2 runs int_mx\"", said, StringComparison.Ordinal);
        Assert.Contains("\"pairs\": 30, \"answered\": 30", said, StringComparison.Ordinal); // the scenario's link is mended, the new program forwards
        Assert.Contains("so says s2", said, StringComparison.Ordinal);
        Assert.Contains("and no longer int", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(remains.Folder));
    }

    [RequiresFact("root", Mininet, Ping, Nft, TmuxTerminal.Tmux)]
    public async Task Lab_MininetPrompt_TakesCommandsAndEndsWithTheShell()
    {
        await using TmuxTerminal terminal = await TmuxTerminal.StartAsync(
            160, 50, $"dotnet {TelemetryProcess.Path} lab --mininet --topology linear --prompt");
        string started = await terminal.ShowsAsync(s => s.TrimEnd().EndsWith("lab>", StringComparison.Ordinal), "the prompt");
        string folder = started.Split("telemetry lab attach ")[1].Split('\n')[0].Trim();

        await terminal.SendAsync("h1 ping -c 1 h2", "Enter");
        await terminal.ShowsAsync(s => s.Contains("1 received", StringComparison.Ordinal), "an answered ping");
        await terminal.SendAsync("lab link s1 s2 down; h1 ping -c 1 -W 1 h6; lab nosuch", "Enter");
        string screen = await terminal.ShowsAsync(s => s.Contains("lab nosuch: no such command", StringComparison.Ordinal), "what lab has to say");
        Assert.Contains("0 received", screen, StringComparison.Ordinal);
        await terminal.SendAsync("exit 3", "Enter");
        await terminal.ShowsAsync(s => s.Contains("ended with 3", StringComparison.Ordinal), "the end, with the shell's code");
        Assert.False(Directory.Exists(Path.Combine(Path.GetTempPath(), folder)));
    }

    [RequiresFact("root", Mininet, Ping, Nft)]
    public async Task Lab_MininetInterrupted_LeavesNothingBehind()
    {
        LabRemains remains;
        await using (TelemetryProcess lab = TelemetryProcess.Start(s_linear))
        {
            remains = LabRemains.Of(await lab.SaysAsync(LabRemains.FolderIn));
            await lab.SaysAsync("the network is up");
            await lab.SignalAsync("INT");
            await lab.EndAsync();
        }

        Assert.Empty(await remains.LeftAsync());
        Assert.False(Directory.Exists(remains.Folder));
    }
}
