using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.DataCenters;

public sealed partial class DataCenterEngine
{
    private void TakeStates(Batch batch, long nowNs)
    {
        if (batch.Inventory is not null)
        {
            TakeInventory(batch.Sender, batch.Inventory);
        }

        foreach (DeviceStatus status in batch.Devices)
        {
            _liveness.Heard(status, batch.Sender, nowNs, trustState: true, _events);
        }

        foreach (LinkStatus link in batch.Links)
        {
            TakeLink(link, nowNs);
        }

        _tiers.Take(batch.Tiers);
        foreach (DeviceDetail detail in batch.Details)
        {
            // Two centers may tell of one device, and one may tell again what it told.
            if (!_details.TryGetValue(detail.Name, out DeviceDetail? known) || detail.TimeNs > known.TimeNs)
            {
                _details[detail.Name] = detail;
                _pending.Details.Add(detail);
            }
        }

        bool counted = false;
        foreach ((string node, ReportCounters counters) in batch.Reports)
        {
            counted |= _reports.Set(node, counters);
        }

        if (counted && _subscriptions.Count > 0)
        {
            Publish(new Update { Reports = _reports.Sum() }, "sum");
        }
    }

    private void TakeInventory(string sender, Inventory inventory)
    {
        if (!_inventory.Set(sender, inventory))
        {
            return;
        }

        Inventory joined = _inventory.Current!;
        HashSet<string> switches = new(StringComparer.Ordinal);
        foreach (Inventory.Types.Device device in joined.Devices)
        {
            _liveness.Expect(device.Name, device.Kind);
            if (device.Kind is DeviceKind.Switch)
            {
                switches.Add(device.Name);
            }
        }

        foreach (Inventory.Types.Port port in joined.Ports)
        {
            if (switches.Contains(port.Device))
            {
                _ports[new PortId(port.Device, port.Port_)] = port;
            }
        }

        foreach (Inventory.Types.Link link in joined.Links)
        {
            LinkStatus unknown = new() { A = link.A, APort = link.APort, B = link.B, BPort = link.BPort };
            LinkId id = LinkId.Of(unknown);
            (unknown.A, unknown.APort, unknown.B, unknown.BPort) = (id.A.Switch, id.A.Port, id.B.Switch, id.B.Port);
            _links.TryAdd(id, unknown);
        }

        _network.SetMap(NetworkSamples.MapOf(joined));
        _pending.Inventory = joined;
        Publish(new Update { Inventory = joined }, "inventory");
    }

    private void TakeLink(LinkStatus link, long nowNs)
    {
        LinkId id = LinkId.Of(link);
        if (_links.TryGetValue(id, out LinkStatus? known) && (known.Equals(link) || link.SinceNs < known.SinceNs))
        {
            return;
        }

        if (link.State != (known?.State ?? LinkState.Unspecified))
        {
            _network.OnLink(id.Entity, link.State != LinkState.Down, nowNs);
        }

        _links[id] = link;
        _pending.Links.Add((nowNs, link));
        Publish(new Update { Link = link }, $"{id.A.Entity}/{id.B.Entity}");
        if (link.State == LinkState.Down)
        {
            string reason = link.Reason.Length > 0 ? link.Reason : "no reason given";
            string text = $"link {id.Entity} is down ({id.A.Entity} to {id.B.Entity}): {reason}";
            TakeAlert(_alerts.Open("linkdown", id.Entity, link.SinceNs, nowNs, text, "link-probe"));
        }
        else if (link.State == LinkState.Up && !_links.Any(other => other.Key.Entity == id.Entity && other.Value.State == LinkState.Down))
        {
            TakeAlert(_alerts.Close("linkdown", id.Entity, link.SinceNs));
        }
    }

    /// <summary>Tells what liveness found out: to watchers, to the history, and as alerts.</summary>
    private void PublishStates(long nowNs)
    {
        foreach (Event told in _events)
        {
            TakeEvent(told);
        }

        _events.Clear();
        _changedDevices.Clear();
        _liveness.TakeChanged(_changedDevices, all: false);
        foreach (DeviceStatus status in _changedDevices)
        {
            TakeDevice(status, nowNs);
        }
    }

    private void TakeDevice(DeviceStatus status, long nowNs)
    {
        Publish(new Update { Device = status }, status.Name);
        bool stored = _deviceRows.TryGetValue(status.Name, out (long TimeNs, DeviceState State) row);
        if (!stored || row.State != status.State || nowNs - row.TimeNs >= DeviceRowNs)
        {
            _deviceRows[status.Name] = (nowNs, status.State);
            _pending.Devices.Add((nowNs, status));
        }

        if (status.State == DeviceState.Silent)
        {
            string pause = string.Create(null, $"{(nowNs - status.LastSeenNs) / 1_000_000} ms");
            string text = $"{status.Name} gave no sign of life for {pause}";
            TakeAlert(_alerts.Open("silent", status.Name, status.LastSeenNs, nowNs, text, "liveness"));
        }
        else if (status.State == DeviceState.Up)
        {
            TakeAlert(_alerts.Close("silent", status.Name, status.LastSeenNs));
        }
    }
}
