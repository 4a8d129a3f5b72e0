using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Nodes;

/// <summary>What a probe found out about a device. Values that were not measured stay null.</summary>
/// <param name="Name">Device name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="State">Up: it gave a sign of life now; Down: it is known to be off; Unspecified: only figures.</param>
/// <param name="CpuPercent">Processor use, percent of one core.</param>
/// <param name="MemoryBytes">Resident memory, bytes.</param>
public readonly record struct DeviceReading(
    string Name,
    DeviceKind Kind,
    DeviceState State,
    double? CpuPercent = null,
    ulong? MemoryBytes = null);
