using Grpc.Core;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

/// <summary>
/// Programs the switches of a topology and keeps them so: connects, becomes primary, pushes pipelines, installs
/// routes and INT roles, watches links by probes and routes around those that fail. In virtual time everything runs
/// on the thread that advances the clock.
/// </summary>
public sealed class ControllerApp : IAsyncDisposable
{
    private readonly Topology _topology;
    private readonly ControllerOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<SwitchNode, CallInvoker> _connect;

    /// <summary>Creates a controller that has contacted nobody yet.</summary>
    /// <param name="topology">What to program.</param>
    /// <param name="options">Program, reports, INT and probing.</param>
    /// <param name="time">The only clock and source of timers.</param>
    /// <param name="connect">Gives a call invoker to a switch; called at every connection attempt.</param>
    public ControllerApp(
        Topology topology, ControllerOptions options, TimeProvider time, Func<SwitchNode, CallInvoker> connect)
    {
        _topology = topology;
        _options = options;
        _time = time;
        _connect = connect;
    }

    /// <summary>Raised when a switch-to-switch link goes up (also at first) or down, on the thread that found out.</summary>
    public event Action<LinkChanged>? LinkChanged;

    /// <summary>Raised with the new status when a switch's state changes.</summary>
    public event Action<SwitchStatus>? SwitchChanged;

    /// <summary>Newest state of every switch, in the topology's order; a snapshot.</summary>
    public IReadOnlyList<SwitchStatus> Switches =>
        [.. _topology.Switches.Select(s => new SwitchStatus(s.Name, SwitchState.Connecting, 0, "", 0, 0))];

    /// <summary>
    /// Checks programs and runtime files, then connects to all switches. Completes when each is programmed for the
    /// first time; in virtual time that is before the call returns, if all switches answer.
    /// </summary>
    /// <exception cref="Inputs.InputException">A program or runtime file has faults; nothing was contacted.</exception>
    public Task StartAsync(CancellationToken cancellation = default)
    {
        _ = (_options, _time, _connect, LinkChanged, SwitchChanged);
        return Task.FromException(new NotSupportedException("the controller's connection is being landed"));
    }

    /// <summary>Stops probing, gives up every stream and awaits all that runs.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
