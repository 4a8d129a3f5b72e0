namespace Telemetry.Collector.Nodes;

/// <summary>One hop of a path, joined to what is measured there so that a report needs no look-up.</summary>
internal struct HopRef
{
    private const int SlotLines = 2;

    public SwitchState? Switch;
    public PortState? Port;

    /// <summary>The link over which the packet came from the hop before; null at the first hop.</summary>
    public LinkMeter? LinkFromPrevious;
    public int LatencyUnitNs;
    public int ClockUnitNs;

    /// <summary>This hop's times and those of the hop before can be compared.</summary>
    public bool LinkComparable;

    /// <summary>Asks for the memory of the newest windows here.</summary>
    public readonly void Ask()
    {
        if (Port is { } port)
        {
            CacheLines.Ask(port.Slot, SlotLines);
        }

        if (LinkFromPrevious is { } link)
        {
            CacheLines.Ask(link.Slot, SlotLines);
        }
    }
}
