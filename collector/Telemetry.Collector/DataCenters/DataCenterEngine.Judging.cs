using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Network;

namespace Telemetry.Collector.DataCenters;

public sealed partial class DataCenterEngine
{
    private readonly NetworkSamples _networkSamples = new();
    private readonly List<NetworkAlert> _networkTold = [];

    /// <summary>Shows a window to the detectors: ports, links, flows, in this order.</summary>
    private void Judge(Window window)
    {
        Dictionary<PortId, PortWindow> heard = [];
        foreach (PortWindow port in window.Ports)
        {
            PortId id = PortId.Of(port);
            heard[id] = port;
            _ports.TryAdd(id, null);
        }

        _told.Clear();
        long endNs = window.StartNs + window.LengthNs;
        foreach ((PortId id, Inventory.Types.Port? limits) in _ports)
        {
            Inference.Samples.PortSample sample = heard.TryGetValue(id, out PortWindow? port)
                ? _samples.Of(id.Entity, port, window, limits)
                : PortSamples.Empty(id.Entity, window, limits);
            Verdict verdict = _detector.Observe(sample);
            _tracker.Observe(sample, verdict, _told);
            _network.Observe(sample, _alerts.IsOpen("congestion", id.Entity) || _told.Exists(told => told.Port == id.Entity), _networkTold);
        }

        _tracker.CloseSilent(endNs, _told);
        foreach (PortAlert told in _told)
        {
            TakeAlert(_alerts.Take(told));
        }

        foreach (LinkWindow link in window.Links)
        {
            _network.Observe(_networkSamples.Of(link));
        }

        foreach (FlowWindow flow in window.Flows)
        {
            _network.Observe(_networkSamples.Of(flow), window.StartNs);
        }

        _network.Close(window.StartNs, endNs, _networkTold);
        TakeNetworkAlerts();
    }

    /// <summary>Ends alerts on what is over already and only shown still.</summary>
    private void EndShown()
    {
        _network.Flush(_networkTold);
        TakeNetworkAlerts();
    }

    private void TakeNetworkAlerts()
    {
        foreach (NetworkAlert told in _networkTold)
        {
            TakeAlert(_alerts.Take(told));
        }

        _networkTold.Clear();
    }
}
