using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;

namespace Telemetry.Collector.Nodes;

/// <summary>One directed link in one open window; used again for another when that was sent.</summary>
internal sealed class LinkSlot(int distinctValues)
{
    public LinkMeter Link { get; private set; } = null!;

    public OpenWindow? Window { get; private set; }

    /// <summary>The same link in another open window.</summary>
    public LinkSlot? Next { get; set; }

    public ulong Packets { get; set; }

    public WindowValues LatencyNs = new(distinctValues);

    public void Begin(LinkMeter link, OpenWindow window)
    {
        Link = link;
        Window = window;
    }

    /// <summary>The window's message; the slot is empty afterwards.</summary>
    public LinkWindow End()
    {
        LinkWindow window = new()
        {
            A = Link.Id.A.Switch,
            APort = Link.Id.A.Port,
            B = Link.Id.B.Switch,
            BPort = Link.Id.B.Port,
            Packets = Packets,
            LatencyNs = LatencyNs.ToDistribution(),
        };
        (Window, Next, Packets) = (null, null, 0);
        Link = null!;
        LatencyNs.Clear();
        return window;
    }
}
