using Microsoft.Extensions.Logging;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Observing;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Running;
using Topology = Telemetry.Controller.Topologies.Topology;

namespace Telemetry.Lab.Live;

/// <summary>
/// The collector's three tiers: the data center here, nodes and centers over loopback, the very hosts that run as
/// processes elsewhere, or as such processes on the network's own hosts, where it has some.
/// </summary>
internal sealed class LiveChain : IAsyncDisposable
{
    private const string ControllerName = "controller";

    private readonly ClusterMap _clusters;
    private readonly Dictionary<string, NodeHost> _nodes = new(StringComparer.Ordinal);
    private readonly List<CenterHost> _centers = [];
    private readonly ITierHosts? _places;
    private readonly List<string> _placedNodes = [];
    private readonly List<string> _placedCenters = [];
    private readonly Dictionary<string, ObservationSender> _senders = new(StringComparer.Ordinal);
    private DataCenterHost? _dataCenter;

    private LiveChain(ClusterMap clusters, ITierHosts? places)
    {
        _clusters = clusters;
        _places = places;
    }

    /// <summary>Where watchers connect.</summary>
    public Uri Feed => new(_dataCenter!.Url);

    public static async Task<LiveChain> StartAsync(
        Topology topology,
        P4Program program,
        LabOptions options,
        ILiveNetwork network,
        IPortDetector detector,
        AlertOptions alerts,
        TimeProvider time,
        ILoggerFactory loggers,
        Action<string> progress,
        CancellationToken cancellation)
    {
        LiveChain chain = new(new ClusterMap(topology, program, network.NodePerCluster), network.TierHosts);
        try
        {
            chain._dataCenter = await DataCenterHost.StartAsync(
                new DataCenterHostOptions
                {
                    DataCenter = new() { Name = chain._clusters.DataCenterName, Network = network.Judging },
                    Listen = network.DataCenterListen,
                    HistoryFile = options.HistoryFile,
                },
                detector, alerts, time, loggers, cancellation).ConfigureAwait(false);
            if (chain._places is not null)
            {
                await chain.PlaceAsync(program, time, cancellation).ConfigureAwait(false);
                chain._places.KeepAlive(progress);
                progress("the collector's tiers serve");
                return chain;
            }

            foreach (string cluster in chain._clusters.Clusters)
            {
                CenterHost center = await CenterHost.StartAsync(
                    new CenterHostOptions
                    {
                        Center = chain._clusters.CenterOptions(cluster),
                        Listen = "127.0.0.1:0",
                        Upstream = chain._dataCenter.Url,
                    },
                    time, loggers, cancellation).ConfigureAwait(false);
                chain._centers.Add(center);
                chain.StartNode(topology, cluster, center.Url, network, time, loggers);
            }

            return chain;
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tells the tiers of a switch the newest state of a link of it; once they have ended there is nobody to tell.</summary>
    public void TellLink(string switchName, LinkStatus status)
    {
        lock (_nodes)
        {
            if (_nodes.TryGetValue(_clusters.NodeOf(switchName), out NodeHost? node))
            {
                node.Tell(engine => engine.OnLink(status));
            }
            else if (_senders.TryGetValue(_clusters.NodeOf(switchName), out ObservationSender? sender))
            {
                sender.OnLink(status);
            }
        }
    }

    /// <summary>Tells the tiers of a switch its state; once they have ended there is nobody to tell.</summary>
    public void TellDevice(DeviceReading reading)
    {
        lock (_nodes)
        {
            if (_nodes.TryGetValue(_clusters.NodeOf(reading.Name), out NodeHost? node))
            {
                node.Tell(engine => engine.OnDevice(reading));
            }
            else if (_senders.TryGetValue(_clusters.NodeOf(reading.Name), out ObservationSender? sender))
            {
                sender.OnDevice(new DeviceStatus { Name = reading.Name, Kind = reading.Kind, State = reading.State });
            }
        }
    }

    /// <summary>Ends nodes, then centers, each after its last windows were delivered, and asks the data center for the run.</summary>
    public async Task<Totals> FinishAsync()
    {
        await StopFeedersAsync().ConfigureAwait(false);
        return _dataCenter!.Ask(engine =>
        {
            engine.Flush();
            return engine.GetTotals();
        });
    }

    public async ValueTask DisposeAsync()
    {
        await StopFeedersAsync().ConfigureAwait(false);
        if (_places is not null)
        {
            await _places.DisposeAsync().ConfigureAwait(false);
        }

        if (_dataCenter is not null)
        {
            await _dataCenter.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Centers first, then nodes: whoever finds nobody above waits before it tries again.
    private async Task PlaceAsync(P4Program program, TimeProvider time, CancellationToken cancellation)
    {
        ITierHosts places = _places!;
        (string Cluster, string Center)[] centers = await Task.WhenAll(_clusters.Clusters.Select(async cluster =>
            (cluster, await places.StartCenterAsync(Placed(_placedCenters, _clusters.CenterName(cluster)), _dataCenter!.Url, cancellation).ConfigureAwait(false)))).ConfigureAwait(false);
        await Task.WhenAll(centers.Select(c => places.StartNodeAsync(
            Placed(_placedNodes, _clusters.NodeName(c.Cluster)), c.Center, program.JsonPath, cancellation))).ConfigureAwait(false);
        foreach ((string cluster, string center) in centers)
        {
            _senders.Add(_clusters.NodeName(cluster), new ObservationSender(center, ControllerName, null, time, _ => { }));
        }
    }

    private static string Placed(List<string> list, string name)
    {
        list.Add(name);
        return name;
    }

    private void StartNode(
        Topology topology, string cluster, string upstream, ILiveNetwork network, TimeProvider time, ILoggerFactory loggers)
    {
        string name = _clusters.NodeName(cluster);
        SwitchNode[] switches = [.. topology.Switches.Where(s => s.RunsP4 && _clusters.NodeOf(s.Name) == name)];
        NodeHost node = NodeHost.Start(
            new NodeHostOptions
            {
                Node = _clusters.NodeOptions(cluster) with { OneMachine = true },
                Listen = network.Collector.ToString(),
                Upstream = upstream,
                Inventory = LabInventory.Of(topology, network.SharedClock),
                Devices = [.. network.Devices.Where(d => _clusters.NodeOf(d.Name) == name)],
                Switches = [.. switches.Select(s => new SwitchTarget(s.Name, network.UrlOf(s), network.DeviceIdOf(s)))],
            },
            time, loggers);
        _nodes.Add(name, node);
        foreach (SwitchNode served in switches)
        {
            network.SendReports(served.Name, node.EndPoint);
        }
    }

    private async Task StopFeedersAsync()
    {
        NodeHost[] nodes;
        ObservationSender[] senders;
        lock (_nodes)
        {
            nodes = [.. _nodes.Values];
            _nodes.Clear();
            senders = [.. _senders.Values];
            _senders.Clear();
        }

        foreach (NodeHost node in nodes)
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }

        await StopPlacedAsync(_placedNodes).ConfigureAwait(false);
        foreach (ObservationSender sender in senders)
        {
            await sender.DisposeAsync().ConfigureAwait(false);
        }

        await StopPlacedAsync(_placedCenters).ConfigureAwait(false);

        foreach (CenterHost center in _centers)
        {
            await center.DisposeAsync().ConfigureAwait(false);
        }

        _centers.Clear();
    }

    private async Task StopPlacedAsync(List<string> names)
    {
        string[] ending = [.. names];
        names.Clear();
        await Task.WhenAll(ending.Select(name => _places!.StopAsync(name))).ConfigureAwait(false);
    }
}
