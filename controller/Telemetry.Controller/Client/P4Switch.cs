using Grpc.Core;
using Grpc.Core.Interceptors;
using P4.V1;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Client;

/// <summary>
/// P4Runtime client of one switch. <see cref="RunAsync"/> keeps a stream with it, claims to be primary and runs a
/// handler while it is; <see cref="ConnectAsync(P4SwitchOptions, string, CancellationToken)"/> does that in the
/// background instead. Over an in-process invoker everything runs on the calling thread.
/// </summary>
public sealed partial class P4Switch : IAsyncDisposable
{
    private readonly P4SwitchOptions _options;
    private readonly Func<CallInvoker> _connect;
    private readonly TimeProvider _time;
    private volatile SwitchSession? _session;
    private UInt128 _electionId;
    private UInt128 _highestElectionId;
    private long _packetsNotSent;

    /// <summary>Creates a client that has no connection yet.</summary>
    /// <param name="options">Name, device and election id, limits.</param>
    /// <param name="connect">Gives the invoker, asked for at every connection attempt.</param>
    /// <param name="time">Clock of waits and timeouts.</param>
    public P4Switch(P4SwitchOptions options, Func<CallInvoker> connect, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumBatch, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.WritesInFlight, 1, nameof(options));
        _options = options;
        _electionId = options.ElectionId;
        _connect = connect;
        _time = time;
        _target = options.Target;
        Pipeline = new P4Pipeline(this);
    }

    /// <summary>Raised after <see cref="State"/> changed, with the reason in words.</summary>
    public event Action<P4SwitchState, string>? StateChanged;

    /// <summary>Name from the options.</summary>
    public string Name => _options.Name;

    /// <summary>State of the stream.</summary>
    public P4SwitchState State { get; private set; }

    /// <summary>Election id that this client claims now.</summary>
    public UInt128 ElectionId => _electionId;

    /// <summary>Highest election id that the switch has told of; 0 before it did.</summary>
    public UInt128 HighestElectionId => _highestElectionId;

    /// <summary>The program of the switch: verify, save, commit, reconcile.</summary>
    public P4Pipeline Pipeline { get; }

    /// <summary>Program whose pipeline the switch runs, once <see cref="Pipeline"/> has seen to it.</summary>
    public P4Program? Program { get; internal set; }

    /// <summary>What a plan or swap of this client left on the switch; null before the first.</summary>
    internal DesiredState? Applied { get; set; }

    internal P4SwitchOptions Options => _options;

    /// <summary>
    /// Connects, and connects again with growing waits whenever the stream ends, until cancelled.
    /// </summary>
    /// <param name="whilePrimary">
    /// Runs each time this client becomes primary; its token is cancelled when it no longer is. If it fails, the
    /// stream is given up, <see cref="StateChanged"/> says why, and all starts again after the wait.
    /// </param>
    /// <param name="cancellation">Ends the loop; the returned task then completes normally, and no state is raised.</param>
    /// <remarks>
    /// When nobody is primary but a former client had a higher election id, one above that is claimed. What the
    /// handler throws besides <see cref="P4RuntimeException"/> and <see cref="RpcException"/> ends the loop.
    /// </remarks>
    public async Task RunAsync(Func<P4Switch, CancellationToken, Task> whilePrimary, CancellationToken cancellation)
    {
        TimeSpan backoff = _options.BackoffMinimum;
        while (!cancellation.IsCancellationRequested)
        {
            string reason;
            bool wasPrimary = false;
            _refusal = null;
            try
            {
                wasPrimary = await RunSessionAsync(whilePrimary, cancellation).ConfigureAwait(false);
                reason = "the switch ended the stream";
            }
            catch (RpcException fault)
            {
                P4RuntimeException? untrusted = Untrusted(fault, "connect");
                _refusal = untrusted is not null ? (untrusted.IsTransient ? null : untrusted)
                    : IsRefusal(fault.StatusCode) ? P4RuntimeException.From(fault, $"{Name}: stream", hint: RefusalHint(fault.StatusCode)) : null;
                reason = untrusted?.Message ?? (fault.Status.Detail.Length > 0 ? $"{fault.StatusCode}: {fault.Status.Detail}" : $"{fault.StatusCode}");
            }
            catch (P4RuntimeException fault)
            {
                _refusal = IsRefusal(fault.Code) ? fault : null;
                reason = fault.Message;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                reason = "stopped";
            }

            if (cancellation.IsCancellationRequested)
            {
                State = P4SwitchState.Disconnected; // as told: nothing to raise
                return;
            }

            SetState(P4SwitchState.Disconnected, reason);

            backoff = wasPrimary ? _options.BackoffMinimum : backoff;
            try
            {
                await InlineDelay.WaitAsync(backoff, _time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            backoff = TimeSpan.FromTicks(Math.Min(backoff.Ticks * 2, _options.BackoffMaximum.Ticks));
        }
    }

    private async Task<bool> RunSessionAsync(
        Func<P4Switch, CancellationToken, Task> whilePrimary, CancellationToken cancellation)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        P4.V1.P4Runtime.P4RuntimeClient client = new(_connect().Intercept(WriteEncoding.Instance));
        if (_options.ElectionId == 0)
        {
            await ObserveAsync(client, ending).ConfigureAwait(false);
            return true;
        }

        using AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> call =
            client.StreamChannel(cancellationToken: ending.Token);
        StreamSender sender = new(call.RequestStream, _options.SendBuffer);
        using SwitchSession session = new(client, sender, ending);
        _session = session;
        try
        {
            await CheckRoleAsync(ending.Token).ConfigureAwait(false);
            Claim(session);
            while (await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                OnMessage(call.ResponseStream.Current, session, whilePrimary);
            }
        }
        catch (RpcException) when (session.Fault is { } fault)
        {
            fault.Throw(); // the handler's own failure ended the stream
        }
        finally
        {
            _session = null;
            session.EndHandler();
            ending.Cancel(); // not CancelAsync: its callbacks would leave the loop's thread
            await sender.StopAsync().ConfigureAwait(false);
            Interlocked.Add(ref _packetsNotSent, sender.Dropped);
            await session.Handler.ConfigureAwait(false);
        }

        return session.HandlerRan;
    }

    /// <summary>A target without roles would take the claim for one to everything.</summary>
    private async Task CheckRoleAsync(CancellationToken cancellation)
    {
        if (_options.Role.Length > 0 && await TargetAsync(cancellation).ConfigureAwait(false) is { Roles: false } target)
        {
            throw new P4RuntimeException(
                StatusCode.Unimplemented, $"{Name}: stream", $"role {_options.Role}: {target.Name} has no roles but the default one", [], null);
        }
    }

    /// <summary>Calls go through, but no stream takes part in the election.</summary>
    private async Task ObserveAsync(P4.V1.P4Runtime.P4RuntimeClient client, CancellationTokenSource ending)
    {
        using SwitchSession session = new(client, null, ending);
        _session = session;
        try
        {
            await Pipeline.ReadCookieAsync(ending.Token).ConfigureAwait(false); // fails where nobody answers
            SetState(P4SwitchState.Observer, "");
            await InlineDelay.WaitAsync(Timeout.InfiniteTimeSpan, _time, ending.Token).ConfigureAwait(false);
        }
        finally
        {
            _session = null;
        }
    }

    private void OnMessage(
        StreamMessageResponse message, SwitchSession session, Func<P4Switch, CancellationToken, Task> whilePrimary)
    {
        if (message.UpdateCase == StreamMessageResponse.UpdateOneofCase.Arbitration)
        {
            OnArbitration(message.Arbitration, session, whilePrimary);
        }
        else
        {
            OnStreamMessage(message);
        }
    }

    private void OnArbitration(
        MasterArbitrationUpdate update, SwitchSession session, Func<P4Switch, CancellationToken, Task> whilePrimary)
    {
        UInt128 highest = update.ElectionId is { } id ? new UInt128(id.High, id.Low) : 0;
        _highestElectionId = highest;
        if (update.Status is null or { Code: (int)StatusCode.OK })
        {
            SetState(P4SwitchState.Primary, "");
            session.StartHandler(token => whilePrimary(this, token));
            return;
        }

        session.EndHandler();
        if (update.Status.Code == (int)StatusCode.NotFound && highest > _electionId)
        {
            // Nobody is primary, and nobody below the highest id ever seen may be (specification 1.5, section 5).
            _electionId = highest + 1;
            Claim(session);
            return;
        }

        SetState(P4SwitchState.Backup, $"another client is primary (election id {highest}); this one claims {_electionId}");
    }

    private void Claim(SwitchSession session)
    {
        MasterArbitrationUpdate arbitration = new() { DeviceId = _options.DeviceId, ElectionId = ElectionIdProto() };
        if (_options.Role.Length > 0 || _options.RoleConfig is not null)
        {
            arbitration.Role = new Role { Name = _options.Role, Config = _options.RoleConfig };
        }

        session.Sender!.TrySend(new StreamMessageRequest { Arbitration = arbitration });
    }

    private void SetState(P4SwitchState state, string reason)
    {
        State = state;
        StateChanged?.Invoke(state, reason);
    }

    private Uint128? ElectionIdProto() => _electionId == 0 ? null : new() { High = (ulong)(_electionId >> 64), Low = (ulong)_electionId };
}
