using Grpc.Core;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Discovery;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.App;

/// <summary>Keeps one switch at its desired state: whatever changed while it was away is found and mended on return.</summary>
internal sealed partial class SwitchAgent
{
    private readonly ControllerOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<SwitchStatus> _changed;
    private readonly AsyncSignal _work = new();
    private readonly TaskCompletionSource _programmed = new();
    private readonly TaskCompletionSource _ready = new();
    private readonly long _startedNs;
    private readonly long _graceNs;
    private volatile DesiredState _desired = DesiredState.Empty;
    private readonly IFabricKnowledge _fabric;
    private IReadOnlySet<string> _sources = new HashSet<string>();
    private volatile TaskCompletionSource _settled = new();
    private volatile bool _probing;
    private IReadOnlyList<P4Entry>? _lasting;
    private TargetCapabilities _target = TargetCapabilities.Unknown;
    private volatile SwitchStatus _status;

    public SwitchAgent(
        SwitchNode node,
        P4Program program,
        IReadOnlyList<P4Entry>? runtimeEntries,
        ControllerOptions options,
        TimeProvider time,
        Func<SwitchNode, CallInvoker> connect,
        IFabricKnowledge fabric,
        Action<SwitchStatus> changed)
    {
        Node = node;
        Program = program;
        RuntimeEntries = runtimeEntries;
        CanProbe = program.Description.Plays(PuntPlanner.Table)
            && program.Index.PacketMetadata.TryGet("packet_in", out _)
            && program.Index.PacketMetadata.TryGet("packet_out", out _);
        _time = time;
        _changed = changed;
        _fabric = fabric;
        _startedNs = RunClock.NowNs(time);
        _options = options;
        _graceNs = options.ConnectGrace.Ticks * 100;
        _status = new SwitchStatus(node.Name, SwitchState.Connecting, _startedNs, "", 0, 0);
        Switch = new P4Switch(
            new P4SwitchOptions
            {
                Name = node.Name,
                DeviceId = (ulong)node.NodeId,
                ElectionId = options.ElectionId,
                BackoffMinimum = options.BackoffMinimum,
                BackoffMaximum = options.BackoffMaximum,
            },
            () => connect(node),
            time);
        Switch.StateChanged += OnStreamState;
    }

    public SwitchNode Node { get; }

    public P4Program Program { get; }

    /// <summary>Entries of the switch's runtime file; null when routes are computed.</summary>
    public IReadOnlyList<P4Entry>? RuntimeEntries { get; }

    public EcmpGroups Groups { get; } = new();

    public BoundRoutes Bound { get; } = new();

    public P4Switch Switch { get; }

    /// <summary>Whether its program can send and receive link probes.</summary>
    public bool CanProbe { get; }

    public SwitchStatus Status => _status;

    /// <summary>Completes when the switch can take whatever others send it: it has all but what starts INT.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Completes when the switch has its desired state for the first time; fails if it refuses that.</summary>
    public Task Programmed => _programmed.Task;

    /// <summary>Whether it sends probes now.</summary>
    public bool MayProbe => CanProbe && (_probing || _status.State == SwitchState.Primary);

    public Reach Reach => _status.State switch
    {
        _ when !CanProbe => Reach.Unjudged,
        _ when MayProbe => Reach.Probed,
        SwitchState.Lost or SwitchState.Refused => Reach.Gone,
        _ when Switch.State == P4SwitchState.Primary && _status.Connects == 0 => Reach.Unjudged, // being programmed
        SwitchState.Connecting when RunClock.NowNs(_time) - _startedNs > _graceNs => Reach.Gone,
        _ => Reach.Unjudged,
    };

    /// <summary>Completes when the switch has what was demanded last, or cannot be written to now.</summary>
    public Task Settled => _status.State == SwitchState.Primary ? _settled.Task : Task.CompletedTask;

    /// <summary>
    /// What it shall have: entries of its runtime file or routes, then INT and the punt of probes where the program has
    /// the tables for them. Where two name one entry, the runtime file's counts.
    /// </summary>
    public DesiredState Plan(Topology topology, SwitchRoutes routes, PortWeights weights, ControllerOptions options)
    {
        if (_lasting is null)
        {
            (_lasting, _sources) = SwitchPlanner.Lasting(topology, this, options);
        }

        return new DesiredState([.. RuntimeEntries ?? SwitchPlanner.Routes(topology, this, routes, weights, options), .. _lasting]);
    }

    /// <summary>Sets what the switch shall have; it is written as soon as the switch can be.</summary>
    public void Demand(DesiredState desired)
    {
        if (_settled.Task.IsCompleted)
        {
            _settled = new TaskCompletionSource();
        }

        _desired = desired;
    }

    /// <summary>Has a changed demand written now.</summary>
    public void Wake() => _work.Set();

    /// <summary>Runs until cancelled; a bug ends it, fails <see cref="Programmed"/> and is thrown.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await Switch.RunAsync(WhilePrimaryAsync, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            SetStatus(SwitchState.Refused, fault.Message, 0, _status.Connects);
            _ready.TrySetResult(); // others need not wait for it
            _programmed.TrySetException(fault);
            throw;
        }
    }

    private async Task WhilePrimaryAsync(P4Switch client, CancellationToken cancellation)
    {
        try
        {
            _target = await client.TargetAsync(cancellation).ConfigureAwait(false);
            (DesiredState installed, bool isNew) = await BringUpProgramAsync(client, cancellation).ConfigureAwait(false);
            int connects = _status.Connects + 1;
            while (true)
            {
                DesiredState desired = _desired;
                DesiredState next = Fit(isNew ? WithoutSources(desired) : desired);
                await client.ForceAsync(StateDiff.Compute(installed, next), cancellation).ConfigureAwait(false);
                installed = next;
                SetStatus(SwitchState.Primary, "", next.Entries.Count, connects);
                _ready.TrySetResult();
                if (isNew)
                {
                    // A packet with INT on it must meet nobody who cannot take it off.
                    isNew = false;
                    await _fabric.AllReadyAsync(cancellation).ConfigureAwait(false);
                    continue;
                }

                _programmed.TrySetResult();
                if (ReferenceEquals(desired, _desired))
                {
                    _settled.TrySetResult();
                    installed = await IdleAsync(client, installed, cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (P4RuntimeException fault) when (!fault.IsTransient)
        {
            SetStatus(SwitchState.Refused, fault.Message, 0, _status.Connects);
            _ready.TrySetResult(); // others need not wait for it
            _programmed.TrySetException(fault);
            throw;
        }
    }

    /// <summary>Has the switch run its program; what it has then, and whether the program is new to it.</summary>
    private async Task<(DesiredState Installed, bool IsNew)> BringUpProgramAsync(P4Switch client, CancellationToken cancellation)
    {
        ulong? running = await client.Pipeline.ReadCookieAsync(cancellation).ConfigureAwait(false);
        if (running is not null && running != Program.Cookie)
        {
            DesiredState first = Fit(WithoutSources(_desired));
            await client.SwapAsync(Program, first.Entries, cancellation).ConfigureAwait(false);
            return (first, true);
        }

        if (await client.Pipeline.EnsureAsync(Program, cancellation).ConfigureAwait(false))
        {
            return (DesiredState.Empty, true);
        }

        DesiredState installed = new(await client.ReadStateAsync(cancellation).ConfigureAwait(false));

        // What another controller, or this one before, has installed stays until it is known which links are up.
        _probing = true;
        await _fabric.LinksKnownAsync(Node.Name, cancellation).ConfigureAwait(false);
        return (installed, false);
    }

    private DesiredState WithoutSources(DesiredState state) =>
        _sources.Count == 0 ? state : new DesiredState(state.Entries.Where(e => !_sources.Contains(e.Key)));

    /// <summary>What is demanded as this target can have it: where it cannot watch ports, the controller's own routes have to follow links.</summary>
    private DesiredState Fit(DesiredState state) =>
        _target.KnowsWatchedPorts ? state : new DesiredState(state.Entries.Select(e => e.Unwatched));

    private void OnStreamState(P4SwitchState state, string reason)
    {
        _probing = false;
        switch (state)
        {
            case P4SwitchState.Backup:
                SetStatus(SwitchState.Backup, reason, 0, _status.Connects);
                break;
            case P4SwitchState.Disconnected when _status.State == SwitchState.Refused:
                break; // the refusal says more
            case P4SwitchState.Disconnected:
                SetStatus(_status.Connects == 0 ? SwitchState.Connecting : SwitchState.Lost, reason, 0, _status.Connects);
                break;
        }
    }

    private void SetStatus(SwitchState state, string detail, int entries, int connects)
    {
        SwitchStatus former = _status;
        long sinceNs = former.State == state ? former.SinceNs : RunClock.NowNs(_time);
        SwitchStatus status = new(Node.Name, state, sinceNs, detail, entries, connects);
        _status = status;
        if (former.State != state || former.Detail != detail)
        {
            _changed(status);
        }
    }
}
