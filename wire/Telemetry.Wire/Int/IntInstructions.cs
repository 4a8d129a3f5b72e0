namespace Telemetry.Wire.Int;

/// <summary>The instruction bitmap of INT-MD v2.1 (section 5.7), and bits 1-8 and 15 of a report's RepMdBits; bit 0 is the most significant.</summary>
[Flags]
public enum IntInstructions : ushort
{
    None = 0,

    /// <summary>Bit 0, 4 bytes.</summary>
    NodeId = 0x8000,

    /// <summary>Bit 1, ingress 16 and egress 16 bits.</summary>
    Level1Ports = 0x4000,

    /// <summary>Bit 2, 4 bytes.</summary>
    HopLatency = 0x2000,

    /// <summary>Bit 3, queue id 8 and occupancy 24 bits.</summary>
    Queue = 0x1000,

    /// <summary>Bit 4, 8 bytes.</summary>
    IngressTimestamp = 0x0800,

    /// <summary>Bit 5, 8 bytes.</summary>
    EgressTimestamp = 0x0400,

    /// <summary>Bit 6, ingress 32 and egress 32 bits.</summary>
    Level2Ports = 0x0200,

    /// <summary>Bit 7, 4 bytes.</summary>
    TxUtilisation = 0x0100,

    /// <summary>Bit 8, buffer id 8 and occupancy 24 bits.</summary>
    Buffer = 0x0080,

    /// <summary>Bits 9 to 14, 4 bytes each; their meaning is not assigned.</summary>
    Reserved = 0x007E,

    /// <summary>Bit 15, 4 bytes, last in the hop. In a report: queue id, drop reason, pad.</summary>
    ChecksumComplement = 0x0001,

    /// <summary>What the shipped P4 program asks for: bits 0 to 5, 8 words.</summary>
    Default = NodeId | Level1Ports | HopLatency | Queue | IngressTimestamp | EgressTimestamp,
}
