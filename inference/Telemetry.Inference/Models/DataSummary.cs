namespace Telemetry.Inference.Models;

/// <summary>One part of the data.</summary>
/// <param name="Part"><c>train</c>, <c>validation</c> or <c>test</c>.</param>
/// <param name="Topologies">Topologies in it, by name.</param>
/// <param name="Seeds">Seeds in it, ascending.</param>
/// <param name="Runs">Runs.</param>
/// <param name="Rows">Port windows.</param>
/// <param name="Congested">Port windows that overlap an episode of congestion.</param>
/// <param name="Episodes">Truth episodes.</param>
public sealed record DataSummary(
    string Part, IReadOnlyList<string> Topologies, IReadOnlyList<long> Seeds, int Runs, int Rows, int Congested, int Episodes);
