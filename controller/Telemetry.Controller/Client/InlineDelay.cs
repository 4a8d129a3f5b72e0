namespace Telemetry.Controller.Client;

/// <summary>
/// A wait whose end, also by cancellation, continues on the thread that caused it. <see cref="Task.Delay(TimeSpan, TimeProvider, CancellationToken)"/>
/// hands cancellation to the thread pool, which virtual time must not use.
/// </summary>
internal static class InlineDelay
{
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task WaitAsync(TimeSpan delay, TimeProvider time, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        TaskCompletionSource waiter = new();
        using ITimer timer = time.CreateTimer(_ => waiter.TrySetResult(), null, delay, Timeout.InfiniteTimeSpan);
        using CancellationTokenRegistration registration =
            cancellation.Register(() => waiter.TrySetCanceled(cancellation));
        await waiter.Task.ConfigureAwait(false);
    }
}
