using System.Collections.Immutable;
using Telemetry.Collector.Contracts;

namespace Telemetry.Tui.Model;

internal sealed partial record FabricState
{
    /// <summary>Replaces what exists; figures of what stays are kept, what is gone goes.</summary>
    private FabricState WithInventory(Inventory inventory)
    {
        var devices = Sorted<DeviceEntry>().ToBuilder();
        foreach (Inventory.Types.Device device in inventory.Devices)
        {
            devices[device.Name] = (Devices.GetValueOrDefault(device.Name) ?? new DeviceEntry(device.Name, device.Kind)) with
            {
                Kind = device.Kind,
                Layer = (int)Math.Min(device.Layer, 1000),
                Address = device.Address,
                Cluster = device.Cluster,
            };
        }

        // Nodes, centers and controllers report a status without being part of the drawing.
        foreach (DeviceEntry other in Devices.Values.Where(d => !d.IsHost && !d.IsSwitch && !devices.ContainsKey(d.Name)))
        {
            devices[other.Name] = other;
        }

        var ports = Sorted<PortEntry>().ToBuilder();
        foreach (Inventory.Types.Port port in inventory.Ports)
        {
            string name = PortName(port.Device, port.Port_);
            ports[name] = (Ports.GetValueOrDefault(name) ?? new PortEntry(port.Device, port.Port_)) with
            {
                RateBps = port.RateBps,
                QueueCapacity = port.QueueCapacity,
            };
        }

        var links = Sorted<LinkEntry>().ToBuilder();
        foreach (Inventory.Types.Link link in inventory.Links)
        {
            string key = FreeLinkKey(links, link);
            LinkEntry? known = Links.Values.FirstOrDefault(l => Same(l, link.A, link.APort, link.B, link.BPort));
            links[key] = (known ?? new LinkEntry(LinkName(link.A, link.B), link.A, link.APort, link.B, link.BPort)) with
            {
                RateBps = link.RateBps,
                DelayNs = link.DelayNs,
            };
            SetPeer(ports, link.A, link.APort, link.B);
            SetPeer(ports, link.B, link.BPort, link.A);
        }

        return this with
        {
            HasData = true,
            Name = inventory.Name,
            Devices = devices.ToImmutable(),
            Ports = ports.ToImmutable(),
            Links = links.ToImmutable(),
        };
    }

    private static void SetPeer(ImmutableSortedDictionary<string, PortEntry>.Builder ports, string device, uint port, string peer)
    {
        string name = PortName(device, port);
        if (ports.TryGetValue(name, out PortEntry? entry))
        {
            ports[name] = entry with { Peer = peer };
        }
    }

    // Parallel links have one name in alerts, but are two things on the screen.
    private static string FreeLinkKey(ImmutableSortedDictionary<string, LinkEntry>.Builder links, Inventory.Types.Link link)
    {
        string name = LinkName(link.A, link.B);
        string key = name;
        for (int copy = 2; links.ContainsKey(key); copy++)
        {
            key = $"{name}#{copy}";
        }

        return key;
    }

    private static bool Same(LinkEntry link, string a, uint aPort, string b, uint bPort) =>
        (link.A == a && link.APort == aPort && link.B == b && link.BPort == bPort)
        || (link.A == b && link.APort == bPort && link.B == a && link.BPort == aPort);

    private FabricState WithWindow(Window window)
    {
        var ports = Ports.ToBuilder();
        foreach (PortWindow port in window.Ports)
        {
            string name = PortName(port.Switch, port.Port);
            PortEntry entry = ports.GetValueOrDefault(name) ?? new PortEntry(port.Switch, port.Port);
            ports[name] = WithSample(entry, port, window);
        }

        long end = window.StartNs + window.LengthNs;
        return this with
        {
            HasData = true,
            Ports = ports.ToImmutable(),
            Links = WithLinkWindows(window, end),
            FlowsById = WithFlows(window, end),
            Devices = WithSenders(window, end),
            NowNs = Math.Max(NowNs, end),
        };
    }

    private static PortEntry WithSample(PortEntry entry, PortWindow port, Window window)
    {
        PortSample sample = new(
            window.StartNs,
            window.LengthNs,
            (long)Math.Min(port.Packets, long.MaxValue),
            ValueCounts.From(port.HopLatencyNs),
            ValueCounts.From(port.QueueDepth))
        {
            TxPackets = port.HasTxPackets ? port.TxPackets : null,
            TxBytes = port.HasTxBytes ? port.TxBytes : null,
            RxBytes = port.HasRxBytes ? port.RxBytes : null,
            Drops = port.HasDrops ? port.Drops : null,
            Errors = port.HasErrors ? port.Errors : null,
            CountersNs = port.CounterSpanNs > 0 ? (long)Math.Min(port.CounterSpanNs, long.MaxValue) : window.LengthNs,
        };

        // Windows of different nodes may overtake each other by a little: keep them in order.
        int at = entry.Recent.Length;
        while (at > 0 && entry.Recent[at - 1].EndNs > sample.EndNs)
        {
            at--;
        }

        ImmutableArray<PortSample> recent = entry.Recent.Insert(at, sample);
        return entry with
        {
            Recent = recent.Length > PortEntry.Kept ? recent.RemoveAt(0) : recent,
            RateBps = port.RateBps > 0 ? port.RateBps : entry.RateBps,
            QueueCapacity = port.QueueCapacity > 0 ? port.QueueCapacity : entry.QueueCapacity,
            Drops = entry.Drops + (sample.Drops ?? 0),
            Errors = entry.Errors + (sample.Errors ?? 0),
        };
    }

    private ImmutableSortedDictionary<string, LinkEntry> WithLinkWindows(Window window, long end)
    {
        if (window.Links.Count == 0)
        {
            return Links;
        }

        var links = Links.ToBuilder();
        foreach (LinkWindow link in window.Links.Where(l => l.Packets > 0))
        {
            if (FindLink(link.A, link.APort, link.B, link.BPort) is not { } found)
            {
                continue;
            }

            LinkEntry entry = links[found];
            ValueCounts latency = ValueCounts.From(link.LatencyNs);
            bool sameWindow = entry.LastNs == end;
            links[found] = entry with
            {
                LastNs = Math.Max(entry.LastNs, end),
                LatencyP50Ns = Worse(sameWindow ? entry.LatencyP50Ns : null, latency.Quantile(0.5)),
                LatencyP99Ns = Worse(sameWindow ? entry.LatencyP99Ns : null, latency.Quantile(0.99)),
            };
        }

        return links.ToImmutable();
    }

    private static long? Worse(long? a, long? b) => a is null ? b : b is null ? a : Math.Max(a.Value, b.Value);

    private string? FindLink(string a, uint aPort, string b, uint bPort)
    {
        string name = LinkName(a, b);
        if (Links.TryGetValue(name, out LinkEntry? first) && Same(first, a, aPort, b, bPort))
        {
            return name;
        }

        foreach ((string key, LinkEntry entry) in Links)
        {
            if (Same(entry, a, aPort, b, bPort))
            {
                return key;
            }
        }

        return null;
    }

    private ImmutableDictionary<FlowId, FlowEntry> WithFlows(Window window, long end)
    {
        if (window.Flows.Count == 0)
        {
            return FlowsById;
        }

        var flows = FlowsById.ToBuilder();
        foreach (FlowWindow flow in window.Flows)
        {
            FlowKey key = flow.Key ?? new FlowKey();
            FlowId id = new(key.SrcAddress, key.DstAddress, key.Protocol, key.SrcPort, key.DstPort);
            FlowEntry entry = flows.GetValueOrDefault(id) ?? new FlowEntry(id, flow.Src, flow.Dst);
            ValueCounts latency = ValueCounts.From(flow.LatencyNs);
            flows[id] = entry with
            {
                Packets = entry.Packets + flow.Packets,
                Bytes = entry.Bytes + flow.Bytes,
                Lost = flow.HasLost ? (entry.Lost ?? 0) + flow.Lost : entry.Lost,
                LatencyP50Ns = latency.Quantile(0.5) ?? entry.LatencyP50Ns,
                LatencyP99Ns = latency.Quantile(0.99) ?? entry.LatencyP99Ns,
                Path = flow.Path.Count > 0 ? [.. flow.Path] : entry.Path,
                PathChanges = entry.PathChanges + flow.PathChanges,
                LastNs = Math.Max(entry.LastNs, end),
            };
        }

        if (flows.Count > Flows)
        {
            foreach (FlowId old in flows.Values.OrderBy(f => f.LastNs).Take(flows.Count - Flows).Select(f => f.Id).ToArray())
            {
                flows.Remove(old);
            }
        }

        return flows.ToImmutable();
    }

    private ImmutableSortedDictionary<string, DeviceEntry> WithSenders(Window window, long end)
    {
        ImmutableSortedDictionary<string, DeviceEntry> devices = Devices;
        foreach (string sender in window.Flows.Where(f => f.Packets > 0).Select(f => f.Src).Distinct(StringComparer.Ordinal))
        {
            if (devices.TryGetValue(sender, out DeviceEntry? device) && device.LastSentNs < end)
            {
                devices = devices.SetItem(sender, device with { LastSentNs = end });
            }
        }

        return devices;
    }

    private FabricState WithDevice(DeviceStatus status)
    {
        DeviceEntry entry = Devices.GetValueOrDefault(status.Name) ?? new DeviceEntry(status.Name, status.Kind);
        return this with
        {
            Devices = Devices.SetItem(status.Name, entry with
            {
                Kind = status.Kind == DeviceKind.Unspecified ? entry.Kind : status.Kind,
                State = status.State,
                CpuPercent = status.HasCpuPercent ? status.CpuPercent : null,
                MemoryBytes = status.HasMemoryBytes ? status.MemoryBytes : null,
                LastSeenNs = status.LastSeenNs,
            }),
        };
    }

    private FabricState WithLink(LinkStatus status)
    {
        string key = FindLink(status.A, status.APort, status.B, status.BPort) ?? LinkName(status.A, status.B);
        LinkEntry entry = Links.GetValueOrDefault(key)
            ?? new LinkEntry(LinkName(status.A, status.B), status.A, status.APort, status.B, status.BPort);
        return this with
        {
            Links = Links.SetItem(key, entry with { State = status.State, SinceNs = status.SinceNs, Reason = status.Reason }),
        };
    }

    private FabricState WithAlert(Alert alert)
    {
        AlertEntry entry = new(alert.Id, alert.Kind, alert.Entity, alert.StartNs)
        {
            EndNs = alert.HasEndNs ? alert.EndNs : null,
            Score = alert.Score,
            Explanation = alert.Explanation,
            Detector = alert.Detector,
            Reasons = [.. alert.Reasons.Select(r => new ReasonEntry(r.Feature, r.Value, r.Contribution))],
        };
        ImmutableSortedDictionary<ulong, AlertEntry> alerts = Alerts.SetItem(entry.Id, entry);
        if (alerts.Count > History && alerts.Values.FirstOrDefault(a => !a.IsActive) is { } oldest)
        {
            alerts = alerts.Remove(oldest.Id);
        }

        return this with { Alerts = alerts };
    }

    private FabricState WithEvent(Event news)
    {
        ImmutableArray<EventEntry> events = Events.Add(new EventEntry(news.Kind, news.Entity, news.TimeNs, news.Detail));
        return this with { Events = events.Length > History ? events.RemoveAt(0) : events };
    }

    private FabricState WithReports(ReportCounters reports) =>
        this with { Reports = new ReportTotals(reports.Received, reports.Decoded, reports.Malformed, reports.Lost, reports.Dropped) };
}
