namespace Telemetry.Collector.Nodes;

/// <summary>What has a sequence of its own: node, hardware, the address that the reports come from and the one that they go to.</summary>
internal readonly record struct ExporterKey(uint NodeId, byte HardwareId, byte SequenceBits, UInt128 Address, UInt128 Destination);
