using Telemetry.Collector.Centers;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.History;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Time;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;

namespace Telemetry.Collector.Chains;

/// <summary>
/// All three tiers in one process and on one thread, joined by the same Accept that the gRPC services call: what a lab
/// runs in virtual time. The chain owns the history and disposes it.
/// </summary>
public sealed class CollectorChain : IDisposable
{
    private readonly List<CenterEngine> _centers = [];
    private readonly List<NodeEngine> _nodes = [];
    private readonly List<(DirectLink Link, Func<Ack> Ack)> _links = [];
    private readonly IHistoryStore _store;
    private readonly TimeProvider _time;
    private readonly ChainOptions _options;
    private ITimer? _timer;
    private long _tendedNs;

    /// <summary>Creates the tiers; nothing runs before <see cref="Start"/> or <see cref="Tick"/>.</summary>
    /// <param name="options">Validated here, with those of the tiers.</param>
    /// <param name="time">The run's clock: an event loop, or any other.</param>
    /// <param name="store">The history; disposed with the chain.</param>
    /// <param name="detector">Judges the ports' windows.</param>
    /// <param name="alerts">When verdicts become an alert.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public CollectorChain(ChainOptions options, TimeProvider time, IHistoryStore store, IPortDetector detector, AlertOptions alerts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Validate();
        _options = options;
        _time = time;
        _store = store;
        DataCenterOptions dataCenter = options.DataCenter with { ExpectedCenters = [.. options.Clusters.Select(cluster => cluster.Center.Name)] };
        DataCenter = new DataCenterEngine(dataCenter, time, store, detector, alerts);
        ulong epoch = (ulong)Math.Max(1, RunClock.NowNs(time));
        foreach (ClusterOptions cluster in options.Clusters)
        {
            DirectLink up = new(new MemoryOutbox(epoch, options.OutboxLimit), DataCenter.Accept)
            {
                IsUp = () => options.Connects(cluster.Center.Name, dataCenter.Name),
            };
            CenterEngine center = new(cluster.Center with { ExpectedNodes = [.. cluster.Nodes.Select(node => node.Name)] }, time, up);
            _centers.Add(center);
            List<(DirectLink, Func<Ack>)> below = [];
            foreach (NodeOptions node in cluster.Nodes)
            {
                DirectLink link = new(new MemoryOutbox(epoch, options.OutboxLimit), center.Accept)
                {
                    IsUp = () => options.Connects(node.Name, cluster.Center.Name),
                };
                _nodes.Add(new NodeEngine(node, time, link));
                below.Add((link, () => center.AckOf(node.Name)));
            }

            _links.AddRange(below);
            _links.Add((up, () => DataCenter.AckOf(center.Name)));
        }
    }

    /// <summary>The nodes, in the order of the options.</summary>
    public IReadOnlyList<NodeEngine> Nodes => _nodes;

    /// <summary>The centers, in the order of the options.</summary>
    public IReadOnlyList<CenterEngine> Centers => _centers;

    /// <summary>The data center.</summary>
    public DataCenterEngine DataCenter { get; }

    /// <summary>Batches given up between the tiers because an outbox was full.</summary>
    public long DroppedBatches => _links.Sum(entry => entry.Link.Outbox.Statistics.Dropped);

    /// <summary>A node by name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public NodeEngine Node(string name) => _nodes.Find(node => node.Name == name)
        ?? throw new KeyNotFoundException($"No node is called {name}; there are {string.Join(", ", _nodes.Select(node => node.Name))}.");

    /// <summary>Ticks from now on by a timer of the TimeProvider; timer callbacks must run on the thread of all other calls.</summary>
    public void Start()
    {
        TimeSpan period = TimeSpan.FromTicks(_options.TickNs / 100);
        _timer ??= _time.CreateTimer(static chain => ((CollectorChain)chain!).Tick(), this, period, period);
    }

    /// <summary>Lets every tier do what is due, lower tiers first, and tends the history.</summary>
    /// <exception cref="HistoryException">Old rows could not be condensed.</exception>
    public void Tick()
    {
        foreach (NodeEngine node in _nodes)
        {
            node.Tick();
        }

        foreach (CenterEngine center in _centers)
        {
            center.Tick();
        }

        DataCenter.Tick();
        PassAcknowledgements();
        TendIfDue();
    }

    /// <summary>Closes, releases and commits everything that is open: the end of a run.</summary>
    /// <exception cref="HistoryException">The last rows could not be stored.</exception>
    public void Flush()
    {
        foreach (NodeEngine node in _nodes)
        {
            node.Flush();
        }

        foreach (CenterEngine center in _centers)
        {
            center.Flush();
        }

        DataCenter.Flush();
        PassAcknowledgements();
    }

    /// <summary>Stops the ticks and closes the history.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _store.Dispose();
    }

    /// <summary>As a data center's host does: makes the history's coarser windows and removes what is too old.</summary>
    private void TendIfDue()
    {
        long nowNs = RunClock.NowNs(_time);
        if (nowNs - _tendedNs < _options.TendNs)
        {
            return;
        }

        _tendedNs = nowNs;
        _store.Tend(nowNs, _options.Retention);
    }

    private void PassAcknowledgements()
    {
        foreach ((DirectLink link, Func<Ack> ack) in _links)
        {
            link.Acknowledged(ack());
            link.Pump();
        }
    }
}
