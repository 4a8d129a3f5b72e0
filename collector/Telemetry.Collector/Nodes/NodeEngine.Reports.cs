using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;
using Telemetry.Wire.Int;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    // A packet that took longer than an hour from one switch to the next was not measured by comparable clocks.
    private const long MaxLatencyNs = 3_600_000_000_000;

    /// <summary>Takes a datagram's place in its exporter's sequence.</summary>
    private ExporterState? OnSequence(uint nodeId, byte hardwareId, uint sequence, long nowNs)
    {
        ulong key = ((ulong)nodeId << 8) | hardwareId;
        if (!_exporters.TryGetValue(key, out ExporterState? exporter))
        {
            if (_exporters.Count >= _options.MaxEntities)
            {
                _entitiesOmitted++;
                return null;
            }

            exporter = new ExporterState(nodeId, hardwareId);
            _exporters.Add(key, exporter);
        }

        SequenceTracker.Step step = exporter.Sequence.Observe(sequence);
        if (step == SequenceTracker.Step.Restart)
        {
            _exporterRestarts++;
            exporter.LastGapWindow = _windowNumber;
        }

        if (exporter.Sequence.HasGaps)
        {
            exporter.LastGapWindow = _windowNumber;
        }

        if (SwitchById(nodeId) is { } found)
        {
            Alive(found.Device, nowNs);
        }

        return exporter;
    }

    /// <summary>Adds one report to the open window.</summary>
    /// <param name="exporter">Where it came from.</param>
    /// <param name="packet">The packet that it is about.</param>
    /// <param name="hops">Its hops, newest first.</param>
    /// <param name="nowNs">Arrival.</param>
    private void AddReport(ExporterState exporter, in PacketFacts packet, ReadOnlySpan<HopMetadata> hops, long nowNs)
    {
        FlowState flow = _noPlace;
        SequenceTracker.Step step = SequenceTracker.Step.Forward;
        if (packet.HasFlow)
        {
            flow = FlowOf(packet.Flow, exporter);
            if (flow == _noPlace)
            {
                _flowPacketsOmittedInWindow++;
                _flowPacketsOmitted++;
            }
            else
            {
                step = OnFlowPacket(flow, exporter, packet, nowNs);
            }
        }

        if (packet.Incomplete)
        {
            _incompletePaths++;
        }

        if (hops.IsEmpty)
        {
            return;
        }

        // A late packet may still come over a path that its flow has left, an incomplete stack shows only a part of one.
        bool pathHolds = SamePath(flow, hops);
        FlowState measured = pathHolds ? flow : Repath(flow, hops, packet.Incomplete, step == SequenceTracker.Step.Late);
        AddHops(measured, hops, nowNs);
        if (flow != _noPlace && !packet.Incomplete)
        {
            AddEndToEnd(flow, measured, hops);
        }
    }

    private SequenceTracker.Step OnFlowPacket(FlowState flow, ExporterState exporter, in PacketFacts packet, long nowNs)
    {
        if (!flow.Active)
        {
            flow.Active = true;
            _activeFlows.Add(flow);
        }

        flow.Exporter = exporter;
        flow.LastPacketNs = nowNs;
        if (flow.SrcDevice is { } host)
        {
            Alive(host, nowNs);
        }

        flow.Pair.Observe(flow, packet.Identification);
        flow.AddPacket(packet.Bytes);
        return flow.Identifications.Observe(packet.Identification);
    }

    private static bool SamePath(FlowState flow, ReadOnlySpan<HopMetadata> hops)
    {
        if (flow.HopCount != hops.Length)
        {
            return false;
        }

        HopRef[] known = flow.Hops;
        for (int i = 0; i < hops.Length; i++)
        {
            if (known[i].NodeId != hops[i].NodeId || known[i].EgressPort != hops[i].EgressPort || known[i].IngressPort != hops[i].IngressPort)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Joins the hops to their ports and links; they become the flow's path if they are whole and its newest.</summary>
    private FlowState Repath(FlowState flow, ReadOnlySpan<HopMetadata> hops, bool incomplete, bool late)
    {
        FlowState target = incomplete || late ? _noPlace : flow;
        if (target.Hops.Length < hops.Length)
        {
            target.Hops = new HopRef[hops.Length];
        }

        bool newSwitches = target.HopCount != hops.Length;
        Span<HopRef> refs = target.Hops.AsSpan(0, hops.Length);
        for (int i = 0; i < hops.Length; i++)
        {
            ref readonly HopMetadata hop = ref hops[i];
            newSwitches = newSwitches || refs[i].NodeId != hop.NodeId;
            SwitchState? at = hop.Has(HopFields.NodeId) ? SwitchById(hop.NodeId) : null;
            refs[i] = new HopRef
            {
                NodeId = hop.NodeId,
                IngressPort = hop.IngressPort,
                EgressPort = hop.EgressPort,
                Switch = at,
                Port = at is not null && hop.Has(HopFields.EgressPort) ? PortOf(at, hop.EgressPort) : null,
            };
        }

        // Neighbours in an incomplete stack need not be neighbours in the network.
        for (int i = 0; !incomplete && i + 1 < hops.Length; i++)
        {
            if (hops[i].Has(HopFields.IngressPort) && hops[i + 1].Has(HopFields.EgressPort))
            {
                refs[i].LinkFromPrevious = LinkOf(refs[i + 1], refs[i]);
            }
        }

        target.HopCount = hops.Length;
        if (target != _noPlace && newSwitches)
        {
            TakePath(target);
        }

        return target;
    }

    private void TakePath(FlowState flow)
    {
        var path = new string[flow.HopCount];
        for (int i = 0; i < path.Length; i++)
        {
            path[i] = flow.Hops[path.Length - 1 - i].Switch?.Name ?? "?";
        }

        string[] before = flow.Path;
        if (before.AsSpan().SequenceEqual(path))
        {
            return; // the inventory was set anew, not the path
        }

        flow.Path = path;
        if (before.Length > 0)
        {
            flow.AddPathChange();
            AddEvent(
                EventKind.PathChange,
                EntityNames.Flow(flow.Src, flow.Dst),
                $"{EntityNames.FiveTuple(flow.Id.ToKey())}: {string.Join(" ", before)} -> {string.Join(" ", path)}");
        }
    }

    private void AddHops(FlowState measured, ReadOnlySpan<HopMetadata> hops, long nowNs)
    {
        HopRef[] refs = measured.Hops;
        bool shared = _inventory is { SharedClock: true };
        for (int i = 0; i < hops.Length; i++)
        {
            ref readonly HopMetadata hop = ref hops[i];
            ref HopRef at = ref refs[i];
            if (at.Switch is { } found)
            {
                Alive(found.Device, nowNs);
            }

            if (at.Port is { } port)
            {
                Activate(port);
                port.AddPacket();
                if (hop.Has(HopFields.HopLatency))
                {
                    port.AddLatency(hop.HopLatency * ClockOf(at.Switch).LatencyUnitNs);
                }

                if (hop.Has(HopFields.Queue))
                {
                    port.AddDepth(hop.QueueOccupancy);
                }
            }

            if (at.LinkFromPrevious is { } link)
            {
                if (!link.Active)
                {
                    link.Active = true;
                    _activeLinks.Add(link);
                }

                link.AddPacket();
                ref readonly HopMetadata previous = ref hops[i + 1];
                if (shared && hop.Has(HopFields.IngressTimestamp) && previous.Has(HopFields.EgressTimestamp)
                    && TryDifference(ClockOf(refs[i + 1].Switch), previous.EgressTimestamp, ClockOf(at.Switch), hop.IngressTimestamp, out long ns))
                {
                    link.AddLatency(ns);
                }
            }
        }
    }

    private void AddEndToEnd(FlowState flow, FlowState measured, ReadOnlySpan<HopMetadata> hops)
    {
        ref readonly HopMetadata first = ref hops[^1];
        ref readonly HopMetadata last = ref hops[0];
        ClockProfile firstClock = ClockOf(measured.Hops[hops.Length - 1].Switch);
        ClockProfile lastClock = ClockOf(measured.Hops[0].Switch);
        bool comparable = hops.Length == 1 || _inventory is { SharedClock: true };
        if (comparable && first.Has(HopFields.IngressTimestamp) && last.Has(HopFields.EgressTimestamp)
            && TryDifference(firstClock, first.IngressTimestamp, lastClock, last.EgressTimestamp, out long ns))
        {
            flow.AddLatency(ns);
        }
    }

    /// <summary>Time from one stamp to the other; false when the clocks cannot be compared, which is not counted, or make no sense, which is.</summary>
    private bool TryDifference(ClockProfile fromClock, ulong from, ClockProfile toClock, ulong to, out long ns)
    {
        ns = 0;
        if (!ReferenceEquals(fromClock, toClock) && !(fromClock.SharedClock && toClock.SharedClock && fromClock.ClockUnitNs == toClock.ClockUnitNs))
        {
            return false;
        }

        long ticks = unchecked((long)(to - from));
        if (ticks < 0 || ticks > MaxLatencyNs / toClock.ClockUnitNs)
        {
            _clockFaults++;
            return false;
        }

        ns = ticks * toClock.ClockUnitNs;
        return true;
    }
}
