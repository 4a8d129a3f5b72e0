using System.CommandLine;

namespace Telemetry.Cli.Benchmarks;

/// <summary>Speed of the embedded switch in memory and over virtual cables, beside BMv2's where it is installed, and what many switches cost.</summary>
internal sealed class SwitchBenchmark() : Benchmark("switch", "The embedded switch: packets a second, and what many switches cost")
{
    private const int SmallestFrame = 60;
    private const int LargestFrame = 1_400;

    private readonly Option<string[]> _only = new("--only")
    {
        Description = "Measure only these: memory, veth, scale",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _programs = new("--program")
    {
        Description = "Programs to measure in memory: l3, int",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int> _bytes = Number("--size", "Bytes of a frame", 64, SmallestFrame, LargestFrame);
    private readonly Option<int> _workers = Number("--workers", "Threads that a switch processes packets with", 1, 1, 64);
    private readonly Option<int> _seconds = Number("--seconds", "Length of each measurement", 3, 1, 600);

    public override IEnumerable<Option> Options
    {
        get
        {
            _only.AcceptOnlyFromAmong("memory", "veth", "scale");
            _programs.AcceptOnlyFromAmong(SwitchWorkload.Names);
            return [_only, _programs, _bytes, _workers, _seconds];
        }
    }

    public override async Task<IReadOnlyList<BenchResult>> RunAsync(ParseResult parsed, TextWriter progress, CancellationToken cancellation)
    {
        string[] parts = parsed.GetValue(_only) is { Length: > 0 } only ? only : ["memory", "veth", "scale"];
        string[] programs = parsed.GetValue(_programs) is { Length: > 0 } some ? some : SwitchWorkload.Names;
        int bytes = parsed.GetValue(_bytes);
        int workers = parsed.GetValue(_workers);
        TimeSpan time = TimeSpan.FromSeconds(parsed.GetValue(_seconds));
        List<BenchResult> results = [];
        if (parts.Contains("memory"))
        {
            foreach (string name in programs)
            {
                SwitchWorkload workload = SwitchWorkload.Load(name, bytes);
                await progress.WriteLineAsync($"{workload.Program.Name} in memory, frames of {workload.Frames[0].Length} bytes, {workers} worker(s), {time.TotalSeconds} s").ConfigureAwait(false);
                double rate = await SwitchMemoryRun.MeasureAsync(workload, workers, time, cancellation).ConfigureAwait(false);
                results.Add(new(workload.ResultName(workers), rate, "packets/s"));
            }
        }

        if (parts.Contains("veth"))
        {
            results.AddRange(await VethAsync(bytes, workers, time, progress, cancellation).ConfigureAwait(false));
        }

        if (parts.Contains("scale"))
        {
            await progress.WriteLineAsync("a fat-tree of 80 switches").ConfigureAwait(false);
            results.AddRange(SwitchScaleRun.Measure(SwitchWorkload.Load("int", bytes)));
        }

        return results;
    }

    private static async Task<IReadOnlyList<BenchResult>> VethAsync(int bytes, int workers, TimeSpan time, TextWriter progress, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            await progress.WriteLineAsync("not measured over virtual cables: that needs root on Linux").ConfigureAwait(false);
            return [];
        }

        SwitchWorkload workload = SwitchWorkload.Load("l3", bytes);
        List<BenchResult> results = [];
        await progress.WriteLineAsync($"{workload.Program.Name} over veth, frames of {bytes} bytes, {workers} worker(s)").ConfigureAwait(false);
        results.Add(new("l3-veth", await SwitchVethRun.MeasureAsync(SwitchProcess.Own(workers), workload, time, progress, cancellation).ConfigureAwait(false), "packets/s"));
        if (SwitchProcess.Bmv2() is not { } bmv2)
        {
            await progress.WriteLineAsync("BMv2 not measured: no simple_switch_grpc on the PATH").ConfigureAwait(false);
            return results;
        }

        await progress.WriteLineAsync("the same on simple_switch_grpc").ConfigureAwait(false);
        results.Add(new("bmv2-l3-veth", await SwitchVethRun.MeasureAsync(bmv2, workload, time, progress, cancellation).ConfigureAwait(false), "packets/s"));
        return results;
    }

    private static Option<int> Number(string name, string description, int usual, int least, int most)
    {
        Option<int> option = new(name) { Description = $"{description}, {least} to {most}", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out int value) || value < least || value > most))
            {
                result.AddError($"{name} takes a whole number from {least} to {most}");
            }
        });
        return option;
    }
}
