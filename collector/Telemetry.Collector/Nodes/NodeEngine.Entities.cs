using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;
using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    private static readonly ClockProfile s_unknownClock = new(SharedClock: false);

    private long _allActiveIn = -1;

    /// <summary>After the inventory changed: every name is looked up anew; histories of counters and sequences stay.</summary>
    private void ForgetNames()
    {
        _switchesById.Clear();
        _paths.Clear();
        foreach (FlowState flow in _flows.All())
        {
            flow.Path = null;
            NameEnds(flow);
        }

        foreach (ExporterState exporter in _exporters.Values)
        {
            exporter.Switch = null;
        }

        foreach (SwitchState known in _switchesByName.Values)
        {
            Describe(known);
        }
    }

    private void Describe(SwitchState found) =>
        found.SetLimits(_inventory is null ? [] : _inventory.Ports.Where(port => port.Device == found.Name));

    private SwitchState? SwitchById(uint nodeId)
    {
        if (_switchesById.TryGetValue(nodeId, out SwitchState? found))
        {
            return found;
        }

        string name = _namesById.TryGetValue(nodeId, out string? known) ? known : $"node-{nodeId}";
        if (known is null && !_switchesByName.ContainsKey(name) && !TakesDevice())
        {
            return null;
        }

        found = SwitchByName(name);
        if (found is not null)
        {
            found.Clock = _options.Profiles.TryGetValue(nodeId, out ClockProfile? clock) ? clock : _options.Decoding?.ClockOf(nodeId) ?? _options.DefaultProfile;
            _switchesById.Add(nodeId, found);
        }

        return found;
    }

    private SwitchState? SwitchByName(string name)
    {
        if (_switchesByName.TryGetValue(name, out SwitchState? found))
        {
            return found;
        }

        if (_switchesByName.Count >= _options.MaxEntities)
        {
            _entitiesOmitted++;
            return null;
        }

        found = new SwitchState(name, Track(name, DeviceKind.Switch));
        Describe(found);
        _switchesByName.Add(name, found);
        return found;
    }

    private PortState? PortOf(SwitchState found, uint number, bool listed = false)
    {
        if (found.TryGetPort(number, out PortState? port))
        {
            return port;
        }

        if (_ports >= _options.MaxEntities)
        {
            _entitiesOmitted++;
            return null;
        }

        if (!listed && !found.TryGetLimits(number, out _) && !TakesPort())
        {
            return null;
        }

        _ports++;
        port = new PortState(found, number);
        found.Add(port);
        return port;
    }

    private LinkMeter? LinkOf(SwitchState? from, uint egressPort, SwitchState? to, uint ingressPort)
    {
        if (from is null || to is null)
        {
            return null;
        }

        LinkId id = new(new PortId(from.Name, egressPort), new PortId(to.Name, ingressPort));
        if (_links.TryGetValue(id, out LinkMeter? link))
        {
            return link;
        }

        if (_links.Count >= _options.MaxEntities)
        {
            _entitiesOmitted++;
            return null;
        }

        if (!from.TryGetPort(egressPort, out PortState? port) || ((port.Links >= FreeLinks || !from.TryGetLimits(egressPort, out _)) && !TakesPort()))
        {
            return null;
        }

        port.Links++;
        link = new LinkMeter(id) { IsForward = id == id.Undirected };
        if (from.TryGetLimits(egressPort, out Inventory.Types.Port? limits) && limits.RateBps > 0)
        {
            link.NsPerByte = 8e9 / limits.RateBps;
        }

        _links.Add(id, link);
        return link;
    }

    private FlowState? FlowOf(in FiveTuple tuple, ulong hash, ExporterState exporter)
    {
        if (_flows.Find(tuple, hash) is { } known)
        {
            return known;
        }

        if (_flows.Count >= _options.MaxFlows && !EvictFlow())
        {
            return null;
        }

        (UInt128, UInt128) addresses = (tuple.Source, tuple.Destination);
        if (!_pairs.TryGetValue(addresses, out PairState? pair))
        {
            pair = new PairState();
            _pairs.Add(addresses, pair);
        }

        FlowState flow = new(tuple, pair, exporter);
        pair.Join(flow);
        NameEnds(flow);
        _flows.Add(flow, hash);
        _flowsTracked++;

        // A sweep of ports must not bury other events: names and details are made only for those that are told.
        if (_eventsInWindow < _options.MaxEventsPerWindow)
        {
            AddEvent(EventKind.NewFlow, EntityNames.Flow(flow.Src, flow.Dst), EntityNames.FiveTuple(flow.Key()));
        }
        else
        {
            _eventsOmitted++;
        }

        return flow;
    }

    private void NameEnds(FlowState flow)
    {
        ref readonly FiveTuple tuple = ref flow.Tuple;
        flow.SrcDevice = _hostsByAddress.GetValueOrDefault(tuple.Source);
        flow.Src = flow.SrcDevice?.Name ?? tuple.SourceText;
        flow.Dst = _hostsByAddress.TryGetValue(tuple.Destination, out DeviceTrack? dst) ? dst.Name : tuple.DestinationText;
    }

    private void SweepFlows(long nowNs)
    {
        _flows.RemoveAll(flow =>
        {
            if (flow.Active || nowNs - flow.LastPacketNs < _options.FlowIdleNs)
            {
                return false;
            }

            LeavePair(flow);
            return true;
        });
    }

    /// <summary>Forgets the flow that was silent longest, near enough, for a new one.</summary>
    private bool EvictFlow()
    {
        // Flows become silent when a window closes: until then there is no use in looking again.
        if (_allActiveIn == _windowNumber)
        {
            return false;
        }

        if (_flows.Evict() is not { } evicted)
        {
            _allActiveIn = _windowNumber;
            return false;
        }

        LeavePair(evicted);
        _flowsEvicted++;
        return true;
    }

    private void LeavePair(FlowState flow)
    {
        flow.Pair.Leave(flow);
        if (flow.Pair.Flows == 0)
        {
            _pairs.Remove((flow.Tuple.Source, flow.Tuple.Destination));
        }
    }

    private static ClockProfile ClockOf(SwitchState? found) => found?.Clock ?? s_unknownClock;
}
