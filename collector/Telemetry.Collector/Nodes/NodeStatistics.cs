namespace Telemetry.Collector.Nodes;

/// <summary>What a node counted beside the reports themselves; all values grow only, but for the ones called a number of.</summary>
/// <param name="Flows">Number of flows tracked now.</param>
/// <param name="FlowsTracked">Flows that were given a place so far.</param>
/// <param name="FlowPacketsOmitted">Packets of flows that found no place: more were active at once than are tracked. The largest of those are told with bounds all the same.</param>
/// <param name="EntitiesOmitted">Switches, ports or links that found no place: how often one was looked for.</param>
/// <param name="EventsOmitted">Events beyond the limit of a window.</param>
/// <param name="ExporterRestarts">Exporters whose sequence began anew.</param>
/// <param name="CounterResets">Switch counters that fell back to 0.</param>
/// <param name="ClockFaults">Latencies that were negative or above an hour, and were left out.</param>
/// <param name="IncompletePaths">Reports whose stack lacks hops, and so says nothing of the path.</param>
/// <param name="LateReports">Reports of packets that left in a window that was sent already; they went into the oldest open one.</param>
/// <param name="Windows">Windows closed.</param>
/// <param name="FlowsEvicted">Silent flows that were forgotten early for new ones: should they go on, they count as new, and what they lost meanwhile is unknown.</param>
/// <param name="FlowsPromoted">Large flows that were given the place of a small tracked one.</param>
/// <param name="FlowBytesErrorMax">Bytes by which a flow beyond the tracked ones was told too small at most, of all windows so far; 0 when all were exact.</param>
/// <param name="NewcomersRefused">Datagrams and hops left out because they name devices, ports or links that no inventory lists, beyond what is taken up of those.</param>
public readonly record struct NodeStatistics(
    int Flows,
    long FlowsTracked,
    long FlowPacketsOmitted,
    long EntitiesOmitted,
    long EventsOmitted,
    long ExporterRestarts,
    long CounterResets,
    long ClockFaults,
    long IncompletePaths,
    long LateReports,
    long Windows,
    long FlowsEvicted,
    long FlowsPromoted,
    long FlowBytesErrorMax,
    long NewcomersRefused);
