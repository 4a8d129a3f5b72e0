using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Nodes;

/// <summary>One directed link.</summary>
internal sealed class LinkMeter(LinkId id)
{
    public LinkId Id { get; } = id;

    /// <summary>The open window used last, with the others behind it.</summary>
    public LinkSlot? Slot { get; set; }

    /// <summary>An empty one, used before.</summary>
    public LinkSlot? Spare { get; set; }

    /// <summary>Between unsynchronised clocks: their difference; shared with the link's other direction. Null between comparable ones.</summary>
    public ClockOffset? Offset { get; set; }

    /// <summary>The same between clocks of one machine, instead.</summary>
    public SteadyOffset? SteadyOffset { get; set; }

    /// <summary>This is the direction from the pair's first switch to its second.</summary>
    public bool IsForward { get; set; }

    /// <summary>Nanoseconds that the line needs for a byte; 0 unknown.</summary>
    public double NsPerByte { get; set; }
}
