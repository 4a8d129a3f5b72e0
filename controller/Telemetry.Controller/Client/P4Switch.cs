using System.Runtime.ExceptionServices;
using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Client;

/// <summary>
/// P4Runtime client of one switch. <see cref="RunAsync"/> keeps a stream with it, claims to be primary and runs a
/// handler while it is; the other members are for that handler. Over an in-process invoker everything runs on the
/// calling thread.
/// </summary>
public sealed partial class P4Switch
{
    private readonly P4SwitchOptions _options;
    private readonly Func<CallInvoker> _connect;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private volatile Session? _session;
    private UInt128 _electionId;
    private long _packetsNotSent;

    /// <summary>Creates a client that has no connection yet.</summary>
    /// <param name="options">Name, device and election id, limits.</param>
    /// <param name="connect">Gives the invoker, asked for at every connection attempt.</param>
    /// <param name="time">Clock of waits and timeouts.</param>
    public P4Switch(P4SwitchOptions options, Func<CallInvoker> connect, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(options.ElectionId, UInt128.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumBatch, 1, nameof(options));
        _options = options;
        _electionId = options.ElectionId;
        _connect = connect;
        _time = time;
    }

    /// <summary>Raised after <see cref="State"/> changed, with the reason in words.</summary>
    public event Action<P4SwitchState, string>? StateChanged;

    /// <summary>Raised for every packet-in on the thread that reads the stream; handlers return at once.</summary>
    public event Action<ReceivedPacket>? PacketReceived;

    /// <summary>Name from the options.</summary>
    public string Name => _options.Name;

    /// <summary>State of the stream.</summary>
    public P4SwitchState State { get; private set; }

    /// <summary>Program whose pipeline the switch runs, once <see cref="EnsurePipelineAsync"/> has seen to it.</summary>
    public P4Program? Program { get; private set; }

    /// <summary>Packets that were to be sent but found no stream or a full buffer.</summary>
    public long PacketsNotSent => Interlocked.Read(ref _packetsNotSent) + (_session?.Sender.Dropped ?? 0);

    /// <summary>Errors that the switch reported on the stream, e.g. for a packet-out without its fields.</summary>
    public long StreamErrors { get; private set; }

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
            try
            {
                wasPrimary = await RunSessionAsync(whilePrimary, cancellation).ConfigureAwait(false);
                reason = "the switch ended the stream";
            }
            catch (RpcException fault)
            {
                reason = fault.Status.Detail.Length > 0 ? $"{fault.StatusCode}: {fault.Status.Detail}" : $"{fault.StatusCode}";
            }
            catch (P4RuntimeException fault)
            {
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
        P4.V1.P4Runtime.P4RuntimeClient client = new(_connect());
        using AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> call =
            client.StreamChannel(cancellationToken: ending.Token);
        using Session session = new(client, new StreamSender(call.RequestStream, _options.SendBuffer), ending);
        _session = session;
        Claim(session);
        try
        {
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
            await session.Sender.StopAsync().ConfigureAwait(false);
            Interlocked.Add(ref _packetsNotSent, session.Sender.Dropped);
            await session.Handler.ConfigureAwait(false);
        }

        return session.HandlerRan;
    }

    private void OnMessage(
        StreamMessageResponse message, Session session, Func<P4Switch, CancellationToken, Task> whilePrimary)
    {
        switch (message.UpdateCase)
        {
            case StreamMessageResponse.UpdateOneofCase.Arbitration:
                OnArbitration(message.Arbitration, session, whilePrimary);
                break;
            case StreamMessageResponse.UpdateOneofCase.Packet:
                OnPacket(message.Packet);
                break;
            case StreamMessageResponse.UpdateOneofCase.Error:
                StreamErrors++;
                break;
        }
    }

    private void OnArbitration(
        MasterArbitrationUpdate update, Session session, Func<P4Switch, CancellationToken, Task> whilePrimary)
    {
        if (update.Status is null or { Code: (int)StatusCode.OK })
        {
            SetState(P4SwitchState.Primary, "");
            session.StartHandler(token => whilePrimary(this, token));
            return;
        }

        session.EndHandler();
        UInt128 highest = update.ElectionId is { } id ? new UInt128(id.High, id.Low) : 0;
        if (update.Status.Code == (int)StatusCode.NotFound && highest > _electionId)
        {
            // Nobody is primary, and nobody below the highest id ever seen may be (specification 1.5, section 5).
            _electionId = highest + 1;
            Claim(session);
            return;
        }

        SetState(P4SwitchState.Backup, $"another client is primary (election id {highest}); this one claims {_electionId}");
    }

    private void Claim(Session session) => session.Sender.TrySend(new StreamMessageRequest
    {
        Arbitration = new MasterArbitrationUpdate { DeviceId = _options.DeviceId, ElectionId = ElectionId() },
    });

    private void SetState(P4SwitchState state, string reason)
    {
        State = state;
        StateChanged?.Invoke(state, reason);
    }

    private Uint128 ElectionId() =>
        new() { High = (ulong)(_electionId >> 64), Low = (ulong)_electionId };

    /// <summary>One stream and the handler that runs while it is primary.</summary>
    private sealed class Session(
        P4.V1.P4Runtime.P4RuntimeClient client, StreamSender sender, CancellationTokenSource ending)
        : IDisposable
    {
        private CancellationTokenSource? _handling;

        public P4.V1.P4Runtime.P4RuntimeClient Client { get; } = client;

        public StreamSender Sender { get; } = sender;

        public Task Handler { get; private set; } = Task.CompletedTask;

        public bool HandlerRan { get; private set; }

        public ExceptionDispatchInfo? Fault { get; private set; }

        public void StartHandler(Func<CancellationToken, Task> handler)
        {
            if (_handling is not null)
            {
                return;
            }

            _handling = new CancellationTokenSource();
            Handler = RunAfterAsync(Handler, handler, _handling.Token);
        }

        public void EndHandler()
        {
            _handling?.Cancel();
            _handling?.Dispose();
            _handling = null;
        }

        public void Dispose() => EndHandler();

        private async Task RunAfterAsync(Task former, Func<CancellationToken, Task> handler, CancellationToken token)
        {
            try
            {
                await former.ConfigureAwait(false);
                await handler(token).ConfigureAwait(false);
                HandlerRan = true;
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                HandlerRan = true; // it ran until it was told to stop
            }
#pragma warning disable CA1031 // thrown again where the session ends
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Fault = ExceptionDispatchInfo.Capture(fault);
                ending.Cancel(); // not CancelAsync: its callbacks would leave the loop's thread
            }
        }
    }
}
