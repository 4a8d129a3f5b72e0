namespace Telemetry.SoftSwitch.Switching;

/// <summary>What one port has done since the switch was made. Bytes are whole frames without check sequence.</summary>
/// <param name="RxPackets">Frames received while up.</param>
/// <param name="RxBytes">Bytes of those.</param>
/// <param name="TxPackets">Frames handed to the wire.</param>
/// <param name="TxBytes">Bytes of those.</param>
/// <param name="QueueDrops">Packets that found their queue full.</param>
/// <param name="DownDrops">Frames lost because the port was down or nothing was attached, either way.</param>
/// <param name="Queued">Packets waiting now, all priorities.</param>
public readonly record struct PortStatistics(
    long RxPackets, long RxBytes, long TxPackets, long TxBytes, long QueueDrops, long DownDrops, int Queued);
