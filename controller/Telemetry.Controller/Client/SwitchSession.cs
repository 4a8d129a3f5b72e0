using System.Runtime.ExceptionServices;

namespace Telemetry.Controller.Client;

/// <summary>One stream and the handler that runs while it is primary; an observer has no stream.</summary>
internal sealed class SwitchSession(
    P4.V1.P4Runtime.P4RuntimeClient client, StreamSender? sender, CancellationTokenSource ending)
    : IDisposable
{
    private CancellationTokenSource? _handling;

    public P4.V1.P4Runtime.P4RuntimeClient Client { get; } = client;

    public StreamSender? Sender { get; } = sender;

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
