using System.CommandLine;
using Telemetry.Cli.Benchmarks;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry bench NAME</c>: what this machine does.</summary>
internal static class BenchCommand
{
    private const int MostRuns = 100;

    private static readonly Benchmark[] s_benchmarks =
    [
        new CollectBenchmark(),
        new DecodeBenchmark(),
        new PredictBenchmark(),
        new WriteBenchmark(),
        new SwitchBenchmark(),
        new FailoverBenchmark(),
        new TakeoverBenchmark(),
        new SwapBenchmark(),
    ];

    public static Command Create()
    {
        Command command = new("bench", "Measure what this machine does");
        foreach (Benchmark benchmark in s_benchmarks)
        {
            command.Subcommands.Add(Create(benchmark));
        }

        return command;
    }

    private static Command Create(Benchmark benchmark)
    {
        Option<bool> json = new("--json") { Description = "Print JSON" };
        Option<int> runs = new("--runs") { Description = "Measure so often and print medians", DefaultValueFactory = _ => 1 };
        runs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostRuns)
            {
                result.AddError($"--runs takes a whole number from 1 to {MostRuns}");
            }
        });
        Command command = new(benchmark.Name, benchmark.Description) { json, runs };
        foreach (Option option in benchmark.Options)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellation) =>
        {
            List<IReadOnlyList<BenchResult>> results = [];
            for (int run = 0; run < parsed.GetValue(runs); run++)
            {
                results.Add(await benchmark.RunAsync(parsed, Console.Error, cancellation).ConfigureAwait(false));
            }

            BenchReport report = BenchReport.OfRuns(benchmark.Name, results);
            await Console.Out.WriteAsync(parsed.GetValue(json) ? report.ToJson() + "\n" : report.ToTable()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
