using System.Threading.Channels;

namespace Telemetry.Controller.Client;

/// <summary>
/// Packets of one switch for one reader, over a bounded buffer: a packet that finds it full is dropped and counted,
/// so that a slow reader never holds up the stream.
/// </summary>
public sealed class PacketSubscription : IDisposable
{
    private readonly Channel<ReceivedPacket> _channel;
    private readonly Func<ReceivedPacket, bool>? _filter;
    private readonly Action<PacketSubscription> _unsubscribe;
    private long _dropped;

    internal PacketSubscription(int capacity, Func<ReceivedPacket, bool>? filter, Action<PacketSubscription> unsubscribe)
    {
        _filter = filter;
        _unsubscribe = unsubscribe;
        _channel = Channel.CreateBounded<ReceivedPacket>(
            new BoundedChannelOptions(capacity)
            {
                FullMode = BoundedChannelFullMode.DropWrite,
                SingleReader = true,
                AllowSynchronousContinuations = true, // in virtual time the reader runs on the loop's thread
            },
            _ => Interlocked.Increment(ref _dropped));
    }

    /// <summary>Packets that found the buffer full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The packets; ends when the subscription or its switch is disposed.</summary>
    public IAsyncEnumerable<ReceivedPacket> ReadAllAsync(CancellationToken cancellation = default) =>
        _channel.Reader.ReadAllAsync(cancellation);

    /// <summary>Takes a waiting packet, if there is one.</summary>
    public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ReceivedPacket? packet) =>
        _channel.Reader.TryRead(out packet);

    /// <summary>Ends the subscription.</summary>
    public void Dispose()
    {
        _unsubscribe(this);
        _channel.Writer.TryComplete();
    }

    internal void Offer(ReceivedPacket packet)
    {
        if (_filter is null || _filter(packet))
        {
            _channel.Writer.TryWrite(packet);
        }
    }
}
