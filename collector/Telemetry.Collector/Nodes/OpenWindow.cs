namespace Telemetry.Collector.Nodes;

/// <summary>A window that is not sent yet: what was active in it, and counts that belong to no entity.</summary>
internal sealed class OpenWindow(long number, long startNs)
{
    /// <summary>Start in units of the window's length.</summary>
    public long Number { get; } = number;

    public long StartNs { get; } = startNs;

    public List<PortSlot> Ports { get; } = [];

    public List<LinkSlot> Links { get; } = [];

    public List<FlowSlot> Flows { get; } = [];

    public ulong FlowPacketsOmitted { get; set; }
}
