namespace Telemetry.Collector.Delivery;

/// <summary>Lets any number of waiters sleep until something they look for may have changed.</summary>
internal sealed class ArrivalSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiters;

    /// <summary>Wakes everyone who waits.</summary>
    public void Raise()
    {
        TaskCompletionSource? waiters;
        lock (_lock)
        {
            waiters = _waiters;
            _waiters = null;
        }

        waiters?.SetResult();
    }

    /// <summary>Completes once the condition holds; it is looked at now and after every <see cref="Raise"/>.</summary>
    public async Task WaitAsync(Func<bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                _waiters ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                next = _waiters.Task;
            }

            // Looked at after joining, so that a change in between is not missed.
            if (condition())
            {
                return;
            }

            await next.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
