using System.Collections.Immutable;
using Telemetry.Collector.Contracts;

namespace Telemetry.Tui.Model;

/// <summary>A device of the inventory, or one that only reported a status.</summary>
internal sealed record DeviceEntry(string Name, DeviceKind Kind)
{
    /// <summary>0 hosts, 1 leaves, 2 spines and so on.</summary>
    public int Layer { get; init; }

    public string Address { get; init; } = "";

    public string Cluster { get; init; } = "";

    public DeviceState State { get; init; }

    /// <summary>Of one core; null when not measured.</summary>
    public double? CpuPercent { get; init; }

    public ulong? MemoryBytes { get; init; }

    /// <summary>Run clock; 0 never.</summary>
    public long LastSeenNs { get; init; }

    /// <summary>End of the newest window in which a flow left this device; 0 never.</summary>
    public long LastSentNs { get; init; }

    public bool IsSwitch => Kind is DeviceKind.Switch or DeviceKind.Router or DeviceKind.Firewall;

    public bool IsHost => Kind == DeviceKind.Host;
}

/// <summary>One port over one window.</summary>
internal sealed record PortSample(long StartNs, long LengthNs, long Packets, ValueCounts HopLatencyNs, ValueCounts QueueDepth)
{
    public ulong? TxPackets { get; init; }

    public ulong? TxBytes { get; init; }

    public ulong? RxBytes { get; init; }

    public ulong? Drops { get; init; }

    public ulong? Errors { get; init; }

    /// <summary>Time that the counters' differences cover, nanoseconds: they are read less often than windows close.</summary>
    public long CountersNs { get; init; }

    public long EndNs => StartNs + LengthNs;
}

/// <summary>A switch port, its newest windows and what they add up to.</summary>
internal sealed record PortEntry(string Device, uint Port)
{
    /// <summary>Windows kept for each port: one minute of 500 ms windows.</summary>
    public const int Kept = 120;

    public string Name { get; } = FabricState.PortName(Device, Port);

    /// <summary>What is at the other end, empty when unknown.</summary>
    public string Peer { get; init; } = "";

    public ulong RateBps { get; init; }

    /// <summary>Packets; 0 unknown.</summary>
    public uint QueueCapacity { get; init; }

    /// <summary>Newest windows, oldest first, at most <see cref="Kept"/>.</summary>
    public ImmutableArray<PortSample> Recent { get; init; } = [];

    /// <summary>Since the snapshot.</summary>
    public ulong Drops { get; init; }

    /// <summary>Since the snapshot.</summary>
    public ulong Errors { get; init; }

    /// <summary>End of the newest window; 0 never.</summary>
    public long LastNs => Recent.IsEmpty ? 0 : Recent[^1].EndNs;
}

/// <summary>An undirected link; <paramref name="Name"/> has its ends in ordinal order.</summary>
internal sealed record LinkEntry(string Name, string A, uint APort, string B, uint BPort)
{
    public ulong RateBps { get; init; }

    public ulong DelayNs { get; init; }

    public LinkState State { get; init; }

    /// <summary>When the state began, run clock.</summary>
    public long SinceNs { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>Of the newest window that had any, worse direction; null when clocks cannot be compared.</summary>
    public long? LatencyP50Ns { get; init; }

    public long? LatencyP99Ns { get; init; }

    /// <summary>End of the newest window with packets on it; 0 never.</summary>
    public long LastNs { get; init; }

    public bool Touches(string device) => A == device || B == device;
}

internal readonly record struct FlowId(uint Source, uint Destination, uint Protocol, uint SourcePort, uint DestinationPort);

/// <summary>A flow since the snapshot.</summary>
internal sealed record FlowEntry(FlowId Id, string Source, string Destination)
{
    public string Name => $"{Source}>{Destination}";

    public ulong Packets { get; init; }

    public ulong Bytes { get; init; }

    /// <summary>Null while no window could tell.</summary>
    public ulong? Lost { get; init; }

    public long? LatencyP50Ns { get; init; }

    public long? LatencyP99Ns { get; init; }

    public ImmutableArray<string> Path { get; init; } = [];

    public uint PathChanges { get; init; }

    public long LastNs { get; init; }
}

internal sealed record ReasonEntry(string Feature, double Value, double Contribution);

internal sealed record AlertEntry(ulong Id, string Kind, string Entity, long StartNs)
{
    public long? EndNs { get; init; }

    /// <summary>0..1.</summary>
    public double Score { get; init; }

    public string Explanation { get; init; } = "";

    public string Detector { get; init; } = "";

    public ImmutableArray<ReasonEntry> Reasons { get; init; } = [];

    public bool IsActive => EndNs is null;
}

internal sealed record EventEntry(EventKind Kind, string Entity, long TimeNs, string Detail);

internal sealed record ReportTotals(ulong Received, ulong Decoded, ulong Malformed, ulong Lost, ulong Dropped);
