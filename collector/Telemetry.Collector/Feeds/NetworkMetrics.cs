using System.Globalization;
using Prometheus;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Feeds;

/// <summary>
/// What is measured of the network as Prometheus metrics. Labels name ports, links, devices and kinds only, never flows;
/// beyond a number of ports, links and devices the further ones get no series and are counted. One thread.
/// </summary>
internal sealed class NetworkMetrics
{
    /// <summary>1 us to 1 s: hops of a few microseconds, and queues of tens of milliseconds, fall between.</summary>
    private static readonly double[] s_bounds = [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5, 1];
    private static readonly string[] s_port = ["switch", "port"];
    private static readonly string[] s_link = ["source", "source_port", "destination", "destination_port"];

    private readonly int _limit;
    private readonly HashSet<(string, string)> _known = [];
    private readonly Dictionary<string, int> _counts = [];
    private readonly Dictionary<ulong, string> _openAlerts = [];
    private readonly HashSet<ulong> _seenAlerts = [];
    private readonly Counter _packets;
    private readonly Counter _txPackets;
    private readonly Counter _txBytes;
    private readonly Counter _rxPackets;
    private readonly Counter _rxBytes;
    private readonly Counter _drops;
    private readonly Counter _errors;
    private readonly Histogram _hopLatency;
    private readonly Gauge _queue;
    private readonly Gauge _capacity;
    private readonly Histogram _linkLatency;
    private readonly Gauge _linkUp;
    private readonly Gauge _deviceUp;
    private readonly Gauge _cpu;
    private readonly Gauge _memory;
    private readonly Gauge _alerts;
    private readonly Counter _raised;
    private readonly Counter _events;
    private readonly Counter _reports;
    private readonly Counter _malformed;
    private readonly Counter _flowPackets;
    private readonly Counter _flowBytes;
    private readonly Counter _flowLost;
    private readonly Counter _omitted;
    private readonly Counter _windowsLost;

    public NetworkMetrics(CollectorRegistry registry, int limit)
    {
        _limit = limit;
        MetricFactory factory = Metrics.WithCustomRegistry(registry);
        HistogramConfiguration buckets = new() { Buckets = s_bounds };
        _packets = factory.CreateCounter("telemetry_port_packets_total", "Packets seen by INT at a switch's egress port.", s_port);
        _txPackets = factory.CreateCounter("telemetry_port_transmit_packets_total", "Packets that left a switch port, by its counters.", s_port);
        _txBytes = factory.CreateCounter("telemetry_port_transmit_bytes_total", "Bytes that left a switch port, by its counters.", s_port);
        _rxPackets = factory.CreateCounter("telemetry_port_receive_packets_total", "Packets that came in at a switch port, by its counters.", s_port);
        _rxBytes = factory.CreateCounter("telemetry_port_receive_bytes_total", "Bytes that came in at a switch port, by its counters.", s_port);
        _drops = factory.CreateCounter("telemetry_port_drops_total", "Packets dropped at a switch port's queues.", s_port);
        _errors = factory.CreateCounter("telemetry_port_errors_total", "Packets lost to errors of a switch port.", s_port);
        _hopLatency = factory.CreateHistogram("telemetry_port_hop_latency_seconds", "Time of packets from a switch's ingress to this egress port.", s_port, buckets);
        _queue = factory.CreateGauge("telemetry_port_queue_depth_packets", "Deepest queue of a switch port in the newest window.", s_port);
        _capacity = factory.CreateGauge("telemetry_port_queue_capacity_packets", "What the queue of a switch port can hold.", s_port);
        _linkLatency = factory.CreateHistogram("telemetry_link_latency_seconds", "Time of packets from one switch's egress to the next one's ingress.", s_link, buckets);
        _linkUp = factory.CreateGauge("telemetry_link_up", "1 up, 0 down; absent while unknown.", s_link);
        _deviceUp = factory.CreateGauge("telemetry_device_up", "1 up, 0 silent or down; absent while unknown.", "device", "kind");
        _cpu = factory.CreateGauge("telemetry_device_cpu_ratio", "Processor use of a device's process, 1 for a whole core.", "device");
        _memory = factory.CreateGauge("telemetry_device_memory_bytes", "Resident memory of a device's process.", "device");
        _alerts = factory.CreateGauge("telemetry_alerts_active", "Alerts that last, by kind.", "kind");
        _raised = factory.CreateCounter("telemetry_alerts_raised_total", "Alerts raised since the start of the data center, by kind.", "kind");
        _events = factory.CreateCounter("telemetry_events_total", "Events, by kind.", "kind");
        _reports = factory.CreateCounter("telemetry_reports_total", "Telemetry datagrams at all nodes, by what became of them.", "result");
        _malformed = factory.CreateCounter("telemetry_reports_malformed_total", "Telemetry datagrams with a fault, by its kind.", "kind");
        _flowPackets = factory.CreateCounter("telemetry_flow_packets_total", "Packets of all flows.");
        _flowBytes = factory.CreateCounter("telemetry_flow_bytes_total", "Bytes of all flows.");
        _flowLost = factory.CreateCounter("telemetry_flow_lost_packets_total", "Packets missing in the flows whose senders count.");
        _omitted = factory.CreateCounter("telemetry_series_omitted_total", "Updates of ports, links and devices beyond the limit, which have no series.");
        _windowsLost = factory.CreateCounter("telemetry_metrics_windows_dropped_total", "Windows missing in these metrics because they were not taken in time.");
    }

    /// <summary>Takes a change.</summary>
    public void Take(Update update)
    {
        _windowsLost.IncTo(update.WindowsDropped);
        switch (update.WhatCase)
        {
            case Update.WhatOneofCase.Snapshot:
                Take(update.Snapshot);
                break;
            case Update.WhatOneofCase.Window:
                Take(update.Window);
                break;
            case Update.WhatOneofCase.Alert:
                Take(update.Alert);
                break;
            case Update.WhatOneofCase.Device:
                Take(update.Device);
                break;
            case Update.WhatOneofCase.Link:
                Take(update.Link);
                break;
            case Update.WhatOneofCase.Event:
                _events.WithLabels(update.Event.Kind.ToString()).Inc();
                break;
            case Update.WhatOneofCase.Reports:
                Take(update.Reports);
                break;
        }
    }

    private void Take(Update.Types.Snapshot snapshot)
    {
        foreach (DeviceStatus device in snapshot.Devices)
        {
            Take(device);
        }

        foreach (LinkStatus link in snapshot.Links)
        {
            Take(link);
        }

        foreach (Alert alert in snapshot.Alerts)
        {
            Take(alert);
        }

        Take(snapshot.Reports);
    }

    private void Take(Window window)
    {
        foreach (PortWindow port in window.Ports)
        {
            string number = Number(port.Port);
            if (!HasRoom("port", port.Switch + "/" + number))
            {
                continue;
            }

            _packets.WithLabels(port.Switch, number).Inc(port.Packets);
            Observe(_hopLatency.WithLabels(port.Switch, number), port.HopLatencyNs);
            if (port.QueueDepth is { } depth)
            {
                _queue.WithLabels(port.Switch, number).Set(Last(depth));
            }

            if (port.QueueCapacity > 0)
            {
                _capacity.WithLabels(port.Switch, number).Set(port.QueueCapacity);
            }

            if (port.HasTxPackets)
            {
                _txPackets.WithLabels(port.Switch, number).Inc(port.TxPackets);
            }

            if (port.HasTxBytes)
            {
                _txBytes.WithLabels(port.Switch, number).Inc(port.TxBytes);
            }

            if (port.HasRxPackets)
            {
                _rxPackets.WithLabels(port.Switch, number).Inc(port.RxPackets);
            }

            if (port.HasRxBytes)
            {
                _rxBytes.WithLabels(port.Switch, number).Inc(port.RxBytes);
            }

            if (port.HasDrops)
            {
                _drops.WithLabels(port.Switch, number).Inc(port.Drops);
            }

            if (port.HasErrors)
            {
                _errors.WithLabels(port.Switch, number).Inc(port.Errors);
            }
        }

        foreach (LinkWindow link in window.Links)
        {
            LinkId id = LinkId.Of(link);
            if (HasRoom("link", $"{id.A.Entity}>{id.B.Entity}"))
            {
                Observe(_linkLatency.WithLabels(link.A, Number(link.APort), link.B, Number(link.BPort)), link.LatencyNs);
            }
        }

        foreach (FlowWindow flow in window.Flows)
        {
            _flowPackets.Inc(flow.Packets);
            _flowBytes.Inc(flow.Bytes);
            _flowLost.Inc(flow.Lost);
        }
    }

    private void Take(Alert alert)
    {
        if (_seenAlerts.Add(alert.Id))
        {
            _raised.WithLabels(alert.Kind).Inc();
        }

        if (!alert.HasEndNs && _openAlerts.TryAdd(alert.Id, alert.Kind))
        {
            _alerts.WithLabels(alert.Kind).Inc();
        }
        else if (alert.HasEndNs && _openAlerts.Remove(alert.Id, out string? kind))
        {
            _alerts.WithLabels(kind).Dec();
            _seenAlerts.Remove(alert.Id); // an ended alert comes no more
        }
    }

    private void Take(DeviceStatus device)
    {
        if (!HasRoom("device", device.Name))
        {
            return;
        }

        string kind = device.Kind.ToString();
        if (device.State == DeviceState.Unspecified)
        {
            _deviceUp.RemoveLabelled(device.Name, kind);
        }
        else
        {
            _deviceUp.WithLabels(device.Name, kind).Set(device.State == DeviceState.Up ? 1 : 0);
        }

        if (device.HasCpuPercent)
        {
            _cpu.WithLabels(device.Name).Set(device.CpuPercent / 100);
        }

        if (device.HasMemoryBytes)
        {
            _memory.WithLabels(device.Name).Set(device.MemoryBytes);
        }
    }

    private void Take(LinkStatus link)
    {
        LinkId id = LinkId.Of(link);
        if (!HasRoom("wire", $"{id.A.Entity}-{id.B.Entity}"))
        {
            return;
        }

        string[] labels = [link.A, Number(link.APort), link.B, Number(link.BPort)];
        if (link.State == LinkState.Unspecified)
        {
            _linkUp.RemoveLabelled(labels);
        }
        else
        {
            _linkUp.WithLabels(labels).Set(link.State == LinkState.Up ? 1 : 0);
        }
    }

    private void Take(ReportCounters? reports)
    {
        if (reports is null)
        {
            return;
        }

        _reports.WithLabels("decoded").IncTo(reports.Decoded);
        _reports.WithLabels("malformed").IncTo(reports.Malformed);
        _reports.WithLabels("lost").IncTo(reports.Lost);
        _reports.WithLabels("dropped").IncTo(reports.Dropped);
        foreach ((string kind, ulong count) in reports.Errors)
        {
            _malformed.WithLabels(kind).IncTo(count);
        }
    }

    private bool HasRoom(string what, string entity)
    {
        if (_known.Contains((what, entity)))
        {
            return true;
        }

        int count = _counts.GetValueOrDefault(what);
        if (count >= _limit)
        {
            _omitted.Inc();
            return false;
        }

        _counts[what] = count + 1;
        _known.Add((what, entity));
        return true;
    }

    private static void Observe(Histogram.Child histogram, Distribution? distribution)
    {
        if (distribution is null || distribution.Deltas.Count != distribution.Counts.Count)
        {
            return; // the totals count it as malformed
        }

        ulong value = 0;
        for (int i = 0; i < distribution.Deltas.Count; i++)
        {
            value += distribution.Deltas[i];
            histogram.Observe((value << (int)(distribution.Shift & 63)) / 1e9, (long)distribution.Counts[i]);
        }
    }

    private static double Last(Distribution distribution)
    {
        ulong value = 0;
        foreach (ulong delta in distribution.Deltas)
        {
            value += delta;
        }

        return value << (int)(distribution.Shift & 63);
    }

    private static string Number(uint port) => port.ToString(CultureInfo.InvariantCulture);
}
