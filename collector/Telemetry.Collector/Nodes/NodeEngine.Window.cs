using Telemetry.Collector.Contracts;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    /// <summary>Sends the windows that are over; a machine that slept does not send hours of empty ones.</summary>
    private void CloseDue(long nowNs, long latenessNs)
    {
        int empty = 0;
        while (nowNs >= _windowStartNs + _options.WindowNs + latenessNs)
        {
            if (_open.Count == 0 && empty++ == MaxEmptyWindowsAtOnce)
            {
                _windowStartNs = nowNs - (nowNs % _options.WindowNs) - (_options.WindowNs * ((latenessNs + _options.WindowNs - 1) / _options.WindowNs));
                return;
            }

            CloseWindow(unlessEmpty: false);
            _windowStartNs += _options.WindowNs;
        }
    }

    /// <summary>Sends all that is open now: under old names, or at the end of a run.</summary>
    private void CloseOpen()
    {
        long startNs = _windowStartNs;
        while (_open.Count > 0)
        {
            _windowStartNs = _open[0].StartNs;
            CloseWindow(unlessEmpty: true);
        }

        _windowStartNs = startNs;
    }

    /// <summary>Ends the oldest window and hands its batch to the sink.</summary>
    private void CloseWindow(bool unlessEmpty)
    {
        long clockNs = RunClock.NowNs(_time);
        OpenWindow? open = null;
        if (_open.Count > 0 && _open[0].StartNs == _windowStartNs)
        {
            open = _open[0];
            _open.RemoveAt(0);
            _lastWindow = null;
        }

        Window window = new() { StartNs = _windowStartNs, LengthNs = _options.WindowNs };
        CloseExporters();
        if (open is not null)
        {
            TellPorts(open, window);
            CloseLinks(open, window);
            window.FlowPacketsOmitted = open.FlowPacketsOmitted;
        }

        CloseFlows(open, window);
        _thresholds?.Look(window, crossing => AddEvent(EventKind.Threshold, crossing.Entity, crossing.Detail, crossing.IsAbove ? ExemplarOf(crossing, open) : null));
        if (open is not null)
        {
            AddExemplars(open, window);
            ClosePorts(open);
            Release(open);
        }

        if (unlessEmpty && window.Ports.Count + window.Links.Count + window.Flows.Count + _events.Count == 0)
        {
            return;
        }

        _windowNumber++;
        if (_windowNumber % FlowSweepWindows == 0)
        {
            SweepFlows(clockNs);
        }

        SendBatch(window, clockNs);
    }

    /// <summary>Hands on what there is to tell besides windows, with one or without.</summary>
    private void SendBatch(Window? window, long clockNs)
    {
        bool refresh = window is not null && clockNs - _lastRefreshNs >= _options.RefreshNs;
        Batch batch = new() { Sender = _options.Name, Cluster = _options.Cluster, CreatedNs = clockNs };
        if (window is not null)
        {
            batch.Windows.Add(window);
            _eventsInWindow = 0;
        }

        batch.Events.AddRange(_events);
        _events.Clear();
        batch.Links.AddRange(refresh ? _linkStates.Values : _changedLinks);
        _changedLinks.Clear();
        if (_inventory is not null && (refresh || _inventoryChanged))
        {
            batch.Inventory = _inventory;
            _inventoryChanged = false;
        }

        _self.LastSeenNs = clockNs;
        foreach (DeviceTrack device in _devices.Values)
        {
            if (device.Tell(refresh) is { } status)
            {
                batch.Devices.Add(status);
            }
        }

        batch.Reports.Add(_options.Name, Counters);
        if (refresh)
        {
            _lastRefreshNs = clockNs;
        }

        _sink.Append(batch, []);
    }

    private void CloseExporters()
    {
        foreach (ExporterState exporter in _exporters.Values)
        {
            long lost = exporter.TakeLost();
            if (lost > 0)
            {
                _counters.Lost += (ulong)lost;
                exporter.LastGapWindow = _windowNumber;
                string name = SwitchById(exporter.NodeId)?.Name ?? $"node-{exporter.NodeId}";
                AddEvent(EventKind.ReportGap, name, $"{lost} reports missing");
            }
        }
    }

    private static void TellPorts(OpenWindow open, Window window)
    {
        open.Ports.Sort(static (a, b) => a.Port.Id.CompareTo(b.Port.Id));
        foreach (PortSlot slot in open.Ports)
        {
            if (slot.Tell() is { } told)
            {
                window.Ports.Add(told);
            }
        }
    }

    private void ClosePorts(OpenWindow open)
    {
        foreach (PortSlot slot in open.Ports)
        {
            PortState port = slot.Port;
            Unlink(slot);
            slot.End();
            Release(slot, port);
        }
    }

    private void CloseLinks(OpenWindow open, Window window)
    {
        open.Links.Sort(static (a, b) => a.Link.Id.CompareTo(b.Link.Id));
        foreach (LinkSlot slot in open.Links)
        {
            LinkMeter link = slot.Link;
            Unlink(slot);
            window.Links.Add(slot.End());
            Release(slot, link);
        }
    }
}
