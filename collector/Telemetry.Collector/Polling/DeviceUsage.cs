namespace Telemetry.Collector.Polling;

/// <summary>What a device's process uses.</summary>
/// <param name="CpuPercent">Since the reading before, percent of one core; null when unknown.</param>
/// <param name="MemoryBytes">Resident memory, bytes; null when unknown.</param>
/// <param name="Exists">False when the process is known to be gone; null when unknown.</param>
public readonly record struct DeviceUsage(double? CpuPercent = null, ulong? MemoryBytes = null, bool? Exists = null);
