using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;
using Telemetry.Collector.Time;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    /// <summary>The path of these hops, joined to ports and links; made when it is new.</summary>
    private FlowPath PathOf(DecodedReport report, ReadOnlySpan<HopMetadata> hops, bool incomplete)
    {
        ulong hash = FlowPath.HashOf(hops, !incomplete);
        _paths.TryGetValue(hash, out FlowPath? first);
        for (FlowPath? known = first; known is not null; known = known.Next)
        {
            if (known.Is(hops, !incomplete))
            {
                return known;
            }
        }

        if (_paths.Count >= _options.MaxEntities)
        {
            // Flows keep theirs; whatever is needed again is made again.
            _paths.Clear();
            first = null;
        }

        long refused = _newDevices.Refused + _newPorts.Refused;
        FlowPath path = NewPath(report, hops, incomplete);
        if (_newDevices.Refused + _newPorts.Refused > refused)
        {
            path.IsPartial = true;
            return path;
        }

        path.Next = first;
        _paths[hash] = path;
        return path;
    }

    private FlowPath NewPath(DecodedReport report, ReadOnlySpan<HopMetadata> hops, bool incomplete)
    {
        HopRef[] refs = new HopRef[hops.Length];
        ulong[] keys = new ulong[hops.Length];
        bool shared = _inventory is { SharedClock: true };
        for (int i = 0; i < hops.Length; i++)
        {
            ref readonly HopMetadata hop = ref hops[i];
            SwitchState? at = hop.Has(HopFields.NodeId) ? SwitchById(hop.NodeId) : null;
            ClockProfile clock = ClockOf(at);
            keys[i] = FlowPath.KeyOf(hop);
            refs[i] = new HopRef
            {
                Switch = at,
                Port = at is not null && hop.Has(HopFields.EgressPort) ? PortOf(at, hop.EgressPort) : null,
                LatencyUnitNs = (int)clock.LatencyUnitNs,
                ClockUnitNs = (int)clock.ClockUnitNs,
            };
        }

        // Neighbours in an incomplete stack need not be neighbours in the network.
        for (int i = 0; !incomplete && i + 1 < hops.Length; i++)
        {
            if (hops[i].Has(HopFields.IngressPort) && hops[i + 1].Has(HopFields.EgressPort))
            {
                refs[i].LinkComparable = shared && Comparable(refs[i + 1].Switch, refs[i].Switch);
                refs[i].LinkFromPrevious = LinkOf(refs[i + 1].Switch, hops[i + 1].EgressPort, refs[i].Switch, hops[i].IngressPort);
                if (refs[i].LinkFromPrevious is { } link && !refs[i].LinkComparable)
                {
                    if (_options.OneMachine)
                    {
                        link.SteadyOffset ??= OffsetOf(_steadyOffsets, link.Id);
                    }
                    else
                    {
                        link.Offset ??= OffsetOf(_offsets, link.Id);
                    }
                }
            }
        }

        FlowPath path = new(refs, keys, !incomplete)
        {
            EndsComparable = hops.Length == 1 || (shared && Comparable(refs[^1].Switch, refs[0].Switch)),
            Names = new string[refs.Length],
        };
        for (int i = 0; i < refs.Length; i++)
        {
            path.Names[i] = refs[refs.Length - 1 - i].Switch?.Name ?? "?";
        }

        TellLoop(path, report, hops);
        return path;
    }

    private static bool Comparable(SwitchState? from, SwitchState? to)
    {
        ClockProfile a = ClockOf(from);
        ClockProfile b = ClockOf(to);
        return ReferenceEquals(from, to) || (a.SharedClock && b.SharedClock && a.ClockUnitNs == b.ClockUnitNs);
    }

    // One for both directions.
    private static T OffsetOf<T>(Dictionary<LinkId, T> offsets, in LinkId link)
        where T : new()
    {
        LinkId wire = link.Undirected;
        if (!offsets.TryGetValue(wire, out T? offset))
        {
            offset = new T();
            offsets.Add(wire, offset);
        }

        return offset;
    }

    private void TellLoop(FlowPath path, DecodedReport report, ReadOnlySpan<HopMetadata> hops)
    {
        for (int i = 0; i < path.Hops.Length; i++)
        {
            for (int j = i + 1; j < path.Hops.Length; j++)
            {
                if (hops[i].NodeId == hops[j].NodeId && path.Hops[i].Switch is { } twice)
                {
                    Exemplar? shown = Show(ExemplarReason.Loop, twice.Name, 0, report, path, hops, RunClock.NowNs(_time));
                    AddEvent(EventKind.Loop, twice.Name, $"twice in one stack: {string.Join(" ", path.Names)}", shown);
                    return;
                }
            }
        }
    }

    private void TakePath(FlowState flow, FlowSlot slot, FlowPath path, DecodedReport report, ReadOnlySpan<HopMetadata> hops, long eventNs)
    {
        flow.Path = path;
        string[] before = flow.PathNames;
        if (before.AsSpan().SequenceEqual(path.Names))
        {
            return; // other ports, or the inventory was set anew: not another path
        }

        flow.PathNames = path.Names;
        if (before.Length > 0)
        {
            slot.PathChanges++;
            flow.LastLatencyNs = -1;
            string entity = EntityNames.Flow(flow.Src, flow.Dst);
            AddEvent(
                EventKind.PathChange,
                entity,
                $"{EntityNames.FiveTuple(flow.Key())}: {string.Join(" ", before)} -> {string.Join(" ", path.Names)}",
                Show(ExemplarReason.PathChange, entity, 0, report, path, hops, eventNs));
        }
    }
}
