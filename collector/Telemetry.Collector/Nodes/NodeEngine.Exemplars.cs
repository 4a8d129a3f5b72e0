using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Nodes;

/// <remarks>
/// A window carries a few whole reports: its slowest packet, and of the ports with the slowest hops and the deepest queues the one packet that shows it, a port at
/// most once for each. Events carry the report that made them. A report is copied only while it exceeds what its port or window has seen.
/// </remarks>
public sealed partial class NodeEngine
{
    private static readonly Comparison<PortSlot> s_slowestHopFirst = static (a, b) => b.SlowestHop.Value.CompareTo(a.SlowestHop.Value);
    private static readonly Comparison<PortSlot> s_deepestQueueFirst = static (a, b) => b.DeepestQueue.Value.CompareTo(a.DeepestQueue.Value);

    private readonly List<PortSlot> _mostExtreme = [];
    private readonly CapturedReport _shown = new();

    private bool KeepsExemplars => _options.ExemplarsPerWindow > 0;

    /// <summary>Adds the window's exemplars; the slots are not ended yet.</summary>
    private void AddExemplars(OpenWindow open, Window window)
    {
        int room = _options.ExemplarsPerWindow;
        if (room > 0 && open.SlowestPacket is { Value: > 0 } slowest)
        {
            window.Exemplars.Add(Tell(slowest, ExemplarReason.SlowestPacket, EntityOf(slowest)));
            room--;
        }

        AddExtremes(open, window, (room + 1) / 2, s_slowestHopFirst, static slot => slot.SlowestHop, ExemplarReason.SlowestHop);
        AddExtremes(open, window, room / 2, s_deepestQueueFirst, static slot => slot.DeepestQueue, ExemplarReason.DeepestQueue);
    }

    private void AddExtremes(OpenWindow open, Window window, int most, Comparison<PortSlot> order, Func<PortSlot, CapturedReport> captured, ExemplarReason reason)
    {
        if (most <= 0)
        {
            return;
        }

        // The few largest, in order; of equals the first port by name.
        foreach (PortSlot slot in open.Ports)
        {
            if (captured(slot).Value <= 0 || (_mostExtreme.Count == most && order(slot, _mostExtreme[^1]) >= 0))
            {
                continue;
            }

            int at = _mostExtreme.Count;
            while (at > 0 && order(slot, _mostExtreme[at - 1]) < 0)
            {
                at--;
            }

            _mostExtreme.Insert(at, slot);
            if (_mostExtreme.Count > most)
            {
                _mostExtreme.RemoveAt(most);
            }
        }

        foreach (PortSlot slot in _mostExtreme)
        {
            window.Exemplars.Add(Tell(captured(slot), reason, slot.Port.Id.Entity));
        }

        _mostExtreme.Clear();
    }

    /// <summary>The report that shows why a limit was passed: of a port's latency or queue, or the window's slowest packet where it is of that flow.</summary>
    private Exemplar? ExemplarOf(in ThresholdCrossing crossing, OpenWindow? open)
    {
        if (open is null || !KeepsExemplars)
        {
            return null;
        }

        if (crossing.Limit.Metric == ThresholdMetric.Flow)
        {
            return open.SlowestPacket is { Value: > 0 } slowest && EntityOf(slowest) == crossing.Entity
                ? Tell(slowest, ExemplarReason.SlowestPacket, crossing.Entity)
                : null;
        }

        if (crossing.Port is not { } port || SlotOf(PortId.Of(port), open) is not { } slot)
        {
            return null;
        }

        return crossing.Limit.Metric switch
        {
            ThresholdMetric.Latency when slot.SlowestHop.Value > 0 => Tell(slot.SlowestHop, ExemplarReason.SlowestHop, crossing.Entity),
            ThresholdMetric.Queue when slot.DeepestQueue.Value > 0 => Tell(slot.DeepestQueue, ExemplarReason.DeepestQueue, crossing.Entity),
            _ => null,
        };
    }

    // The window's ports are in the order of their names by then.
    private static PortSlot? SlotOf(PortId id, OpenWindow open)
    {
        int low = 0;
        for (int high = open.Ports.Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = open.Ports[middle].Port.Id < id ? (middle + 1, high) : (low, middle);
        }

        return low < open.Ports.Count && open.Ports[low].Port.Id == id ? open.Ports[low] : null;
    }

    /// <summary>A report as an event shows it; null where exemplars are off, or the event will not be told.</summary>
    private Exemplar? Show(ExemplarReason reason, string entity, long value, DecodedReport report, FlowPath? path, ReadOnlySpan<HopMetadata> hops, long timeNs)
    {
        if (!KeepsExemplars || path is null || _eventsInWindow >= _options.MaxEventsPerWindow)
        {
            return null;
        }

        _shown.Take(value, report, path, hops, timeNs);
        return Tell(_shown, reason, entity);
    }

    private string EntityOf(CapturedReport captured) => EntityNames.Flow(NameOf(captured.Tuple.Source, captured), NameOf(captured.Tuple.Destination, captured));

    private string NameOf(UInt128 address, CapturedReport captured) =>
        _hostsByAddress.TryGetValue(address, out DeviceTrack? host) ? host.Name
        : address == captured.Tuple.Source ? captured.Tuple.SourceText
        : captured.Tuple.DestinationText;

    private Exemplar Tell(CapturedReport captured, ExemplarReason reason, string entity)
    {
        Exemplar exemplar = new() { Reason = reason, Entity = entity, Value = (ulong)Math.Max(0, captured.Value), TimeNs = captured.TimeNs };
        if (captured.HasFlow)
        {
            exemplar.Key = FlowState.KeyOf(captured.Tuple);
            (exemplar.Src, exemplar.Dst) = (NameOf(captured.Tuple.Source, captured), NameOf(captured.Tuple.Destination, captured));
            exemplar.Bytes = (uint)captured.Bytes;
        }

        ReadOnlySpan<HopMetadata> hops = captured.Hops;
        for (int i = hops.Length - 1; i >= 0; i--)
        {
            exemplar.Hops.Add(Tell(hops[i], captured.Path.Hops[i]));
        }

        return exemplar;
    }

    private static ExemplarHop Tell(in HopMetadata hop, in HopRef at)
    {
        ExemplarHop told = new() { Switch = at.Switch?.Name ?? "" };
        if (hop.Has(HopFields.NodeId))
        {
            told.NodeId = hop.NodeId;
        }

        if (hop.Has(HopFields.IngressPort))
        {
            told.IngressPort = hop.IngressPort;
        }

        if (hop.Has(HopFields.EgressPort))
        {
            told.EgressPort = hop.EgressPort;
        }

        if (hop.Has(HopFields.HopLatency))
        {
            told.LatencyNs = (ulong)(hop.HopLatency * at.LatencyUnitNs);
        }

        if (hop.Has(HopFields.Queue))
        {
            (told.QueueId, told.QueueDepth) = (hop.QueueId, hop.QueueOccupancy);
        }

        if (hop.Has(HopFields.IngressTimestamp))
        {
            told.IngressTimeNs = unchecked(hop.IngressTimestamp * (ulong)at.ClockUnitNs);
        }

        if (hop.Has(HopFields.EgressTimestamp))
        {
            told.EgressTimeNs = unchecked(hop.EgressTimestamp * (ulong)at.ClockUnitNs);
        }

        if (hop.Has(HopFields.Buffer))
        {
            told.BufferOccupancy = hop.BufferOccupancy;
        }

        if (hop.Has(HopFields.TxUtilisation))
        {
            told.TxUtilisation = hop.TxUtilisation;
        }

        return told;
    }
}
