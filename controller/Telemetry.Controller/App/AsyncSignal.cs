namespace Telemetry.Controller.App;

/// <summary>
/// Wakes one waiter; a signal that nobody waits for is kept, several are one. The waiter goes on inside
/// <see cref="Set"/>, on the caller's thread, which virtual time needs.
/// </summary>
internal sealed class AsyncSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiter;
    private bool _set;

    public void Set()
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
            _set = waiter is null;
        }

        waiter?.TrySetResult();
    }

    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_set)
            {
                _set = false;
                return;
            }

            _waiter = waiter = new TaskCompletionSource();
        }

        using CancellationTokenRegistration registration =
            cancellation.Register(() => waiter.TrySetCanceled(cancellation));
        await waiter.Task.ConfigureAwait(false);
    }
}
