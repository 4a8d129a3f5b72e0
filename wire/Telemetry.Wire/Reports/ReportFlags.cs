namespace Telemetry.Wire.Reports;

/// <summary>Why an individual report was sent; the values are the bits of its fourth byte.</summary>
[Flags]
public enum ReportFlags : byte
{
    None = 0,

    /// <summary>I: an intermediate node took the stack so far.</summary>
    Intermediate = 0x10,

    /// <summary>F: the packet belongs to a tracked flow; an INT stack may follow in the inner packet.</summary>
    TrackedFlow = 0x20,

    /// <summary>Q: the packet met a congested queue.</summary>
    CongestedQueue = 0x40,

    /// <summary>D: the packet was dropped.</summary>
    Dropped = 0x80,
}
