using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;

namespace Telemetry.Collector.Nodes;

/// <summary>One flow in one open window; used again for another when that was sent.</summary>
internal sealed class FlowSlot(int distinctValues)
{
    public FlowState Flow { get; private set; } = null!;

    public OpenWindow? Window { get; private set; }

    /// <summary>The same flow in another open window.</summary>
    public FlowSlot? Next { get; set; }

    public ulong Packets { get; set; }

    public ulong Bytes { get; set; }

    public uint PathChanges { get; set; }

    public ulong JitterSumNs { get; set; }

    public uint JitterCount { get; set; }

    public WindowValues LatencyNs = new(distinctValues);

    // Of packets that came before the flow was tracked.
    private ulong _packetsError;
    private ulong _bytesError;

    /// <summary>Adds what was counted of the flow in the same window before it was tracked.</summary>
    public void Add(in TopFlows.Entry beyond)
    {
        Packets += beyond.Packets;
        Bytes += beyond.Bytes;
        _packetsError += beyond.PacketsError;
        _bytesError += beyond.BytesError;
    }

    public void Begin(FlowState flow, OpenWindow window)
    {
        Flow = flow;
        Window = window;
    }

    /// <summary>The window's message.</summary>
    /// <param name="lost">Packets lost in the window; null when unknown.</param>
    public FlowWindow Tell(long? lost)
    {
        FlowWindow window = Flow.NewWindow(lost);
        window.Packets = Packets;
        window.Bytes = Bytes;
        window.PacketsError = _packetsError;
        window.BytesError = _bytesError;
        window.LatencyNs = LatencyNs.ToDistribution();
        window.PathChanges = PathChanges;
        if (JitterCount > 0)
        {
            window.JitterNs = JitterSumNs / JitterCount;
        }

        return window;
    }

    /// <summary>The message of a flow without packets in the window.</summary>
    public static FlowWindow TellEmpty(FlowState flow, long? lost)
    {
        FlowWindow window = flow.NewWindow(lost);
        window.LatencyNs = new Distribution();
        return window;
    }

    /// <summary>Empties the slot.</summary>
    public void End()
    {
        (_packetsError, _bytesError) = (0, 0);
        (Window, Next, Packets, Bytes, PathChanges, JitterSumNs, JitterCount) = (null, null, 0, 0, 0, 0, 0);
        Flow = null!;
        LatencyNs.Clear();
    }
}
