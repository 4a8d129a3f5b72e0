using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    // A packet that took longer than an hour from one switch to the next was not measured by comparable clocks.
    private const long MaxLatencyNs = 3_600_000_000_000;

    // Without a line's rate, only packets whose bytes take no time to speak of say how far two clocks are apart.
    private const int SmallPacketBytes = 256;
    private const byte Tcp = 6;
    private const int FrameBytes = 14;

    // Two estimates of one difference are this close; a little less than nothing is nothing.
    private const long OffsetErrorNs = 10_000;

    // By the low bits of the node id; a power of two. Exporters take turns, so that the one before is seldom the one now (benchmark decode-aggregate-2hop).
    private readonly ExporterState?[] _recentExporters = new ExporterState?[64];

    /// <summary>Takes a datagram's place in its exporter's sequence.</summary>
    private ExporterState? OnSequence(DecodedReport report, in DatagramOrigin origin, long nowNs, bool counts)
    {
        ExporterKey key = new(report.NodeId, report.HardwareId, (byte)report.SequenceBits, origin.Address, origin.Destination);
        ref ExporterState? recent = ref _recentExporters[key.NodeId & 63];
        ExporterState? exporter = recent;
        if (exporter is null || exporter.Key != key)
        {
            if (!_exporters.TryGetValue(key, out exporter))
            {
                if (_exporters.Count >= _options.MaxEntities)
                {
                    _entitiesOmitted++;
                    return null;
                }

                if (SwitchById(key.NodeId) is not { } owner || (owner.Exporters >= FreeExporters && !TakesDevice()))
                {
                    return null;
                }

                owner.Exporters++;
                TellDuplicate(key);
                exporter = new ExporterState(key, report.SequenceBits) { Switch = owner };
                _exporters.Add(key, exporter);
            }

            recent = exporter;
        }

        exporter.Received++;
        if (counts)
        {
            SequenceTracker.Step step = exporter.Sequence.Observe(report.Sequence);
            if (step == SequenceTracker.Step.Restart)
            {
                _exporterRestarts++;
                exporter.LastGapWindow = _windowNumber;
            }

            if (exporter.Sequence.HasGaps)
            {
                exporter.LastGapWindow = _windowNumber;
            }
        }

        exporter.Switch ??= SwitchById(exporter.NodeId);
        if (exporter.Switch is { } found)
        {
            Alive(found.Device, nowNs);
        }

        return exporter;
    }

    /// <summary>One node id and hardware id at two addresses: two exporters that were given one id, or one with two addresses.</summary>
    private void TellDuplicate(in ExporterKey key)
    {
        foreach (ExporterKey known in _exporters.Keys)
        {
            if (known.NodeId == key.NodeId && known.HardwareId == key.HardwareId && known.Address != key.Address && known.NodeId != 0)
            {
                AddEvent(
                    EventKind.InventoryFault,
                    SwitchById(key.NodeId)?.Name ?? $"node-{key.NodeId}",
                    $"node id {key.NodeId} hardware {key.HardwareId} reports from two addresses");
                return;
            }
        }
    }

    /// <summary>Adds one report to the window in which its packet left.</summary>
    private void AddReport(PendingReport pending, ReadOnlySpan<HopMetadata> hops, bool ownInFront)
    {
        DecodedReport report = pending.Report;
        ExporterState exporter = pending.Exporter;
        long nowNs = pending.ArrivalNs;

        // A packet that an intermediate node reports, or one that was dropped, did not reach its flow's end.
        ReportFlags onItsWay = report.Flags & (ReportFlags.Intermediate | ReportFlags.Dropped);
        bool postcard = ownInFront && hops.Length == 1;
        bool incomplete = report.HopsExceeded || report.MtuExceeded || onItsWay != 0 || postcard;
        bool narrow = report.HopsHaveNarrowTimes || (ownInFront && report.OwnHasNarrowTimes);
        FlowState? flow = null;
        SequenceTracker.Step step = SequenceTracker.Step.Forward;
        if (report.HasFlow && onItsWay == 0)
        {
            flow = pending.Flow is { } found && pending.TableVersion == _flows.Version ? found : FlowOf(report.Flow, pending.FlowHash, exporter);

            // Every node on the way sends a postcard of one packet: only the first that told of a flow counts its packets.
            if (flow is not null && postcard && flow.Exporter != exporter)
            {
                flow = null;
            }
            else if (flow is not null)
            {
                if (flow.Exporter != exporter)
                {
                    flow.Exporter = exporter; // only then: the collector's write barrier is not free
                }

                step = OnFlowPacket(flow, report, nowNs);
            }
        }

        FlowPath? path = hops.IsEmpty ? null : flow?.Path is { } known && known.Is(hops, !incomplete) ? known : PathOf(report, hops, incomplete);
        OpenWindow window = WindowOf(path, hops, narrow, nowNs, out long eventNs);
        FlowSlot? slot = null;
        if (flow is not null)
        {
            slot = flow.Slot is { } newest && newest.Window == window ? newest : SlotOf(flow, window);
            slot.Packets++;
            slot.Bytes += (ulong)report.OriginalIpLength;
        }
        else if (report.HasFlow && onItsWay == 0 && !postcard)
        {
            window.FlowPacketsOmitted++;
            _flowPacketsOmitted++;
            window.Beyond.Add(report.Flow, pending.FlowHash, exporter, report.OriginalIpLength);
        }

        if (incomplete)
        {
            _incompletePaths++;
        }

        if ((report.Flags & (ReportFlags.Dropped | ReportFlags.CongestedQueue)) != 0)
        {
            AddFlagged(report, path, hops, window, eventNs);
        }

        if (path is null)
        {
            return;
        }

        // A late packet may still come over a path that its flow has left, an incomplete stack shows only a part of one.
        if (flow is not null && flow.Path != path && !incomplete && !path.IsPartial && step != SequenceTracker.Step.Late)
        {
            TakePath(flow, slot!, path, report, hops, eventNs);
        }

        long latencyNs = AddHops(path, hops, window, report, narrow, eventNs, nowNs);
        if (slot is not null && !incomplete && latencyNs >= 0)
        {
            slot.LatencyNs.Add(latencyNs);
            if (flow!.LastLatencyNs >= 0)
            {
                slot.JitterSumNs += (ulong)Math.Abs(latencyNs - flow.LastLatencyNs);
                slot.JitterCount++;
            }

            flow.LastLatencyNs = latencyNs;
            if (latencyNs > window.SlowestPacket.Value && KeepsExemplars)
            {
                window.SlowestPacket.Take(latencyNs, report, path, hops, eventNs);
            }
        }
    }

    private SequenceTracker.Step OnFlowPacket(FlowState flow, DecodedReport report, long nowNs)
    {
        if (!flow.Active)
        {
            flow.Active = true;
            _activeFlows.Add(flow);
        }

        flow.LastPacketNs = nowNs;
        if (flow.SrcDevice is { } host)
        {
            Alive(host, nowNs);
        }

        // IPv6 packets carry no number: their loss is unknown.
        if (report.Flow.IsIpv6)
        {
            return SequenceTracker.Step.Forward;
        }

        // Linux answers without a connection (SYN-ACK, RST, TIME-WAIT) with 0 in between a connection's own numbers.
        if (report.IpIdentification == 0 && report.Flow.Protocol == Tcp && !flow.Identifications.IsNear(0))
        {
            return SequenceTracker.Step.Strange;
        }

        if (!flow.IsAlone)
        {
            flow.Pair.Observe(flow, report.IpIdentification);
        }

        return flow.Identifications.Observe(report.IpIdentification);
    }

    /// <summary>What a switch reported of a drop or a queue: counted at its port, and told once a port and window.</summary>
    private void AddFlagged(DecodedReport report, FlowPath? path, ReadOnlySpan<HopMetadata> hops, OpenWindow window, long eventNs)
    {
        PortState? port = path?.Hops[0].Port;
        bool dropped = (report.Flags & ReportFlags.Dropped) != 0;
        if (dropped && port is not null)
        {
            PortSlot slot = SlotOf(port, window);
            if (slot.ReportedDrops++ > 0)
            {
                return;
            }
        }
        else if (port is not null && _lastQueueEvent.TryGetValue(port, out long told) && told == window.Number)
        {
            return;
        }

        if (port is not null && !dropped)
        {
            _lastQueueEvent[port] = window.Number;
        }

        string entity = port?.Id.Entity ?? SwitchById(report.NodeId)?.Name ?? $"node-{report.NodeId}";
        string flow = report.HasFlow ? report.Flow.ToString() : "unknown flow";
        AddEvent(
            dropped ? EventKind.Drop : EventKind.Queue,
            entity,
            dropped && report.Own.Has(HopFields.DropReason) ? $"{flow}: dropped, reason {(_options.Decoding?.ReportsOf(report.NodeId) ?? _options.Reports).Tell(report.Own.DropReason)}, queue {report.Own.QueueId}"
            : dropped ? $"{flow}: dropped"
            : $"{flow}: congested queue {report.Own.QueueId}, depth {report.Own.QueueOccupancy}",
            Show(
                dropped ? ExemplarReason.Drop : ExemplarReason.Queue, entity, dropped ? report.Own.DropReason : report.Own.QueueOccupancy, report, path, hops, eventNs));
    }

    /// <summary>Adds every hop and link; returns the time from the first hop's ingress to the last one's egress, negative when it is unknown.</summary>
    private long AddHops(
        FlowPath path, ReadOnlySpan<HopMetadata> hops, OpenWindow window, DecodedReport report, bool narrow, long eventNs, long nowNs)
    {
        HopRef[] refs = path.Hops;

        // Where the path's ends can be compared, its parts need not be added.
        long total = path.EndsComparable ? -1 : 0;
        for (int i = 0; i < refs.Length; i++)
        {
            ref readonly HopMetadata hop = ref hops[i];
            ref HopRef at = ref refs[i];
            if (i + 1 < refs.Length)
            {
                refs[i + 1].Ask();
            }

            if (at.Switch is { } found)
            {
                Alive(found.Device, nowNs);
            }

            if (at.Port is { } port)
            {
                PortSlot slot = port.Slot is { } newest && newest.Window == window ? newest : SlotOf(port, window);
                if (AddPort(port, slot, hop, at, narrow))
                {
                    slot.Capture(report, path, hops, eventNs);
                }
            }

            if (at.LinkFromPrevious is { } link)
            {
                LinkSlot slot = link.Slot is { } newest && newest.Window == window ? newest : SlotOf(link, window);
                slot.Packets++;
                ref readonly HopMetadata previous = ref hops[i + 1];
                long ns = hop.Has(HopFields.IngressTimestamp) && previous.Has(HopFields.EgressTimestamp)
                    ? at.LinkComparable
                        ? Difference(previous.EgressTimestamp, hop.IngressTimestamp, at.ClockUnitNs, narrow)
                        : narrow ? -1 : AcrossClocks(link, previous, refs[i + 1].ClockUnitNs, hop, at.ClockUnitNs, report, refs.Length - 1 - i, eventNs)
                    : -1;
                if (ns >= 0)
                {
                    slot.LatencyNs.Add(ns);
                }

                total = ns < 0 || total < 0 ? -1 : total + ns;
            }
            else if (i + 1 < refs.Length)
            {
                total = -1;
            }

            if (total >= 0)
            {
                long inside = hop.Has(HopFields.IngressTimestamp | HopFields.EgressTimestamp)
                    ? Within(hop, at.ClockUnitNs, narrow)
                    : -1;
                total = inside < 0 ? -1 : total + inside;
            }
        }

        ref readonly HopMetadata first = ref hops[^1];
        ref readonly HopMetadata last = ref hops[0];
        return path.EndsComparable && first.Has(HopFields.IngressTimestamp) && last.Has(HopFields.EgressTimestamp)
            ? Difference(first.IngressTimestamp, last.EgressTimestamp, refs[0].ClockUnitNs, narrow)
            : total;
    }

    // True where the hop is the slowest of its port or met its deepest queue so far.
    private static bool AddPort(PortState port, PortSlot slot, in HopMetadata hop, in HopRef at, bool narrow)
    {
        slot.Packets++;
        bool extreme = false;
        if (hop.Has(HopFields.HopLatency))
        {
            extreme = slot.AddLatency(hop.HopLatency * at.LatencyUnitNs);
        }
        else if (hop.Has(HopFields.IngressTimestamp | HopFields.EgressTimestamp) && Within(hop, at.ClockUnitNs, narrow) is >= 0 and var ns)
        {
            extreme = slot.AddLatency(ns);
        }

        if (hop.Has(HopFields.Queue))
        {
            extreme |= slot.AddDepth(hop.QueueOccupancy);
            port.AddDepth(hop.QueueOccupancy);
        }

        if ((hop.Fields & (HopFields.Buffer | HopFields.TxUtilisation)) == 0)
        {
            return extreme;
        }

        if (hop.Has(HopFields.Buffer))
        {
            slot.AddBuffer(hop.BufferOccupancy);
        }

        if (hop.Has(HopFields.TxUtilisation))
        {
            slot.AddUtilisation(hop.TxUtilisation);
        }

        return extreme;
    }

    // From ingress to egress of one hop; negative where that makes no sense.
    private static long Within(in HopMetadata hop, long unitNs, bool narrow)
    {
        long ticks = narrow ? (int)(uint)(hop.EgressTimestamp - hop.IngressTimestamp) : unchecked((long)(hop.EgressTimestamp - hop.IngressTimestamp));
        return ToNs(ticks, unitNs);
    }

    // Negative where ticks are, or take longer than any packet. Multiplied, because to divide by the unit takes longer.
    private static long ToNs(long ticks, long unitNs) =>
        ticks < 0 || Math.BigMul((ulong)ticks, (ulong)unitNs, out ulong ns) != 0 || ns > MaxLatencyNs ? -1 : (long)ns;

    /// <summary>Time from one stamp to the other on comparable clocks; negative, and counted, where that makes no sense.</summary>
    private long Difference(ulong from, ulong to, long unitNs, bool narrow)
    {
        long ticks = narrow ? (int)(uint)(to - from) : unchecked((long)(to - from));
        long ns = ToNs(ticks, unitNs);
        _clockFaults += ns < 0 ? 1 : 0;
        return ns;
    }

    /// <summary>Link latency between clocks that are not synchronised; negative while their difference is unknown.</summary>
    private long AcrossClocks(
        LinkMeter link, in HopMetadata previous, long fromUnitNs, in HopMetadata hop, long toUnitNs, DecodedReport report, int stackedHops, long eventNs)
    {
        long apparent = unchecked(((long)hop.IngressTimestamp * toUnitNs) - ((long)previous.EgressTimestamp * fromUnitNs));
        long ahead;
        if (link.SteadyOffset is { } steady)
        {
            steady.Add(link.IsForward, eventNs, apparent);
            if (!steady.TryGet(out ahead))
            {
                return -1;
            }
        }
        else if (link.Offset is { } offset)
        {
            int bytes = FrameBytes + report.OriginalIpLength + (report.HasInt ? 4 + 12 + (4 * report.HopWords * stackedHops) : 0);
            if (link.NsPerByte > 0 || bytes <= SmallPacketBytes)
            {
                offset.Add(link.IsForward, eventNs, apparent - (long)(bytes * link.NsPerByte));
            }

            if (!offset.TryGet(eventNs, out ahead))
            {
                return -1;
            }
        }
        else
        {
            return -1;
        }

        long ns = link.IsForward ? apparent - ahead : apparent + ahead;
        if (ns < -OffsetErrorNs || ns > MaxLatencyNs)
        {
            _clockFaults++;
            return -1;
        }

        return Math.Max(0, ns);
    }
}
