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
