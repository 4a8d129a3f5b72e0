using Grpc.Core;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Discovery;
using Telemetry.Controller.Hosts;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

/// <summary>
/// Programs the switches of a topology and keeps them so: connects, becomes primary, pushes pipelines, installs
/// routes and INT roles, watches links by probes and routes around those that fail. In virtual time everything runs
/// on the thread that advances the clock.
/// </summary>
public sealed partial class ControllerApp : IFabricKnowledge, IAsyncDisposable
{
    private readonly Topology _topology;
    private readonly ControllerOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<SwitchNode, CallInvoker> _connect;
    private readonly LinkMonitor _links;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private IReadOnlyList<SwitchAgent> _agents = [];
    private Task[] _running = [];
    private bool _disposed;

    /// <summary>Creates a controller that has contacted nobody yet.</summary>
    /// <param name="topology">What to program.</param>
    /// <param name="options">Program, reports, INT and probing.</param>
    /// <param name="time">The only clock and source of timers.</param>
    /// <param name="connect">Gives a call invoker to a switch; called at every connection attempt.</param>
    public ControllerApp(
        Topology topology, ControllerOptions options, TimeProvider time, Func<SwitchNode, CallInvoker> connect)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.ProbeInterval, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ProbesMissedForDown, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ProbesGoodForUp, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.IntervalsSilentForLost, 1, nameof(options));
        if (options.DriftCheck is { } check)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(check, TimeSpan.FromMilliseconds(100), nameof(options));
        }

        _topology = topology;
        _hostNetwork = new HostNetwork(topology);
        _hosts = options.Hosts is null ? null : new HostTable(options.Hosts);
        _options = options;
        _time = time;
        _connect = connect;
        _links = new LinkMonitor(topology, new LinkMonitorOptions(
            options.ProbesMissedForDown,
            options.ProbesGoodForUp,
            options.IntervalsSilentForLost,
            options.ProbeInterval.Ticks * 100,
            options.ProbeSlack.Ticks * 100));
        _probes = new ProbeBook(topology, options.ProbeKey);
        options.ClosedLoop?.Validate();
        _shifter = options.ClosedLoop is null ? null : new LoadShifter(options.ClosedLoop);
    }

    /// <summary>Raised when a switch-to-switch link goes up (also at first) or down, on the thread that found out.</summary>
    public event Action<LinkChanged>? LinkChanged;

    /// <summary>Raised with the new status when a switch's state changes, on the thread that found out.</summary>
    public event Action<SwitchStatus>? SwitchChanged;

    /// <summary>Raised with the switch's name when it is found that another client changed an entry, on the thread that found out.</summary>
    public event Action<string, Drift>? DriftFound;

    /// <summary>Newest state of every switch, in the topology's order; a snapshot. Empty before the start.</summary>
    public IReadOnlyList<SwitchStatus> Switches => [.. _agents.Select(a => a.Status)];

    /// <summary>Newest state of every switch-to-switch link, in the topology's order; a snapshot.</summary>
    public IReadOnlyList<LinkStatus> Links
    {
        get
        {
            lock (_gate)
            {
                return _links.Links;
            }
        }
    }

    /// <summary>Checks the switches' programs and runtime files as a start does, before there is any switch.</summary>
    /// <exception cref="Inputs.InputException">A program or runtime file has faults; all are listed.</exception>
    public static void CheckInputs(Topology topology, ControllerOptions options) => new AgentFactory(options).Load(topology);

    /// <summary>
    /// Checks programs and runtime files, then connects to all switches. Completes when each is programmed for the
    /// first time; in virtual time that is before the call returns, if all switches answer.
    /// </summary>
    /// <exception cref="Inputs.InputException">A program or runtime file has faults; nothing was contacted.</exception>
    /// <exception cref="P4Runtime.Errors.P4RuntimeException">A switch refused its program or an entry.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the controller keeps trying until disposed.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_timer is not null)
        {
            throw new InvalidOperationException("the controller was started before");
        }

        _agents = new AgentFactory(_options).Create(
            _topology, _time, _connect, this, status => SwitchChanged?.Invoke(status));
        foreach (SwitchAgent agent in _agents)
        {
            agent.Switch.PacketReceived += packet => OnPacket(agent, packet);
            agent.OnDrift = drift => DriftFound?.Invoke(agent.Node.Name, drift);
        }

        PlanFirst();
        StartProbing();
        _running = [.. _agents.Select(agent => agent.RunAsync(_stopping.Token))];
        await Task.WhenAll(_agents.Select(a => a.Programmed)).WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Stops probing, gives up every stream and awaits all that runs; what was installed stays.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await StopProbingAsync().ConfigureAwait(false);
        _stopping.Cancel(); // not CancelAsync: its callbacks would leave the loop's thread
        await Task.WhenAll(_running).ConfigureAwait(false);
        await _rollingOut.ConfigureAwait(false);
        _stopping.Dispose();
    }
}
