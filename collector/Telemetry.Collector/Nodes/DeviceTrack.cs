using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Nodes;

/// <summary>When a device last gave a sign of life, and what it uses.</summary>
internal sealed class DeviceTrack(string name, DeviceKind kind)
{
    private long _toldSeenNs = -1;
    private DeviceState _toldState;

    public string Name { get; } = name;

    public DeviceKind Kind { get; } = kind;

    /// <summary>True when somebody said that it is off.</summary>
    public bool Down { get; set; }

    /// <summary>Last sign of life, nanoseconds; negative before the first.</summary>
    public long LastSeenNs { get; set; } = -1;

    public double? CpuPercent { get; set; }

    public ulong? MemoryBytes { get; set; }

    /// <summary>Its status when something changed since it was last told, or always when asked for.</summary>
    public DeviceStatus? Tell(bool always)
    {
        DeviceState state = Down ? DeviceState.Down : LastSeenNs >= 0 ? DeviceState.Up : DeviceState.Unspecified;
        if (!always && state == _toldState && LastSeenNs == _toldSeenNs)
        {
            return null;
        }

        _toldState = state;
        _toldSeenNs = LastSeenNs;
        DeviceStatus status = new() { Name = Name, Kind = Kind, State = state, LastSeenNs = Math.Max(0, LastSeenNs) };
        if (CpuPercent is { } cpu)
        {
            status.CpuPercent = cpu;
        }

        if (MemoryBytes is { } memory)
        {
            status.MemoryBytes = memory;
        }

        return status;
    }
}
