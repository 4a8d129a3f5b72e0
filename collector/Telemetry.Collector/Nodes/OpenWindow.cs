namespace Telemetry.Collector.Nodes;

/// <summary>A window that is not sent yet: what was active in it, and counts that belong to no entity. Used again for another when it was sent.</summary>
internal sealed class OpenWindow(int topFlows)
{
    /// <summary>Start in units of the window's length.</summary>
    public long Number { get; private set; }

    public long StartNs { get; private set; }

    public List<PortSlot> Ports { get; } = [];

    public List<LinkSlot> Links { get; } = [];

    public List<FlowSlot> Flows { get; } = [];

    /// <summary>Packets of flows that are not tracked.</summary>
    public ulong FlowPacketsOmitted { get; set; }

    /// <summary>The largest of the flows that are not tracked.</summary>
    public TopFlows Beyond { get; } = new(topFlows);

    /// <summary>The report of the packet that took longest from end to end.</summary>
    public CapturedReport SlowestPacket { get; } = new();

    /// <summary>Begins a window; the lists keep their memory.</summary>
    public void Begin(long number, long startNs)
    {
        (Number, StartNs, FlowPacketsOmitted) = (number, startNs, 0);
        Ports.Clear();
        Links.Clear();
        Flows.Clear();
        SlowestPacket.Clear();
        Beyond.Clear();
    }
}
