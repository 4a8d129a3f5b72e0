using System.Runtime.InteropServices;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    // A window's end takes no longer than these take to find places.
    private const int MostPromoted = 256;

    private readonly List<TopFlows.Entry> _beyondToTell = [];

    private void CloseFlows(OpenWindow? open, Window window)
    {
        foreach (FlowSlot slot in open?.Flows ?? [])
        {
            slot.Flow.Closing = slot;
        }

        foreach (FlowState flow in _activeFlows)
        {
            flow.Settle();
            if (!flow.IsAlone)
            {
                flow.Pair.Offer(flow);
            }
        }

        ulong least = LeastBytesToTell(open, window);
        foreach (FlowState flow in _activeFlows)
        {
            long? lost = TakeLost(flow);
            FlowSlot? slot = flow.Closing;
            flow.ClosedBytes = slot?.Bytes ?? 0;
            flow.IdleWindows = slot is null ? flow.IdleWindows + 1 : 0;
            if (slot is not null && slot.Bytes < least && lost is null or 0 && slot.PathChanges == 0)
            {
                window.FlowPacketsOmitted += slot.Packets;
                window.OmittedFlowBytesMax = Math.Max(window.OmittedFlowBytesMax, slot.Bytes);
            }
            else if (slot is not null || lost is > 0)
            {
                window.Flows.Add(slot?.Tell(lost) ?? FlowSlot.TellEmpty(flow, lost));
            }
        }

        foreach (FlowSlot slot in open?.Flows ?? [])
        {
            slot.Flow.Closing = null;
            Unlink(slot);
            Release(slot);
        }

        TellBeyond(open, window, least);
        Promote();

        // Two more windows without packets: by then every gap is settled.
        int kept = 0;
        for (int i = 0; i < _activeFlows.Count; i++)
        {
            FlowState flow = _activeFlows[i];
            if (!flow.IsAlone)
            {
                flow.Pair.Reset();
            }

            if (flow.Active && (flow.IdleWindows < 2 || flow.Slot is not null))
            {
                _activeFlows[kept++] = flow;
            }
            else
            {
                flow.Active = false;
            }
        }

        _activeFlows.RemoveRange(kept, _activeFlows.Count - kept);
    }

    /// <summary>
    /// A window tells of its largest flows; of the others it counts the packets. Flows that lost packets or changed their path are told always. Flows beyond the tracked
    /// ones are told where what is certain of them is more than any that is not known may have had.
    /// </summary>
    private ulong LeastBytesToTell(OpenWindow? open, Window window)
    {
        _beyondToTell.Clear();
        if (open is null)
        {
            return 0;
        }

        foreach (ref TopFlows.Entry entry in open.Beyond.Entries)
        {
            if (_flows.Find(entry.Tuple, entry.Hash)?.Closing is { } tracked)
            {
                // It found a place later in the same window: one entry tells all of it.
                tracked.Add(entry);
                window.FlowPacketsOmitted -= entry.Packets;
                (entry.Packets, entry.Bytes, entry.PacketsError, entry.BytesError) = (0, 0, 0, 0);
            }
            else if (entry.Bytes > open.Beyond.OthersBytesMax)
            {
                _beyondToTell.Add(entry);
            }
        }

        int flows = open.Flows.Count + _beyondToTell.Count;
        if (flows <= _options.MaxFlowsPerWindow)
        {
            return 0;
        }

        ulong[] bytes = new ulong[flows];
        for (int i = 0; i < flows; i++)
        {
            bytes[i] = i < open.Flows.Count ? open.Flows[i].Bytes : _beyondToTell[i - open.Flows.Count].Bytes;
        }

        Array.Sort(bytes);

        // One above: flows of equal size must not exceed the limit together.
        ulong at = bytes[^_options.MaxFlowsPerWindow];
        return bytes[^(_options.MaxFlowsPerWindow + 1)] == at ? at + 1 : at;
    }

    /// <summary>Tells the largest of the flows that found no place in the table, and what the others may have had.</summary>
    private void TellBeyond(OpenWindow? open, Window window, ulong least)
    {
        if (open is null || open.Beyond.Count == 0)
        {
            return;
        }

        _beyondToTell.RemoveAll(entry => entry.Bytes < least);
        _beyondToTell.Sort(static (a, b) => b.Bytes.CompareTo(a.Bytes));
        ulong omittedMax = Math.Max(window.OmittedFlowBytesMax, open.Beyond.OthersBytesMax);
        foreach (ref readonly TopFlows.Entry entry in open.Beyond.Entries)
        {
            if (entry.Bytes > open.Beyond.OthersBytesMax && entry.Bytes >= least)
            {
                window.Flows.Add(Tell(entry));
                window.FlowPacketsOmitted -= entry.Packets;
                _flowBytesErrorMax = Math.Max(_flowBytesErrorMax, (long)entry.BytesError);
            }
            else
            {
                omittedMax = Math.Max(omittedMax, entry.BytesMax);
            }
        }

        window.OmittedFlowBytesMax = omittedMax;
    }

    private FlowWindow Tell(in TopFlows.Entry entry) => new()
    {
        Key = FlowState.KeyOf(entry.Tuple),
        Src = _hostsByAddress.TryGetValue(entry.Tuple.Source, out DeviceTrack? src) ? src.Name : entry.Tuple.SourceText,
        Dst = _hostsByAddress.TryGetValue(entry.Tuple.Destination, out DeviceTrack? dst) ? dst.Name : entry.Tuple.DestinationText,
        Packets = entry.Packets,
        Bytes = entry.Bytes,
        PacketsError = entry.PacketsError,
        BytesError = entry.BytesError,
        LatencyNs = new Distribution(),
    };

    /// <summary>Gives the largest flows that found no place the places of tracked ones with less than half their bytes.</summary>
    private void Promote()
    {
        int next = 0;
        int known = _activeFlows.Count;
        foreach (TopFlows.Entry entry in CollectionsMarshal.AsSpan(_beyondToTell)[..Math.Min(_beyondToTell.Count, MostPromoted)])
        {
            while (next < known && (_activeFlows[next].Slot is not null || _activeFlows[next].ClosedBytes >= entry.Bytes / 2))
            {
                next++;
            }

            if (next == known)
            {
                break;
            }

            if (_flows.Find(entry.Tuple, entry.Hash) is not null)
            {
                continue; // found a place meanwhile
            }

            FlowState small = _activeFlows[next++];
            small.Active = false;
            _flows.Remove(small);
            LeavePair(small);
            _flowsEvicted++;
            if (FlowOf(entry.Tuple, entry.Hash, entry.Exporter) is { } promoted)
            {
                // Active without a packet: else a small one would take its place at once.
                (promoted.Active, promoted.LastPacketNs, promoted.ClosedBytes) = (true, RunClock.NowNs(_time), entry.Bytes);
                _activeFlows.Add(promoted);
                _flowsPromoted++;
            }
        }

        _beyondToTell.Clear();
    }

    private long? TakeLost(FlowState flow)
    {
        PairState? pair = flow.IsAlone ? null : flow.Pair;
        pair?.Judge();

        // While reports are missing, so may be those of packets that arrived: then nobody knows what the flow lost.
        if (flow.Tuple.IsIpv6 || _windowNumber - flow.Exporter.LastGapWindow <= 2)
        {
            return null;
        }

        return pair?.Source switch
        {
            null => flow.OwnLost,
            PairState.LossSource.Own => flow.OwnLost,
            PairState.LossSource.Pair => pair.Largest == flow || pair.Lost is null ? pair.Lost : 0,
            _ => null,
        };
    }
}
