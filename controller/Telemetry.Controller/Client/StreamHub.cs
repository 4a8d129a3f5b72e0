namespace Telemetry.Controller.Client;

/// <summary>The readers of one kind of message.</summary>
internal sealed class StreamHub<T>
    where T : class
{
    private readonly Lock _gate = new();
    private StreamSubscription<T>[] _subscriptions = [];

    public StreamSubscription<T> Subscribe(Func<T, bool>? filter, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        StreamSubscription<T> subscription = new(capacity, filter, gone =>
        {
            lock (_gate)
            {
                _subscriptions = [.. _subscriptions.Where(s => s != gone)];
            }
        });
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }

        return subscription;
    }

    /// <summary>True if a reader took it and none that wanted it had to drop it.</summary>
    public bool Publish(T message)
    {
        bool taken = false;
        bool dropped = false;
        foreach (StreamSubscription<T> subscription in _subscriptions)
        {
            bool? offered = subscription.Offer(message);
            taken |= offered == true;
            dropped |= offered == false;
        }

        return taken && !dropped;
    }

    public void Complete()
    {
        foreach (StreamSubscription<T> subscription in _subscriptions)
        {
            subscription.Complete();
        }
    }
}
