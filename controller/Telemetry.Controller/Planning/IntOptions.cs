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

    /// <summary>Words of four bytes that a hop pushes for <see cref="Instructions"/>.</summary>
    public int HopWords => ((IntInstructions)Instructions).Words();
}
