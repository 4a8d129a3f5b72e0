using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Topologies;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Cli.Benchmarks;

/// <summary>Two <c>telemetry controller</c> processes at one fabric: the primary is killed, the other one takes over.</summary>
internal sealed class TakeoverBenchmark() : Benchmark("takeover", "Time until a second controller is primary and has reconciled after the first was killed")
{
    private readonly Option<string> _topology = new("--topology") { Description = "Built-in or file", DefaultValueFactory = _ => "leafspine-4x8" };
    private readonly Option<int> _kills = new("--kills") { Description = "Controllers to kill, one after the other", DefaultValueFactory = _ => 10 };

    public override IEnumerable<Option> Options => [_topology, _kills];

    public override async Task<IReadOnlyList<BenchResult>> RunAsync(ParseResult parsed, TextWriter progress, CancellationToken cancellation)
    {
        Topology topology = TopologyCatalog.Load(parsed.GetValue(_topology)!);
        using EventLoop loop = new(TimeProvider.System.GetUtcNow());
        using CancellationTokenSource ending = new();
        Task running = Task.Factory.StartNew(() => loop.RunRealTime(ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        List<P4RuntimeServer> servers = [];
        string folder = Directory.CreateTempSubdirectory("takeover").FullName;
        try
        {
            EmbeddedFabric fabric = new(loop, topology, 1, _ => _ => { });
            Dictionary<string, string> addresses = [];
            foreach (Telemetry.SoftSwitch.Switching.Switch served in fabric.Switches)
            {
                P4RuntimeServer server = await P4RuntimeServer.StartAsync(served, "127.0.0.1", 0, cancellation).ConfigureAwait(false);
                servers.Add(server);
                addresses[served.Options.Name] = string.Create(CultureInfo.InvariantCulture, $"{server.Host}:{server.Port}");
            }

            Topology reachable = topology with { Switches = [.. topology.Switches.Select(s => s with { GrpcAddress = addresses[s.Name] })] };
            string file = Path.Combine(folder, "fabric.json");
            TopologyFile.Save(reachable, file);
            string[] arguments = ["--topology", file, "--program", Path.Combine(Checkout.Root(), "p4", "int"), "--report", "10.255.255.254:32766"];
            return await MeasureAsync(reachable, arguments, parsed.GetValue(_kills), progress, cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (P4RuntimeServer server in servers)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }

            await ending.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<BenchResult>> MeasureAsync(
        Topology topology, string[] arguments, int kills, TextWriter progress, CancellationToken cancellation)
    {
        int switches = topology.Switches.Count;
        List<double> times = [];
        int differences = 0;
        ControllerProcess primary = new(arguments);
        ControllerProcess? standby = null;
        try
        {
            await primary.WaitForAsync("Primary", switches, cancellation).ConfigureAwait(false);
            string[] desired = await StateAsync(topology, cancellation).ConfigureAwait(false);
            for (int i = 0; i < kills; i++)
            {
                standby = new ControllerProcess(arguments);
                await standby.WaitForAsync("Backup", switches, cancellation).ConfigureAwait(false);
                long begun = Stopwatch.GetTimestamp();
                primary.Kill();
                await standby.WaitForAsync("Primary", switches, cancellation).ConfigureAwait(false);
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                await primary.DisposeAsync().ConfigureAwait(false);
                (primary, standby) = (standby, null);
                string[] state = await StateAsync(topology, cancellation).ConfigureAwait(false);
                int different = desired.Except(state).Count() + state.Except(desired).Count();
                differences += different;
                progress.WriteLine($"kill {i + 1}: reconciled after {times[^1]:0} ms, {state.Length} entries, {different} different");
            }
        }
        finally
        {
            await primary.DisposeAsync().ConfigureAwait(false);
            if (standby is not null)
            {
                await standby.DisposeAsync().ConfigureAwait(false);
            }
        }

        times.Sort();
        return
        [
            new BenchResult("reconciled-p50", times[times.Count / 2], "ms"),
            new BenchResult("reconciled-max", times[^1], "ms"),
            new BenchResult("differences", differences, "entries"),
        ];
    }

    /// <summary>All entries of all switches as text, read without taking part in an election.</summary>
    private static async Task<string[]> StateAsync(Topology topology, CancellationToken cancellation)
    {
        List<string> state = [];
        foreach (SwitchNode node in topology.Switches)
        {
            P4SwitchOptions options = new() { Name = node.Name, DeviceId = (ulong)node.NodeId, ElectionId = 0 };
            await using P4Switch client = await P4Switch.ConnectAsync(options, node.GrpcAddress!, cancellation).ConfigureAwait(false);
            await client.Pipeline.AdoptAsync(cancellation).ConfigureAwait(false);
            foreach (P4Entry entry in await client.ReadStateAsync(cancellation).ConfigureAwait(false))
            {
                state.Add($"{node.Name} {entry.Text}");
            }
        }

        return [.. state];
    }
}
