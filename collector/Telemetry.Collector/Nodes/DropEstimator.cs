namespace Telemetry.Collector.Nodes;

/// <summary>
/// Packets that a port's queue dropped, from counters that only say how many went in and came out: the difference
/// minus what waits. How many wait is known from the switch, or is nothing after a pause in which the queue drained, or
/// is bounded by the depths that INT saw, or by the queue's capacity. So the figure lags behind the truth while a queue
/// is busy, by what the queue may hold, and is exact after a pause; it never runs ahead and never shrinks.
/// </summary>
internal sealed class DropEstimator
{
    // Link probes alone do not make a queue.
    private const ulong SparsePackets = 16;
    private const int Readings = 3;

    private readonly ulong[] _gaps = new ulong[Readings];
    private int _count;
    private ulong _lastEntered;

    /// <summary>Packets dropped for certain since the switch's start or reset.</summary>
    public ulong Dropped { get; private set; }

    /// <summary>Takes a reading.</summary>
    /// <param name="entered">Packets handed to the queue since the switch's start.</param>
    /// <param name="left">Packets that left it.</param>
    /// <param name="waiting">Packets in it; null when unknown.</param>
    /// <param name="deepest">Deepest queue that INT saw around the reading, packets; negative when it saw none.</param>
    /// <param name="capacity">Packets that the queue holds at most; 0 unknown.</param>
    /// <param name="drains">True when a full queue drains in the time since the reading before.</param>
    public void Observe(ulong entered, ulong left, ulong? waiting, long deepest, ulong capacity, bool drains)
    {
        ulong gap = entered > left ? entered - left : 0;
        ulong gapBefore = _count > 0 ? _gaps[(_count - 1) % Readings] : gap;
        bool sparse = _count > 0 && drains && entered - _lastEntered <= SparsePackets;
        _gaps[_count++ % Readings] = gap;
        _lastEntered = entered;
        if (waiting is { } known)
        {
            Confirm(gap, known);
        }
        else if (sparse)
        {
            // A probe may be under way at one reading, hardly at two.
            Confirm(Math.Min(gap, gapBefore), 0);
        }
        else if (_count >= Readings && (deepest >= 0 || capacity > 0))
        {
            // A burst that came just before a reading was not seen by INT yet, but does not wait at three readings.
            Confirm(Math.Min(_gaps[0], Math.Min(_gaps[1], _gaps[2])), deepest >= 0 ? (ulong)deepest + 1 : capacity);
        }
    }

    /// <summary>Forgets everything: the switch counts from 0 again, or is read for the first time.</summary>
    /// <param name="dropped">Packets that count as dropped already.</param>
    public void Reset(ulong dropped = 0)
    {
        _count = 0;
        Dropped = dropped;
    }

    private void Confirm(ulong gap, ulong held) => Dropped = Math.Max(Dropped, gap > held ? gap - held : 0);
}
