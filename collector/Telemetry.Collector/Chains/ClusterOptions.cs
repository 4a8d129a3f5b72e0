using Telemetry.Collector.Centers;
using Telemetry.Collector.Nodes;

namespace Telemetry.Collector.Chains;

/// <summary>One cluster of a chain: its center and its nodes.</summary>
/// <param name="Center">The center.</param>
/// <param name="Nodes">At least one node; names are unique over the whole chain.</param>
public sealed record ClusterOptions(CenterOptions Center, IReadOnlyList<NodeOptions> Nodes);
