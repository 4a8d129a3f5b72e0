using System.CommandLine;
using System.Diagnostics;
using System.Net;
using Telemetry.Controller.App;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Topologies;

namespace Telemetry.Cli.Benchmarks;

/// <summary>What it costs packets when a controller replaces <c>basic</c> by <c>int</c> on all switches at once, under 1,000 packets/s a flow.</summary>
internal sealed class SwapBenchmark() : Benchmark("swap", "Packets lost while every switch changes from basic to int, on the embedded fabric in real time")
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);
    private readonly Option<string> _topology = new("--topology") { Description = "Built-in or file", DefaultValueFactory = _ => "linear-4" };
    private readonly Option<int> _swaps = new("--swaps") { Description = "Changes, one after the other", DefaultValueFactory = _ => 10 };

    public override IEnumerable<Option> Options => [_topology, _swaps];

    public override async Task<IReadOnlyList<BenchResult>> RunAsync(ParseResult parsed, TextWriter progress, CancellationToken cancellation)
    {
        Topology topology = TopologyCatalog.Load(parsed.GetValue(_topology)!);
        ControllerOptions basic = new() { Program = Load("basic") };
        ControllerOptions full = new()
        {
            Program = Load("int"), Report = new ReportOptions(new IPEndPoint(IPAddress.Parse("10.255.255.254"), 32766)),
        };
        List<FailoverReading> readings = [];
        List<double> reports = [];
        long bad = 0;
        FailoverFabric fabric = await FailoverFabric.StartAsync(topology, basic, full.Program!, progress, cancellation).ConfigureAwait(false);
        await using (fabric.ConfigureAwait(false))
        {
            for (int i = 0; i < parsed.GetValue(_swaps); i++)
            {
                long badBefore = await fabric.BadFramesAsync().ConfigureAwait(false);
                readings.Add(await fabric.MeasureAsync(() => fabric.ReplaceControllerAsync(full, cancellation), s_settle, cancellation).ConfigureAwait(false));
                bad += await fabric.BadFramesAsync().ConfigureAwait(false) - badBefore;
                reports.Add(await ReportRateAsync(fabric, cancellation).ConfigureAwait(false));
                progress.WriteLine($"swap {i + 1}: {readings[^1].PacketsLost} lost, silent for {readings[^1].SilenceMs:0.0} ms at most, then {reports[^1]:0} reports/s");
                await fabric.ReplaceControllerAsync(basic, cancellation).ConfigureAwait(false);
                await fabric.WaitForLinksAsync(cancellation).ConfigureAwait(false);
                await Task.Delay(s_settle, cancellation).ConfigureAwait(false);
            }
        }

        List<BenchResult> results =
        [
            new BenchResult("lost", readings.Sum(r => Math.Max(0, r.PacketsLost)), "packets"),
            new BenchResult("damaged", bad, "packets"),
            new BenchResult("silence-max", readings.Max(r => r.SilenceMs), "ms"),
            new BenchResult("reports", reports.Min(), "reports/s"),
        ];
        if (BenchSwitch.FindBmv2() is { } path)
        {
            results.AddRange(await Bmv2SwapRun.RunAsync(path, basic, full, progress, cancellation).ConfigureAwait(false));
        }
        else
        {
            progress.WriteLine("bmv2: left out, simple_switch_grpc is not on the PATH");
        }

        return results;
    }

    private static async Task<double> ReportRateAsync(FailoverFabric fabric, CancellationToken cancellation)
    {
        long before = await fabric.ReportsAsync().ConfigureAwait(false);
        long begun = Stopwatch.GetTimestamp();
        await Task.Delay(s_settle, cancellation).ConfigureAwait(false);
        return (await fabric.ReportsAsync().ConfigureAwait(false) - before) / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static P4Program Load(string name) => P4Program.Load(Path.Combine(Checkout.Root(), "p4", name));
}
