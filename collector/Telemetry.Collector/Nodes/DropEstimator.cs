namespace Telemetry.Collector.Nodes;

/// <summary>
/// Packets that a port's queue dropped, from counters that only say how many went in and came out: the difference
/// minus what waits. How many wait is known from the switch, or bounded from the depths that INT saw, or nothing
/// once the port is idle; so the figure never runs ahead of the truth by more than the queue held at three readings
/// in a row on a port without INT, and is exact when the port has been idle. It never shrinks.
/// </summary>
internal sealed class DropEstimator
{
    private const int Readings = 3;

    private readonly ulong[] _gaps = new ulong[Readings];
    private int _count;
    private ulong _lastIn;
    private ulong _lastOut;
    private int _idle;

    /// <summary>Packets dropped for certain since the switch's start or reset.</summary>
    public ulong Dropped { get; private set; }

    /// <summary>Takes a reading.</summary>
    /// <param name="entered">Packets handed to the queue since the switch's start.</param>
    /// <param name="left">Packets that left it.</param>
    /// <param name="waiting">Packets in it; null when unknown.</param>
    /// <param name="deepest">Deepest queue that INT saw around the reading, packets; negative when it saw none.</param>
    public void Observe(ulong entered, ulong left, ulong? waiting, long deepest)
    {
        ulong gap = entered > left ? entered - left : 0;
        _gaps[_count++ % Readings] = gap;
        _idle = _count > 1 && entered == _lastIn && left == _lastOut ? _idle + 1 : 0;
        _lastIn = entered;
        _lastOut = left;

        ulong held;
        ulong smallest = gap;
        if (waiting is { } known)
        {
            held = known;
        }
        else if (_idle > 0)
        {
            held = 0;
        }
        else
        {
            if (_count < Readings)
            {
                return;
            }

            smallest = Math.Min(_gaps[0], Math.Min(_gaps[1], _gaps[2]));
            held = deepest < 0 ? 0 : (ulong)deepest + 1;
        }

        Dropped = Math.Max(Dropped, smallest > held ? smallest - held : 0);
    }

    /// <summary>Forgets everything: the switch counts from 0 again, or is read for the first time.</summary>
    /// <param name="dropped">Packets that count as dropped already.</param>
    public void Reset(ulong dropped = 0)
    {
        _count = 0;
        _idle = 0;
        Dropped = dropped;
    }
}
