namespace Telemetry.Collector.Centers;

/// <summary>What a center took in of its nodes' windows and what it passed on; all values grow only.</summary>
/// <param name="BytesIn">Size of the nodes' batches, as encoded.</param>
/// <param name="BytesOut">Size of what was passed on of them.</param>
/// <param name="FlowsIn">Flow entries in the nodes' windows.</param>
/// <param name="FlowsOut">Flow entries passed on: the largest of each window.</param>
/// <param name="PacketsOmitted">Packets of the flows that were left out.</param>
public readonly record struct CondenseStatistics(long BytesIn, long BytesOut, long FlowsIn, long FlowsOut, long PacketsOmitted);
