using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    private static readonly ClockProfile s_unknownClock = new(SharedClock: false);

    /// <summary>After the inventory changed: every name is looked up anew; histories of counters and sequences stay.</summary>
    private void ForgetNames()
    {
        _switchesById.Clear();
        foreach (FlowState flow in _flows.Values)
        {
            flow.HopCount = 0;
            NameEnds(flow);
        }

        _noPlace.HopCount = 0;
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
        found = SwitchByName(name);
        if (found is not null)
        {
            found.Clock = _options.Profiles.TryGetValue(nodeId, out ClockProfile? clock) ? clock : _options.DefaultProfile;
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

    private PortState? PortOf(SwitchState found, uint number)
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

        _ports++;
        port = new PortState(found, number, _options.DistinctValues);
        found.Add(port);
        return port;
    }

    private LinkMeter? LinkOf(in HopRef from, in HopRef to)
    {
        if (from.Switch is null || to.Switch is null)
        {
            return null;
        }

        LinkId id = new(new PortId(from.Switch.Name, from.EgressPort), new PortId(to.Switch.Name, to.IngressPort));
        if (_links.TryGetValue(id, out LinkMeter? link))
        {
            return link;
        }

        if (_links.Count >= _options.MaxEntities)
        {
            _entitiesOmitted++;
            return null;
        }

        link = new LinkMeter(id, _options.DistinctValues);
        _links.Add(id, link);
        return link;
    }

    private FlowState FlowOf(FlowId id, ExporterState exporter)
    {
        if (_flows.TryGetValue(id, out FlowState? flow))
        {
            return flow;
        }

        if (_flows.Count >= _options.MaxFlows)
        {
            return _noPlace;
        }

        ulong addresses = ((ulong)id.SrcAddress << 32) | id.DstAddress;
        if (!_pairs.TryGetValue(addresses, out PairState? pair))
        {
            pair = new PairState();
            _pairs.Add(addresses, pair);
        }

        pair.Flows++;
        flow = new FlowState(id, pair, exporter, _options.DistinctValues);
        NameEnds(flow);
        _flows.Add(id, flow);
        AddEvent(EventKind.NewFlow, EntityNames.Flow(flow.Src, flow.Dst), EntityNames.FiveTuple(id.ToKey()));
        return flow;
    }

    private void NameEnds(FlowState flow)
    {
        flow.SrcDevice = _hostsByAddress.GetValueOrDefault(flow.Id.SrcAddress);
        flow.Src = flow.SrcDevice?.Name ?? EntityNames.Address(flow.Id.SrcAddress);
        flow.Dst = _hostsByAddress.TryGetValue(flow.Id.DstAddress, out DeviceTrack? dst) ? dst.Name : EntityNames.Address(flow.Id.DstAddress);
    }

    private void Activate(PortState port)
    {
        if (!port.Active)
        {
            port.Active = true;
            _activePorts.Add(port);
        }
    }

    private void SweepFlows(long nowNs)
    {
        foreach (FlowState flow in _flows.Values)
        {
            // Removing the current entry while enumerating is allowed for a Dictionary.
            if (!flow.Active && nowNs - flow.LastPacketNs >= _options.FlowIdleNs)
            {
                _flows.Remove(flow.Id);
                if (--flow.Pair.Flows == 0)
                {
                    _pairs.Remove(((ulong)flow.Id.SrcAddress << 32) | flow.Id.DstAddress);
                }
            }
        }
    }

    private static ClockProfile ClockOf(SwitchState? found) => found?.Clock ?? s_unknownClock;
}
