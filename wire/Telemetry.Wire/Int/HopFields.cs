namespace Telemetry.Wire.Int;

/// <summary>Which values of a <see cref="HopMetadata"/> are there: asked for, and not all ones.</summary>
[Flags]
public enum HopFields
{
    None = 0,
    NodeId = 1 << 0,
    IngressPort = 1 << 1,
    EgressPort = 1 << 2,
    HopLatency = 1 << 3,
    Queue = 1 << 4,
    IngressTimestamp = 1 << 5,
    EgressTimestamp = 1 << 6,
    Level2IngressPort = 1 << 7,
    Level2EgressPort = 1 << 8,
    TxUtilisation = 1 << 9,
    Buffer = 1 << 10,
    ChecksumComplement = 1 << 11,

    /// <summary>Reports only: why the packet was dropped, and in which queue.</summary>
    DropReason = 1 << 12,

    /// <summary>INT v0.5 only: the queue's congestion status.</summary>
    QueueCongestion = 1 << 13,
}
