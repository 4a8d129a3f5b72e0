using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    /// <summary>Ends the open window and hands its batch to the sink, unless it may be left out when nothing is in it.</summary>
    private void CloseWindow(bool unlessEmpty)
    {
        long clockNs = Time.RunClock.NowNs(_time);
        long nowNs = Math.Min(clockNs, _windowStartNs + _options.WindowNs);
        Window window = new() { StartNs = _windowStartNs, LengthNs = _options.WindowNs };
        CloseExporters();
        ClosePorts(window);
        CloseLinks(window);
        CloseFlows(window);
        if (unlessEmpty && window.Ports.Count + window.Links.Count + window.Flows.Count + _events.Count == 0)
        {
            return;
        }

        window.FlowPacketsOmitted = _flowPacketsOmittedInWindow;
        _flowPacketsOmittedInWindow = 0;
        _windowNumber++;
        if (_windowNumber % FlowSweepWindows == 0)
        {
            SweepFlows(nowNs);
        }

        bool refresh = nowNs - _lastRefreshNs >= _options.RefreshNs;
        Batch batch = new() { Sender = _options.Name, Cluster = _options.Cluster, CreatedNs = nowNs };
        batch.Windows.Add(window);
        batch.Events.AddRange(_events);
        _events.Clear();
        _eventsInWindow = 0;
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
            _lastRefreshNs = nowNs;
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

    private void ClosePorts(Window window)
    {
        _activePorts.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (PortState port in _activePorts)
        {
            if (port.Close() is { } closed)
            {
                window.Ports.Add(closed);
            }
        }

        _activePorts.Clear();
    }

    private void CloseLinks(Window window)
    {
        _activeLinks.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (LinkMeter link in _activeLinks)
        {
            window.Links.Add(link.Close());
        }

        _activeLinks.Clear();
    }

    private void CloseFlows(Window window)
    {
        _activeFlows.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (FlowState flow in _activeFlows)
        {
            flow.Settle();
            flow.Pair.Offer(flow);
        }

        foreach (FlowState flow in _activeFlows)
        {
            long? lost = TakeLost(flow);
            if (flow.Close(lost) is { } closed)
            {
                window.Flows.Add(closed);
            }
        }

        // Two more windows without packets: by then every gap is settled.
        int kept = 0;
        for (int i = 0; i < _activeFlows.Count; i++)
        {
            FlowState flow = _activeFlows[i];
            flow.Pair.Reset();
            if (flow.IdleWindows < 2)
            {
                _activeFlows[kept++] = flow;
            }
            else
            {
                flow.Active = false;
            }
        }

        _activeFlows.RemoveRange(kept, _activeFlows.Count - kept);
    }

    private long? TakeLost(FlowState flow)
    {
        PairState pair = flow.Pair;
        pair.Judge();

        // While reports are missing, so may be those of packets that arrived: then nobody knows what the flow lost.
        if (_windowNumber - flow.Exporter.LastGapWindow <= 2)
        {
            return null;
        }

        return pair.Source switch
        {
            PairState.LossSource.Own => flow.OwnLost,
            PairState.LossSource.Pair => pair.Largest == flow || pair.Lost is null ? pair.Lost : 0,
            _ => null,
        };
    }
}
