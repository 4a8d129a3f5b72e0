using System.Threading.Channels;

namespace Telemetry.Collector.Hosting;

/// <summary>
/// Bounded queue of datagrams between a socket and its reader; its buffers are made once. When it is full the newest
/// datagram is dropped and counted: the oldest ones are about to be read.
/// </summary>
internal sealed class DatagramRing
{
    private readonly byte[][] _buffers;
    private readonly Channel<Slot> _filled;
    private readonly Channel<int> _free;
    private long _dropped;
    private int _waiting;

    /// <summary>Creates an empty one.</summary>
    /// <param name="capacity">Datagrams held at most.</param>
    /// <param name="datagramBytes">Longest datagram.</param>
    public DatagramRing(int capacity, int datagramBytes)
    {
        _buffers = new byte[capacity][];
        UnboundedChannelOptions one = new() { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = false };

        // Bounded by the number of buffers: each is in exactly one of the two.
        _filled = Channel.CreateUnbounded<Slot>(one);
        _free = Channel.CreateUnbounded<int>(one);
        for (int i = 0; i < capacity; i++)
        {
            _buffers[i] = GC.AllocateUninitializedArray<byte>(datagramBytes, pinned: true);
            _free.Writer.TryWrite(i);
        }
    }

    /// <summary>Datagrams dropped because all buffers were in use.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Datagrams that wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Copies a datagram in, or counts it as dropped. One thread.</summary>
    public void Add(ReadOnlySpan<byte> datagram)
    {
        if (!_free.Reader.TryRead(out int index))
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        datagram.CopyTo(_buffers[index]);
        Interlocked.Increment(ref _waiting);
        _filled.Writer.TryWrite(new Slot(index, datagram.Length));
    }

    /// <summary>Completes when a datagram waits.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _filled.Reader.WaitToReadAsync(cancellation);

    /// <summary>The oldest datagram; hand it back with <see cref="Release"/>. One thread.</summary>
    public bool TryTake(out Slot slot)
    {
        if (!_filled.Reader.TryRead(out slot))
        {
            return false;
        }

        Interlocked.Decrement(ref _waiting);
        return true;
    }

    public ReadOnlySpan<byte> Bytes(Slot slot) => _buffers[slot.Index].AsSpan(0, slot.Length);

    public void Release(Slot slot) => _free.Writer.TryWrite(slot.Index);

    public readonly record struct Slot(int Index, int Length);
}
