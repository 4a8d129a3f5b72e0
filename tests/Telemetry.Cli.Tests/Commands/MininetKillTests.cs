using System.Diagnostics;
using System.Globalization;
using Telemetry.Cli.Tests.Programs;

namespace Telemetry.Cli.Tests.Commands;

/// <summary>
/// Labs killed at random moments; <c>TELEMETRY_KILL_RUNS</c> says how many (2), <c>TELEMETRY_KILL_TOPOLOGY</c> of what network (<c>linear</c> and others
/// in turn), <c>TELEMETRY_KILL_SECONDS_IN</c> how far in at most (8).
/// </summary>
public class MininetKillTests
{
    private static readonly int s_runs = int.Parse(Environment.GetEnvironmentVariable("TELEMETRY_KILL_RUNS") ?? "2", CultureInfo.InvariantCulture);

    private static readonly string? s_topology = Environment.GetEnvironmentVariable("TELEMETRY_KILL_TOPOLOGY");

    /// <summary>By default from the first interface to the middle of the scenario.</summary>
    private static readonly int s_milliseconds =
        1000 * int.Parse(Environment.GetEnvironmentVariable("TELEMETRY_KILL_SECONDS_IN") ?? "8", CultureInfo.InvariantCulture);

    [RequiresFact("root", "/usr/bin/mn", "/usr/bin/ping", "/usr/sbin/nft")]
    public async Task Clean_LabsKilledAtRandomMoments_LeavesNothingOfOursAndAllOfOthers()
    {
        string foreign = string.Create(CultureInfo.InvariantCulture, $"foreign-{Environment.ProcessId}");
        await ShellAsync($"ip netns add {foreign}; ip -n {foreign} link add s1-eth1 type veth peer name s1-eth2; ip netns exec {foreign} tc qdisc add dev s1-eth1 root pfifo");
        using Process sleeper = Process.Start("ip", ["netns", "exec", foreign, "sleep", "1000"]);
        try
        {
            string before = await StateOfAsync(foreign);
            Assert.Contains("pfifo", before, StringComparison.Ordinal);
            Random random = new(Environment.ProcessId);
            List<LabRemains> all = [];
            for (int run = 0; run < s_runs; run++)
            {
                all.Add(await KillOneAsync(random, run));
            }

            (int code, _, string said) = await TelemetryProcess.RunAsync("lab", "--clean");
            Assert.True(code == 0, said);
            foreach (LabRemains remains in all)
            {
                Assert.Empty(await remains.LeftAsync());
                Assert.False(Directory.Exists(remains.Folder), $"{remains.Folder} is left");
            }

            Assert.Equal(before, await StateOfAsync(foreign));
            Assert.False(sleeper.HasExited);
        }
        finally
        {
            sleeper.Kill();
            await ShellAsync($"ip netns delete {foreign}");
        }
    }

    private static async Task<LabRemains> KillOneAsync(Random random, int run)
    {
        bool bmv2 = run % 2 == 1 && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, "simple_switch_grpc")));
        await using TelemetryProcess lab = TelemetryProcess.Start(
            "lab", "--mininet", "--topology", s_topology ?? (run % 3 == 2 ? "leafspine-2x4" : "linear"), "--switch", bmv2 ? "bmv2" : "soft",
            "--scenario", "linkflap", "--headless", "--seconds", "60", "--json");
        LabRemains remains = LabRemains.Of(await lab.SaysAsync(LabRemains.FolderIn));
        await Task.Delay(random.Next(0, s_milliseconds));
        await lab.SignalAsync("KILL");
        await lab.EndAsync();
        Assert.Empty(await remains.LeftAsync());
        return remains;
    }

    private static Task<string> StateOfAsync(string space) =>
        ShellAsync($"ip netns list | grep -w {space}; ip -n {space} -o link; ip netns exec {space} tc qdisc; ip netns pids {space}");

    private static async Task<string> ShellAsync(string command)
    {
        using Process shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true })!;
        string output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return output;
    }
}
