using Telemetry.Collector.Contracts;
using Telemetry.Lab.Mininet;
using Telemetry.Lab.Truth;
using Topology = Telemetry.Controller.Topologies.Topology;

namespace Telemetry.Lab.Running;

/// <summary>What a run gave: what telemetry says, and what really happened.</summary>
/// <param name="Options">As asked for.</param>
/// <param name="StartNs">When the run began, run's clock: subtract it from every time in <paramref name="Totals"/>.</param>
/// <param name="EndNs">When it ended, loop time.</param>
/// <param name="Totals">The data center's answer for the whole run.</param>
/// <param name="Truth">Of the embedded fabric; null when the switches are not embedded.</param>
/// <param name="Fabric">Counts of the embedded fabric; null when the switches are not embedded.</param>
public sealed record LabResult(
    LabOptions Options, long StartNs, long EndNs, Totals Totals, FabricTruth? Truth, FabricCounts? Fabric)
{
    /// <summary>What ran.</summary>
    public Topology Topology => Options.Topology;

    /// <summary>What Mininet's hosts measured; null when there are none.</summary>
    public KernelTraffic? Kernel { get; init; }

    /// <summary>Exit code of the command that was the run; 0 when there was none.</summary>
    public int CommandExitCode { get; init; }

    /// <summary>Episodes of the truth; empty when there is none.</summary>
    public IReadOnlyList<TruthEpisode> Episodes => Truth?.Episodes(EndNs) ?? [];
}
