using System.Globalization;
using System.Text.Json;

namespace Telemetry.Cli.Benchmarks;

/// <summary>The figures of one or more runs of a benchmark, each as its median.</summary>
/// <param name="Bench">Name of the benchmark.</param>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="Results">Medians over the runs, in the order of the first run.</param>
internal sealed record BenchReport(string Bench, int Cores, IReadOnlyList<BenchResult> Results)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Takes each figure's median, so that one disturbed run does not decide.</summary>
    /// <param name="bench">Name of the benchmark.</param>
    /// <param name="runs">At least one run's figures.</param>
    public static BenchReport OfRuns(string bench, IReadOnlyList<IReadOnlyList<BenchResult>> runs) => new(
        bench,
        Environment.ProcessorCount,
        [.. runs[0].Select(first => first with { Value = Median([.. runs.SelectMany(r => r).Where(r => r.Name == first.Name).Select(r => r.Value)]) })]);

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    public string ToTable()
    {
        int width = Results.Count == 0 ? 0 : Results.Max(r => r.Name.Length);
        return string.Concat(
            $"{Bench}, {Cores} cores\n",
            string.Concat(Results.Select(r => $"  {r.Name.PadRight(width)}  {Figure(r.Value),15} {r.Unit}\n")));
    }

    private static string Figure(double value) =>
        value.ToString(Math.Abs(value) < 100 ? "0.###" : "#,0", CultureInfo.InvariantCulture);

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1
            ? values[values.Length / 2]
            : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }
}
