using System.Threading.Channels;

namespace Telemetry.Controller.Client;

/// <summary>
/// Messages of one switch's stream for one reader, over a bounded buffer: one that finds it full is dropped and
/// counted, so that a slow reader never holds up the stream.
/// </summary>
public sealed class StreamSubscription<T> : IDisposable
    where T : class
{
    private readonly Channel<T> _channel;
    private readonly Func<T, bool>? _filter;
    private readonly Action<StreamSubscription<T>> _unsubscribe;
    private long _dropped;

    internal StreamSubscription(int capacity, Func<T, bool>? filter, Action<StreamSubscription<T>> unsubscribe)
    {
        _filter = filter;
        _unsubscribe = unsubscribe;
        _channel = Channel.CreateBounded<T>(
            new BoundedChannelOptions(capacity)
            {
                FullMode = BoundedChannelFullMode.Wait, // TryWrite then says no, and the one that is refused is counted
                SingleReader = true,
                AllowSynchronousContinuations = true, // in virtual time the reader runs on the loop's thread
            });
    }

    /// <summary>Messages that found the buffer full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The messages; ends when the subscription or its switch is disposed.</summary>
    public IAsyncEnumerable<T> ReadAllAsync(CancellationToken cancellation = default) =>
        _channel.Reader.ReadAllAsync(cancellation);

    /// <summary>Takes a waiting message, if there is one.</summary>
    public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? message) =>
        _channel.Reader.TryRead(out message);

    /// <summary>Ends the subscription.</summary>
    public void Dispose()
    {
        _unsubscribe(this);
        _channel.Writer.TryComplete();
    }

    /// <summary>False if the message was for this reader and found no room; null if it was not for it.</summary>
    internal bool? Offer(T message)
    {
        if (_filter is not null && !_filter(message))
        {
            return null;
        }

        if (_channel.Writer.TryWrite(message))
        {
            return true;
        }

        Interlocked.Increment(ref _dropped);
        return false;
    }

    internal void Complete() => _channel.Writer.TryComplete();
}
