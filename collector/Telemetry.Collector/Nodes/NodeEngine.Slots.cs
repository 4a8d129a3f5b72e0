using Telemetry.Wire.Int;

namespace Telemetry.Collector.Nodes;

/// <remarks>
/// Windows are of event time: a report belongs to the window in which its packet left the last switch that stamped it. Several windows may be open at once; one is
/// sent at the first tick after its end and the lateness. What comes for a window that was sent goes into the oldest open one and is counted as late.
/// </remarks>
public sealed partial class NodeEngine
{
    // Slots kept for use again; beyond, memory of a rush goes back.
    private const int SpareSlots = 65_536;
    private const int SpareWindows = 4;

    private readonly List<OpenWindow> _open = [];
    private readonly Stack<OpenWindow> _spareWindows = [];
    private readonly Stack<PortSlot> _sparePorts = [];
    private readonly Stack<LinkSlot> _spareLinks = [];
    private readonly Stack<FlowSlot> _spareFlows = [];
    private OpenWindow? _lastWindow;
    private long _lateReports;

    private OpenWindow WindowOf(FlowPath? path, ReadOnlySpan<HopMetadata> hops, bool narrow, long nowNs, out long eventNs)
    {
        eventNs = nowNs;
        if (path?.Hops[0].Switch is { } at)
        {
            ref readonly HopMetadata newest = ref hops[0];
            if (newest.Has(HopFields.EgressTimestamp))
            {
                eventNs = at.Events.ToEventNs(newest.EgressTimestamp, narrow, path.Hops[0].ClockUnitNs, nowNs);
            }
            else if (newest.Has(HopFields.IngressTimestamp))
            {
                eventNs = at.Events.ToEventNs(newest.IngressTimestamp, narrow, path.Hops[0].ClockUnitNs, nowNs);
            }
        }

        if (_lastWindow is { } last && eventNs >= last.StartNs && eventNs < last.StartNs + _options.WindowNs)
        {
            return last;
        }

        if (eventNs < _windowStartNs)
        {
            _lateReports++;
        }

        return _lastWindow = WindowAt(eventNs);
    }

    /// <summary>The open window that holds a time; the oldest one for times before it.</summary>
    private OpenWindow WindowAt(long timeNs)
    {
        long number = Math.Max(timeNs, _windowStartNs) / _options.WindowNs;
        int at = _open.Count;
        while (at > 0 && _open[at - 1].Number >= number)
        {
            if (_open[--at].Number == number)
            {
                return _open[at];
            }
        }

        if (!_spareWindows.TryPop(out OpenWindow? window))
        {
            window = new OpenWindow(_options.TopFlows);
        }

        window.Begin(number, number * _options.WindowNs);
        _open.Insert(at, window);
        return window;
    }

    private PortSlot SlotOf(PortState port, OpenWindow window)
    {
        for (PortSlot? known = port.Slot; known is not null; known = known.Next)
        {
            if (known.Window == window)
            {
                return known;
            }
        }

        PortSlot? slot = port.Spare;
        port.Spare = null;
        if (slot is null && !_sparePorts.TryPop(out slot))
        {
            slot = new PortSlot(_options.DistinctValues, KeepsExemplars);
        }

        slot.Begin(port, window);
        slot.Next = port.Slot;
        port.Slot = slot;
        window.Ports.Add(slot);
        return slot;
    }

    private LinkSlot SlotOf(LinkMeter link, OpenWindow window)
    {
        for (LinkSlot? known = link.Slot; known is not null; known = known.Next)
        {
            if (known.Window == window)
            {
                return known;
            }
        }

        LinkSlot? slot = link.Spare;
        link.Spare = null;
        if (slot is null && !_spareLinks.TryPop(out slot))
        {
            slot = new LinkSlot(_options.DistinctValues);
        }

        slot.Begin(link, window);
        slot.Next = link.Slot;
        link.Slot = slot;
        window.Links.Add(slot);
        return slot;
    }

    private FlowSlot SlotOf(FlowState flow, OpenWindow window)
    {
        for (FlowSlot? known = flow.Slot; known is not null; known = known.Next)
        {
            if (known.Window == window)
            {
                return known;
            }
        }

        if (!_spareFlows.TryPop(out FlowSlot? slot))
        {
            slot = new FlowSlot(_options.DistinctValues);
        }

        slot.Begin(flow, window);
        slot.Next = flow.Slot;
        flow.Slot = slot;
        window.Flows.Add(slot);
        return slot;
    }

    private void Release(OpenWindow window)
    {
        if (_spareWindows.Count < SpareWindows)
        {
            _spareWindows.Push(window);
        }
    }

    // The next window of the same port takes as much memory as this one: then it need not grow.
    private void Release(PortSlot slot, PortState port)
    {
        if (port.Spare is null)
        {
            port.Spare = slot;
        }
        else if (_sparePorts.Count < SpareSlots)
        {
            _sparePorts.Push(slot);
        }
    }

    // The next window of the same link takes as much memory as this one: then it need not grow.
    private void Release(LinkSlot slot, LinkMeter link)
    {
        if (link.Spare is null)
        {
            link.Spare = slot;
        }
        else if (_spareLinks.Count < SpareSlots)
        {
            _spareLinks.Push(slot);
        }
    }

    private void Release(FlowSlot slot)
    {
        slot.End();
        if (_spareFlows.Count < SpareSlots)
        {
            _spareFlows.Push(slot);
        }
    }

    private static void Unlink(PortSlot slot)
    {
        PortState port = slot.Port;
        if (port.Slot == slot)
        {
            port.Slot = slot.Next;
            return;
        }

        PortSlot before = port.Slot!;
        while (before.Next != slot)
        {
            before = before.Next!;
        }

        before.Next = slot.Next;
    }

    private static void Unlink(LinkSlot slot)
    {
        LinkMeter link = slot.Link;
        if (link.Slot == slot)
        {
            link.Slot = slot.Next;
            return;
        }

        LinkSlot before = link.Slot!;
        while (before.Next != slot)
        {
            before = before.Next!;
        }

        before.Next = slot.Next;
    }

    private static void Unlink(FlowSlot slot)
    {
        FlowState flow = slot.Flow;
        if (flow.Slot == slot)
        {
            flow.Slot = slot.Next;
            return;
        }

        FlowSlot before = flow.Slot!;
        while (before.Next != slot)
        {
            before = before.Next!;
        }

        before.Next = slot.Next;
    }
}
