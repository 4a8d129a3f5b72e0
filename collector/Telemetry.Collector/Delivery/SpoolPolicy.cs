namespace Telemetry.Collector.Delivery;

/// <summary>What a spool does at its limit.</summary>
public enum SpoolPolicy
{
    /// <summary>The oldest segment is given up, and its batches counted: the newest data matter most.</summary>
    GiveUpOldest,

    /// <summary>Nothing more is taken until the upstream acknowledges some: the tiers below keep theirs, up to their own limits.</summary>
    Refuse,
}
