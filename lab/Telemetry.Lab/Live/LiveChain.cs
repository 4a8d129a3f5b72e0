using Microsoft.Extensions.Logging;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Nodes;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Running;
using Topology = Telemetry.Controller.Topologies.Topology;

namespace Telemetry.Lab.Live;

/// <summary>The collector's three tiers over loopback: the very hosts that run as processes elsewhere.</summary>
internal sealed class LiveChain : IAsyncDisposable
{
    /// <summary>A busy machine delays processes by so much now and then.</summary>
    private const long LatencyRiseNs = 30_000_000;

    private readonly ClusterMap _clusters;
    private readonly Dictionary<string, NodeHost> _nodes = new(StringComparer.Ordinal);
    private readonly List<CenterHost> _centers = [];
    private DataCenterHost? _dataCenter;

    private LiveChain(ClusterMap clusters) => _clusters = clusters;

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
        CancellationToken cancellation)
    {
        LiveChain chain = new(new ClusterMap(topology, program, network.NodePerCluster));
        try
        {
            chain._dataCenter = await DataCenterHost.StartAsync(
                new DataCenterHostOptions
                {
                    DataCenter = new() { Name = chain._clusters.DataCenterName, Network = new() { LatencyRiseNs = LatencyRiseNs } },
                    Listen = "127.0.0.1:0",
                    HistoryFile = options.HistoryFile,
                },
                detector, alerts, time, loggers, cancellation).ConfigureAwait(false);
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

    /// <summary>Tells the node of a switch something; once the nodes have ended there is nobody to tell.</summary>
    public void Tell(string switchName, Action<NodeEngine> action)
    {
        lock (_nodes)
        {
            if (_nodes.TryGetValue(_clusters.NodeOf(switchName), out NodeHost? node))
            {
                node.Tell(action);
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
        if (_dataCenter is not null)
        {
            await _dataCenter.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void StartNode(
        Topology topology, string cluster, string upstream, ILiveNetwork network, TimeProvider time, ILoggerFactory loggers)
    {
        string name = _clusters.NodeName(cluster);
        SwitchNode[] switches = [.. topology.Switches.Where(s => s.RunsP4 && _clusters.NodeOf(s.Name) == name)];
        NodeHost node = NodeHost.Start(
            new NodeHostOptions
            {
                Node = _clusters.NodeOptions(cluster),
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
        lock (_nodes)
        {
            nodes = [.. _nodes.Values];
            _nodes.Clear();
        }

        foreach (NodeHost node in nodes)
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }

        foreach (CenterHost center in _centers)
        {
            await center.DisposeAsync().ConfigureAwait(false);
        }

        _centers.Clear();
    }
}
