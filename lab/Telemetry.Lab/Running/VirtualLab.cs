using Grpc.Core;
using Grpc.Core.Interceptors;
using Telemetry.Collector.Chains;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.History;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Polling;
using Telemetry.Controller.App;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Scenarios;
using Telemetry.P4Runtime;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Running;

/// <summary>
/// A whole lab on one thread and one event loop: fabric, controller, the collector's tiers and inference. The clock
/// jumps from event to event, so a minute takes seconds, and equal options give equal results, byte for byte.
/// </summary>
public sealed class VirtualLab : IDisposable
{
    /// <summary>How often convergence is looked at, nanoseconds; traffic starts at a multiple of it.</summary>
    private const long StepNs = 100_000_000;

    /// <summary>Traffic ends this long before the run does, so that every packet's fate is known: longer than full queues on every hop.</summary>
    private const long DrainNs = 500_000_000;

    private static readonly TimeSpan s_readingPeriod = TimeSpan.FromSeconds(1);

    private readonly LabOptions _options;
    private readonly EventLoop _loop = new();
    private readonly CollectorChain _chain;
    private readonly EmbeddedFabric _fabric;
    private readonly ControllerApp _controller;
    private readonly Convergence _convergence;
    private readonly ClusterMap _clusters;
    private readonly List<SwitchPoller> _pollers = [];

    /// <summary>Builds everything; nothing runs yet.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="store">The history; disposed with the lab.</param>
    /// <param name="detector">Judges the ports' windows.</param>
    /// <param name="alerts">When verdicts become an alert.</param>
    /// <exception cref="LabException">An option or the program does not fit.</exception>
    public VirtualLab(LabOptions options, IHistoryStore store, IPortDetector detector, AlertOptions alerts)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        P4Program program = ControllerSetup.LoadProgram(options);
        _clusters = new ClusterMap(options.Topology, program);
        _chain = new CollectorChain(
            _clusters.Chain() with { Connects = (tier, upper) => _fabric!.Management.Connects(tier, upper) }, _loop, store, detector, alerts);
        _fabric = new EmbeddedFabric(_loop, options.Topology, options.Seed, ReportsOf);
        Dictionary<string, CallInvoker> invokers = _fabric.Switches.ToDictionary(
            s => s.Options.Name,
            s => InProcessCallInvoker.For(s.Service, new InProcessOptions { Time = _loop })
                .Intercept(new PowerInterceptor(s.Options.Name, _fabric)),
            StringComparer.Ordinal);
        _controller = new ControllerApp(
            options.Topology, ControllerSetup.Options(program, options), _loop, node => invokers[node.Name]);
        foreach (SwitchNode node in options.Topology.Switches.Where(s => s.RunsP4))
        {
            NodeEngine collector = _chain.Node(_clusters.NodeOf(node.Name));
            _pollers.Add(new SwitchPoller(
                LabInventory.PollerOptions(options.Topology, node), invokers[node.Name], _loop, collector.OnPortCounters));
        }

        _convergence = new Convergence(options.Topology, _controller);
        _controller.LinkChanged += OnLinkChanged;
        _fabric.Drained += drain => _controller.Drain(drain.A, drain.B, drain.Drained);
        _controller.SwitchChanged += status =>
            _chain.Node(_clusters.NodeOf(status.Name)).OnDevice(ControllerSetup.Reading(status));
    }

    /// <summary>Seconds of the run so far; loop's thread.</summary>
    internal double NowSeconds => _loop.NowNs / 1e9;

    /// <summary>Raised with each change of weights, on the loop's thread.</summary>
    internal event Action<Controller.Planning.PortWeights>? WeightsChanged
    {
        add => _controller.WeightsChanged += value;
        remove => _controller.WeightsChanged -= value;
    }

    /// <summary>Runs a lab with a detector of the caller's from start to end.</summary>
    /// <exception cref="LabException">An option, the program or the scenario does not fit, or the switches did not come up.</exception>
    public static LabResult Run(
        LabOptions options, IHistoryStore store, IPortDetector detector, AlertOptions alerts, CancellationToken cancellation = default)
    {
        using VirtualLab lab = new(options, store, detector, alerts);
        return lab.Run(cancellation);
    }

    /// <summary>Runs from start to end; once.</summary>
    /// <exception cref="LabException">The scenario does not fit, or the switches did not come up.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public LabResult Run(CancellationToken cancellation = default)
    {
        // Continuations must run inline on this thread; a context of the caller's would queue them elsewhere.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return RunOnThisThread(cancellation);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SwitchPoller poller in _pollers)
        {
            poller.Dispose();
        }

        _chain.Dispose();
        _loop.Dispose();
    }

    private LabResult RunOnThisThread(CancellationToken cancellation)
    {
        long endNs = (long)(_options.Seconds * 1e9);
        Inventory inventory = LabInventory.Of(_options.Topology, sharedClock: true);
        foreach (NodeEngine node in _chain.Nodes)
        {
            node.SetInventory(inventory);
        }

        _chain.Start();
        using ITimer? readings = _fabric.Routers.Count == 0 ? null
            : _loop.CreateTimer(_ => ReadRouters(), null, s_readingPeriod, s_readingPeriod);
        long convergedNs = Converge(cancellation);
        foreach (SwitchPoller poller in _pollers)
        {
            poller.Start();
        }

        using FeedSubscription? alerts = _options.ClosedLoop is null ? null : _chain.DataCenter.Subscribe("closed loop");
        using ITimer? follow = alerts is null ? null : AlertFeed.Follow(alerts, _controller, _loop);

        _fabric.Start(Plan(convergedNs, endNs - DrainNs));
        _loop.RunUntil(endNs, cancellation);
        cancellation.ThrowIfCancellationRequested();
        _chain.Flush();
        LabResult result = new(
            _options, 0, endNs, _chain.DataCenter.GetTotals(), _fabric.Truth, FabricCounts.Of(_fabric, convergedNs, _loop.EventsRun));

        // Ends the controller's streams while the loop still answers.
        ValueTask stopped = _controller.DisposeAsync();
        for (long at = endNs; !stopped.IsCompleted && at < endNs + (10 * StepNs); at += StepNs)
        {
            _loop.RunUntil(at, CancellationToken.None);
        }

        return stopped.IsCompletedSuccessfully ? result : throw new LabException("the controller did not stop");
    }

    /// <summary>Who takes a switch's reports: its node, as long as a management link leads there.</summary>
    private ReportHandler ReportsOf(SwitchNode node)
    {
        string name = _clusters.NodeOf(node.Name);
        NodeEngine collector = _chain.Node(name);
        return datagram =>
        {
            if (_fabric.Management.Connects(node.Name, name))
            {
                _options.ReportTap?.Invoke(node, datagram.ToArray());
                collector.OnDatagram(datagram);
            }
        };
    }

    /// <summary>What the nodes see of routers and firewalls beside them: that they live.</summary>
    private void ReadRouters()
    {
        foreach (RouterDevice router in _fabric.Routers)
        {
            string name = _clusters.NodeOf(router.Node.Name);
            if (_fabric.Management.Connects(router.Node.Name, name))
            {
                _chain.Node(name).OnDevice(new DeviceReading(router.Node.Name, LabInventory.KindOf(router.Node), DeviceState.Up));
            }
        }
    }

    private ScenarioPlan Plan(long startNs, long endNs)
    {
        if (endNs <= startNs)
        {
            throw new LabException($"{_options.Seconds} seconds are too short: the switches took {startNs / 1e9} of them to come up");
        }

        try
        {
            ScenarioContext context = new(_options.Topology, _options.Seed, startNs, endNs);
            return _options.Plan is { } plan ? plan(context) : ScenarioCatalog.Plan(_options.Scenario, context);
        }
        catch (ArgumentException fault)
        {
            throw new LabException(fault.Message, fault);
        }
    }

    private long Converge(CancellationToken cancellation)
    {
        Task started = _controller.StartAsync(cancellation);
        long limitNs = (long)(_options.ConvergenceSeconds * 1e9);
        for (long at = StepNs; at <= limitNs; at += StepNs)
        {
            _loop.RunUntil(at, cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (started.IsFaulted)
            {
                throw new LabException(started.Exception.InnerException!.Message, started.Exception.InnerException);
            }

            if (started.IsCompleted && _convergence.IsReached)
            {
                return at;
            }
        }

        throw new LabException(
            $"the fabric did not come up within {_options.ConvergenceSeconds} s: {string.Join("; ", _convergence.Missing())}");
    }

    private void OnLinkChanged(LinkChanged change) =>
        _chain.Node(_clusters.NodeOf(change.A.Device)).OnLink(ControllerSetup.Status(change));
}
