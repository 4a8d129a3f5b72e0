namespace Telemetry.Lab.Hosts;

/// <summary>What differs from segment to segment of one direction of a connection.</summary>
/// <param name="Sequence">Of the first payload byte, or of SYN.</param>
/// <param name="Acknowledgement">Next byte expected.</param>
/// <param name="Flags">Control bits.</param>
/// <param name="PayloadLength">Bytes.</param>
internal readonly record struct TcpSegment(uint Sequence, uint Acknowledgement, TcpFlags Flags, int PayloadLength);
