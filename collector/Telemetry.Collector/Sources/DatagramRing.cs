namespace Telemetry.Collector.Sources;

/// <summary>
/// Bounded queue of datagrams between one receiving thread and one that decodes. The receiver writes into the queue's own buffers; while the queue is full it does
/// not read, so that the system's buffer fills and the system counts what it drops.
/// </summary>
internal sealed class DatagramRing
{
    private readonly byte[][] _buffers;
    private readonly int[] _lengths;
    private readonly UInt128[] _senders;
    private long _written;
    private long _read;

    /// <summary>Creates an empty one.</summary>
    /// <param name="capacity">Datagrams held at most.</param>
    /// <param name="datagramBytes">Longest datagram.</param>
    public DatagramRing(int capacity, int datagramBytes)
    {
        _buffers = new byte[capacity][];
        for (int i = 0; i < capacity; i++)
        {
            _buffers[i] = GC.AllocateUninitializedArray<byte>(datagramBytes, pinned: true);
        }

        _lengths = new int[capacity];
        _senders = new UInt128[capacity];
    }

    /// <summary>Datagrams that wait now.</summary>
    public int Waiting => (int)(Volatile.Read(ref _written) - Volatile.Read(ref _read));

    /// <summary>Datagrams that went through.</summary>
    public long Passed => Volatile.Read(ref _read);

    /// <summary>Receiver: free buffers in a row, with the places of what they will hold; empty while the queue is full.</summary>
    public ReadOnlySpan<byte[]> Free(int most, out Span<int> lengths, out Span<UInt128> senders)
    {
        long written = _written;
        int at = (int)(written % _buffers.Length);
        int free = _buffers.Length - (int)(written - Volatile.Read(ref _read));
        int count = Math.Min(Math.Min(free, most), _buffers.Length - at);
        lengths = _lengths.AsSpan(at, count);
        senders = _senders.AsSpan(at, count);
        return _buffers.AsSpan(at, count);
    }

    /// <summary>Receiver: the first of those buffers are filled.</summary>
    public void Filled(int count) => Volatile.Write(ref _written, _written + count);

    /// <summary>Reader: the oldest datagram; false when none waits. A length of -1 is one that did not fit a buffer.</summary>
    public bool TryPeek(out ReadOnlySpan<byte> datagram, out int length, out UInt128 sender)
    {
        if (_read == Volatile.Read(ref _written))
        {
            datagram = default;
            length = 0;
            sender = 0;
            return false;
        }

        int at = (int)(_read % _buffers.Length);
        (length, sender) = (_lengths[at], _senders[at]);
        datagram = _buffers[at].AsSpan(0, Math.Max(0, length));
        return true;
    }

    /// <summary>Reader: done with the oldest.</summary>
    public void Release() => Volatile.Write(ref _read, _read + 1);
}
