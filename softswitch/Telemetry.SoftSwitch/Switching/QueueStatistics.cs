namespace Telemetry.SoftSwitch.Switching;

/// <summary>What one priority queue of a port has done since the switch was made. Bytes are those of the packets as they were received.</summary>
/// <param name="Packets">Packets put into the queue.</param>
/// <param name="Bytes">Bytes of those.</param>
/// <param name="Drops">Packets that found it full.</param>
/// <param name="DroppedBytes">Bytes of those.</param>
/// <param name="Depth">Packets waiting now.</param>
/// <param name="MaxDepth">Most packets that ever waited.</param>
public readonly record struct QueueStatistics(long Packets, long Bytes, long Drops, long DroppedBytes, int Depth, int MaxDepth);
