using System.CommandLine;
using Telemetry.Controller.App;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Topologies;

namespace Telemetry.Cli.Benchmarks;

/// <summary>How long packets stay away when a link is cut or a switch killed, by what receivers of 1,000 packets/s hear.</summary>
internal sealed class FailoverBenchmark() : Benchmark("failover", "Time until traffic flows again after a cut link or a killed switch, on the embedded fabric in real time")
{
    private static readonly TimeSpan s_outage = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_return = TimeSpan.FromSeconds(1.5);

    private readonly Option<string> _topology = new("--topology") { Description = "Built-in or file; hosts must have two ways to each other", DefaultValueFactory = _ => "leafspine-4x8" };
    private readonly Option<int> _cuts = new("--cuts") { Description = "Links to cut, one after the other", DefaultValueFactory = _ => 50 };
    private readonly Option<int> _kills = new("--kills") { Description = "Switches to kill, one after the other", DefaultValueFactory = _ => 10 };

    private readonly Option<int> _steady = new("--steady") { Description = "Seconds in which nothing happens, and no link may go down", DefaultValueFactory = _ => 20 };

    public override IEnumerable<Option> Options => [_topology, _cuts, _kills, _steady];

    public override async Task<IReadOnlyList<BenchResult>> RunAsync(ParseResult parsed, TextWriter progress, CancellationToken cancellation)
    {
        Topology topology = TopologyCatalog.Load(parsed.GetValue(_topology)!);
        P4Program program = P4Program.Load(Path.Combine(Checkout.Root(), "p4", "basic"));
        P4Program other = P4Program.Load(Path.Combine(Checkout.Root(), "p4", "l2"));
        progress.WriteLine($"load before: {Load()}");
        List<BenchResult> results = [];
        foreach (bool watchPorts in new[] { false, true })
        {
            string suffix = watchPorts ? "-watch" : "";
            ControllerOptions options = new() { Program = program, WatchPorts = watchPorts };
            FailoverFabric fabric = await FailoverFabric.StartAsync(topology, options, other, progress, cancellation).ConfigureAwait(false);
            await using (fabric.ConfigureAwait(false))
            {
                long before = fabric.LinksWentDown;
                progress.WriteLine($"steady, load {Load()}");
                await Task.Delay(TimeSpan.FromSeconds(parsed.GetValue(_steady)), cancellation).ConfigureAwait(false);
                results.Add(new BenchResult($"steady{suffix}-flaps", fabric.LinksWentDown - before, "links"));
                results.AddRange(await CutAsync(fabric, topology, parsed.GetValue(_cuts), "cut" + suffix, progress, cancellation).ConfigureAwait(false));

                // Its cables stay lit, as those of a process between virtual interfaces do: nobody sees it by watching ports.
                results.AddRange(await KillAsync(fabric, topology, parsed.GetValue(_kills), "kill" + suffix, progress, cancellation).ConfigureAwait(false));
            }
        }

        progress.WriteLine($"load after: {Load()}");
        return results;
    }

    private static async Task<IEnumerable<BenchResult>> CutAsync(
        FailoverFabric fabric, Topology topology, int cuts, string name, TextWriter progress, CancellationToken cancellation)
    {
        List<FailoverReading> faults = [];
        List<FailoverReading> returns = [];
        long before = fabric.LinksWentDown;
        for (int i = 0; i < cuts; i++)
        {
            (string a, string b) = Choose(topology, await fabric.PathsAsync().ConfigureAwait(false), i);
            faults.Add(await fabric.MeasureAsync(f => f.SetLinkUp(a, b, false), s_outage, cancellation).ConfigureAwait(false));
            returns.Add(await fabric.MeasureAsync(f => f.SetLinkUp(a, b, true), s_return, cancellation).ConfigureAwait(false));
            progress.WriteLine($"{name} {i + 1}: {a}-{b}, silent for {faults[^1].SilenceMs:0.0} ms, {faults[^1].PacketsLost} lost; on return {returns[^1].SilenceMs:0.0} ms, {returns[^1].PacketsLost} lost");
            await fabric.WaitForLinksAsync(cancellation).ConfigureAwait(false);
        }

        return Results(name, faults, returns, fabric.LinksWentDown - before - cuts);
    }

    private static async Task<IEnumerable<BenchResult>> KillAsync(
        FailoverFabric fabric, Topology topology, int kills, string name, TextWriter progress, CancellationToken cancellation)
    {
        List<FailoverReading> faults = [];
        List<FailoverReading> returns = [];
        long before = fabric.LinksWentDown;
        long expected = 0;
        for (int i = 0; i < kills; i++)
        {
            string victim = Transit(topology, await fabric.PathsAsync().ConfigureAwait(false), i);
            faults.Add(await fabric.KillAsync(victim, carrierStays: true, s_outage, cancellation).ConfigureAwait(false));
            returns.Add(await fabric.ReviveAsync(victim, carrierStays: true, s_return, cancellation).ConfigureAwait(false));
            expected += topology.Links.Count(l => l.A.Device == victim || l.B.Device == victim);
            progress.WriteLine($"{name} {i + 1}: {victim}, silent for {faults[^1].SilenceMs:0.0} ms, {faults[^1].PacketsLost} lost; on return {returns[^1].SilenceMs:0.0} ms, {returns[^1].PacketsLost} lost");
            await fabric.WaitForLinksAsync(cancellation).ConfigureAwait(false);
        }

        return Results(name, faults, returns, fabric.LinksWentDown - before - expected);
    }

    private static IEnumerable<BenchResult> Results(string name, List<FailoverReading> faults, List<FailoverReading> returns, long flaps)
    {
        if (faults.Count == 0)
        {
            return [];
        }

        double[] silences = [.. faults.Select(f => f.SilenceMs).Order()];
        return
        [
            new BenchResult($"{name}-p50", silences[silences.Length / 2], "ms"),
            new BenchResult($"{name}-p95", silences[(int)Math.Ceiling(silences.Length * 0.95) - 1], "ms"),
            new BenchResult($"{name}-max", silences[^1], "ms"),
            new BenchResult($"{name}-return-max", returns.Max(r => r.SilenceMs), "ms"),
            new BenchResult($"{name}-return-lost", returns.Sum(r => Math.Max(0, r.PacketsLost)), "packets"),
            new BenchResult($"{name}-flaps", flaps, "links"),
        ];
    }

    /// <summary>A link that a flow crosses now and that the network can do without: in turn of each flow the first, the second ...</summary>
    private static (string A, string B) Choose(Topology topology, IReadOnlyList<IReadOnlyList<string>> paths, int number)
    {
        for (int i = 0; i < paths.Count; i++)
        {
            IReadOnlyList<string> path = paths[(number + i) % paths.Count];
            if (path.Count >= 2)
            {
                int hop = number % (path.Count - 1);
                (string a, string b) = (path[hop], path[hop + 1]);
                if (Survives(topology, l => !((l.A.Device == a && l.B.Device == b) || (l.A.Device == b && l.B.Device == a))))
                {
                    return (a, b);
                }
            }
        }

        throw new CommandException($"{topology.Name}: no flow crosses a link that the network can do without");
    }

    /// <summary>A switch without hosts that a flow crosses now and that the network can do without.</summary>
    private static string Transit(Topology topology, IReadOnlyList<IReadOnlyList<string>> paths, int number)
    {
        string[] candidates = [.. paths.SelectMany(p => p).Distinct().Order()
            .Where(name => Survives(topology, l => l.A.Device != name && l.B.Device != name))];
        return candidates.Length > 0
            ? candidates[number % candidates.Length]
            : throw new CommandException($"{topology.Name}: no flow crosses a switch that the network can do without");
    }

    private static bool Survives(Topology topology, Func<Link, bool> isUp)
    {
        HashSet<string> switches = [.. topology.Switches.Select(s => s.Name)];
        if (topology.Links.Any(l => !isUp(l) && !(switches.Contains(l.A.Device) && switches.Contains(l.B.Device))))
        {
            return false; // a host hangs there
        }

        SwitchRoutes routes = SwitchRoutes.Compute(topology, isUp);
        return topology.Links.Where(l => !switches.Contains(l.A.Device) || !switches.Contains(l.B.Device))
            .Select(l => switches.Contains(l.A.Device) ? l.A.Device : l.B.Device)
            .All(edge => topology.Hosts.All(h => routes.Ports(edge, h.Name).Count > 0));
    }

    private static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
}
