namespace Telemetry.Cli.Benchmarks;

/// <summary>One figure of a benchmark.</summary>
/// <param name="Name">Stable name, lower case with dashes, e.g. <c>l3-memory-1core</c>.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit, e.g. <c>packets/s</c>.</param>
internal sealed record BenchResult(string Name, double Value, string Unit);
