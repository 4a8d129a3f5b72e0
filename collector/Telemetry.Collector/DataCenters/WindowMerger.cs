using Google.Protobuf.Collections;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.DataCenters;

/// <summary>
/// Joins windows of several senders that cover the same time: what several of them saw of one port, link or flow
/// becomes one entry. Never changes what it was given; entries that only one sender has are passed on as they are.
/// </summary>
internal sealed class WindowMerger
{
    private readonly ValueHistogram _scratch = new(ValueHistogram.WindowLimit);

    /// <summary>Distributions that were no multiset and were left out.</summary>
    public long MalformedDistributions { get; private set; }

    /// <summary>Merges windows by (start, length).</summary>
    /// <returns>Windows ascending by start, then length; entries ascending by entity.</returns>
    public List<Window> Merge(List<Window> windows)
    {
        if (windows.Count <= 1)
        {
            return windows;
        }

        SortedDictionary<(long, long), List<Window>> byTime = [];
        foreach (Window window in windows)
        {
            if (!byTime.TryGetValue((window.StartNs, window.LengthNs), out List<Window>? same))
            {
                byTime.Add((window.StartNs, window.LengthNs), same = []);
            }

            same.Add(window);
        }

        List<Window> merged = [];
        foreach (List<Window> same in byTime.Values)
        {
            merged.Add(same.Count == 1 ? same[0] : MergeSame(same));
        }

        return merged;
    }

    private Window MergeSame(List<Window> same)
    {
        Window result = new() { StartNs = same[0].StartNs, LengthNs = same[0].LengthNs };
        Join(same, window => window.Ports, PortId.Of, Merge, result.Ports);
        Join(same, window => window.Links, LinkId.Of, Merge, result.Links);
        Join(same, window => window.Flows, FlowId.Of, Merge, result.Flows);
        foreach (Window window in same)
        {
            result.FlowPacketsOmitted += window.FlowPacketsOmitted;
            result.OmittedFlowBytesMax += window.OmittedFlowBytesMax; // one flow may have gone by several nodes
            result.Exemplars.AddRange(window.Exemplars);
        }

        return result;
    }

    private static void Join<T, TKey>(
        List<Window> windows, Func<Window, RepeatedField<T>> entries, Func<T, TKey> key, Func<T, T, T> merge, RepeatedField<T> into)
        where TKey : IComparable<TKey>
    {
        SortedDictionary<TKey, T> joined = [];
        foreach (Window window in windows)
        {
            foreach (T entry in entries(window))
            {
                TKey id = key(entry);
                joined[id] = joined.TryGetValue(id, out T? before) ? merge(before, entry) : entry;
            }
        }

        into.AddRange(joined.Values);
    }

    private PortWindow Merge(PortWindow a, PortWindow b)
    {
        PortWindow result = new()
        {
            Switch = a.Switch,
            Port = a.Port,
            Packets = a.Packets + b.Packets,
            HopLatencyNs = Merge(a.HopLatencyNs, b.HopLatencyNs),
            QueueDepth = Merge(a.QueueDepth, b.QueueDepth),
            QueueCapacity = Math.Max(a.QueueCapacity, b.QueueCapacity),
            RateBps = Math.Max(a.RateBps, b.RateBps),
            BufferOccupancy = Merge(a.BufferOccupancy, b.BufferOccupancy),
            TxUtilisation = Merge(a.TxUtilisation, b.TxUtilisation),
            ReportedDrops = a.ReportedDrops + b.ReportedDrops,
        };

        // One node reads a switch's counters; two that do saw the same packets, so the one that has them counts.
        PortWindow counters = a.HasTxPackets || a.HasRxPackets ? a : b;
        if (counters.HasTxPackets)
        {
            result.TxPackets = counters.TxPackets;
        }

        if (counters.HasTxBytes)
        {
            result.TxBytes = counters.TxBytes;
        }

        if (counters.HasRxPackets)
        {
            result.RxPackets = counters.RxPackets;
        }

        if (counters.HasRxBytes)
        {
            result.RxBytes = counters.RxBytes;
        }

        if (counters.HasDrops)
        {
            result.Drops = counters.Drops;
        }

        if (counters.HasErrors)
        {
            result.Errors = counters.Errors;
        }

        if (counters.HasCounterSpanNs)
        {
            result.CounterSpanNs = counters.CounterSpanNs;
        }

        return result;
    }

    private LinkWindow Merge(LinkWindow a, LinkWindow b) => new()
    {
        A = a.A,
        APort = a.APort,
        B = a.B,
        BPort = a.BPort,
        Packets = a.Packets + b.Packets,
        LatencyNs = Merge(a.LatencyNs, b.LatencyNs),
    };

    private FlowWindow Merge(FlowWindow a, FlowWindow b)
    {
        FlowWindow result = new()
        {
            Key = a.Key,
            Src = a.Src,
            Dst = a.Dst,
            Packets = a.Packets + b.Packets,
            Bytes = a.Bytes + b.Bytes,
            LatencyNs = Merge(a.LatencyNs, b.LatencyNs),
            PathChanges = a.PathChanges + b.PathChanges,
            PacketsError = a.PacketsError + b.PacketsError,
            BytesError = a.BytesError + b.BytesError,
        };
        if (a.HasJitterNs || b.HasJitterNs)
        {
            // Each mean counts as many times as its window had packets.
            (double packets, double sum) = (0, 0);
            foreach (FlowWindow part in (ReadOnlySpan<FlowWindow>)[a, b])
            {
                packets += part.HasJitterNs ? Math.Max(1, part.Packets) : 0;
                sum += part.HasJitterNs ? (double)part.JitterNs * Math.Max(1, part.Packets) : 0;
            }

            result.JitterNs = (ulong)(sum / packets);
        }

        result.Path.AddRange(b.Path.Count > 0 ? b.Path : a.Path);

        // Two sinks saw parts of the flow: each misses what the other saw, so neither knows what was lost.
        if (a.Packets == 0 || b.Packets == 0)
        {
            FlowWindow known = a.Packets > 0 ? a : b;
            if (known.HasLost)
            {
                result.Lost = known.Lost;
            }
        }

        return result;
    }

    private Distribution? Merge(Distribution? a, Distribution? b)
    {
        if (a is null || a.Deltas.Count == 0)
        {
            return b;
        }

        if (b is null || b.Deltas.Count == 0)
        {
            return a;
        }

        _scratch.Clear();
        MalformedDistributions += _scratch.TryMerge(a) ? 0 : 1;
        MalformedDistributions += _scratch.TryMerge(b) ? 0 : 1;
        return _scratch.ToDistribution();
    }
}
