using Telemetry.Wire.Int;

namespace Telemetry.Controller.Planning;

/// <summary>What INT sources insert, and into which packets.</summary>
public sealed record IntOptions
{
    /// <summary>Most hops that may push metadata, 1..255; 8 by default.</summary>
    public int MaxHops { get; init; } = 8;

    /// <summary>Instruction bitmap, bit 0 of the specification first; 0xFC00 (bits 0-5) by default.</summary>
    public ushort Instructions { get; init; } = 0xFC00;

    /// <summary>Longest IPv4 packet in bytes that INT may grow a packet to, 576..65535; 1500 by default.</summary>
    public int MtuBytes { get; init; } = 1500;

    /// <summary>Flows to watch; by default all TCP and all UDP between hosts.</summary>
    public IReadOnlyList<WatchRule> Watchlist { get; init; } = [WatchRule.AllTcp, WatchRule.AllUdp];

    /// <summary>Puts INT behind a UDP header of its own (next-protocol type 2) instead of the packet's; false by default.</summary>
    public bool OwnUdpHeader { get; init; }

    /// <summary>Keeps sinks from reporting what is known; null, the default, reports every packet.</summary>
    public ReportFilterOptions? Filter { get; init; }

    /// <summary>Reports packets that the pipeline drops, with the reason; false by default.</summary>
    public bool ReportDrops { get; init; }

    /// <summary>Reports packets that meet a congested queue on a port of the topology; null, the default, reports none.</summary>
    public QueueWatchOptions? Queues { get; init; }

    /// <summary>
    /// Where the MTU leaves no room, a node reports the stack so far and goes on with its own data; false, the default, only
    /// marks the packet.
    /// </summary>
    public bool ReportIntermediate { get; init; }

    /// <summary>Words of four bytes that a hop pushes for <see cref="Instructions"/>.</summary>
    public int HopWords => ((IntInstructions)Instructions).Words();
}
