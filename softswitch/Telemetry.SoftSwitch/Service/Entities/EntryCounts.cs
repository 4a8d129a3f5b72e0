using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>What packets have counted at an entry.</summary>
internal readonly struct EntryCounts(TableEntry entry, long nowNs)
{
    public static readonly EntryCounts None;

    public readonly long Packets = entry.Packets;
    public readonly long Bytes = entry.Bytes;
    public readonly MeterCounts Colors = entry.Meter?.Counts ?? default;

    /// <summary>Time since a packet last hit the entry.</summary>
    public readonly long ElapsedNs = Math.Max(0, nowNs - entry.LastHitNs);
}
