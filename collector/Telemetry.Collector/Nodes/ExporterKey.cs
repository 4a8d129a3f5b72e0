namespace Telemetry.Collector.Nodes;

/// <summary>What has a sequence of its own: node, hardware, and the address that the reports come from.</summary>
internal readonly record struct ExporterKey(uint NodeId, byte HardwareId, byte SequenceBits, UInt128 Address);
