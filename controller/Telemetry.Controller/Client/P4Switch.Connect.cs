using Grpc.Core;
using Grpc.Net.Client;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Client;

/// <summary>A client that keeps its stream in the background.</summary>
public sealed partial class P4Switch
{
    private readonly CancellationTokenSource _ending = new();
    private volatile P4RuntimeException? _refusal;
    private IDisposable? _owned;
    private Task? _running;

    /// <summary>
    /// Connects over TCP and returns when the switch has said who is primary; dispose the client to end it. The
    /// stream is kept up in the background: after a loss it comes back, with the calls in between failing as unavailable.
    /// </summary>
    /// <param name="options">Name, device and election id, limits.</param>
    /// <param name="address">host:port.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="P4RuntimeException">Nobody answers in time, the switch is not trusted, or it refuses the stream.</exception>
    /// <exception cref="IOException">A certificate file cannot be used.</exception>
    public static Task<P4Switch> ConnectAsync(P4SwitchOptions options, string address, CancellationToken cancellation = default)
    {
        GrpcChannel channel = SwitchChannel.Create(address, options.Tls);
        CallInvoker invoker = channel.CreateCallInvoker();
        return ConnectAsync(options, () => invoker, TimeProvider.System, channel, cancellation);
    }

    /// <summary>Like <see cref="ConnectAsync(P4SwitchOptions, string, CancellationToken)"/>, over given invokers.</summary>
    /// <param name="options">Name, device and election id, limits.</param>
    /// <param name="connect">Gives the invoker, asked for at every connection attempt.</param>
    /// <param name="time">Clock of waits and timeouts.</param>
    /// <param name="owned">Disposed with the client; may be null.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="P4RuntimeException">Nobody answers in time, or the switch refuses the stream.</exception>
    public static async Task<P4Switch> ConnectAsync(
        P4SwitchOptions options, Func<CallInvoker> connect, TimeProvider time, IDisposable? owned, CancellationToken cancellation = default)
    {
        P4Switch client = new(options, connect, time) { _owned = owned };
        try
        {
            await client.StartAsync(cancellation).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Completes once this client is primary; at once if it is.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task WaitForPrimaryAsync(CancellationToken cancellation = default)
    {
        TaskCompletionSource primary = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnState(P4SwitchState state, string reason)
        {
            if (state == P4SwitchState.Primary)
            {
                primary.TrySetResult();
            }
        }

        StateChanged += OnState;
        try
        {
            OnState(State, "");
            await primary.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            StateChanged -= OnState;
        }
    }

    /// <summary>Ends the stream and every subscription.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_ending.IsCancellationRequested)
        {
            await _ending.CancelAsync().ConfigureAwait(false);
            if (_running is not null)
            {
                await _running.ConfigureAwait(false);
            }

            EndStreams();
            _owned?.Dispose();
            _ending.Dispose();
        }
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string last = "no answer";
        void OnState(P4SwitchState state, string reason)
        {
            last = reason;
            if (state != P4SwitchState.Disconnected)
            {
                settled.TrySetResult();
            }
            else if (_refusal is { } fault)
            {
                settled.TrySetException(fault);
            }
        }

        StateChanged += OnState;
        try
        {
            _running = RunAsync(HoldAsync, _ending.Token);
            await settled.Task.WaitAsync(_options.ConnectTimeout, _time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new P4RuntimeException(
                StatusCode.Unavailable,
                $"{Name}: connect",
                $"no switch answered within {_options.ConnectTimeout.TotalSeconds} s ({last.ReplaceLineEndings(" ")})",
                [],
                null);
        }
        finally
        {
            StateChanged -= OnState;
        }
    }

    private static async Task HoldAsync(P4Switch client, CancellationToken cancellation)
    {
        TaskCompletionSource held = new();
        await using CancellationTokenRegistration end = cancellation.Register(() => held.TrySetCanceled(cancellation));
        await held.Task.ConfigureAwait(false);
    }

    /// <summary>Trying again would not help.</summary>
    private static bool IsRefusal(StatusCode code) => code is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Aborted);

    private string RefusalHint(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.AlreadyExists =>
            $"another client may have election id {_electionId}: claim another one",
        StatusCode.NotFound => $"the switch has another device id than {_options.DeviceId}",
        _ => "",
    };
}
