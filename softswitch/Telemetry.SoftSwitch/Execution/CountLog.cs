using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Execution;

/// <summary>Counts that a thread among several made; the thread that owns the switch adds them up when all have finished.</summary>
internal sealed class CountLog
{
    private (TableEntry Entry, int Bytes, long NowNs)[] _hits = new (TableEntry, int, long)[256];
    private (int Counter, int Index, int Bytes)[] _counts = new (int, int, int)[256];
    private int _hitCount;
    private int _countCount;

    public void Hit(TableEntry entry, int bytes, long nowNs)
    {
        if (_hitCount == _hits.Length)
        {
            Array.Resize(ref _hits, _hits.Length * 2);
        }

        _hits[_hitCount++] = (entry, bytes, nowNs);
    }

    public void Count(int counter, int index, int bytes)
    {
        if (_countCount == _counts.Length)
        {
            Array.Resize(ref _counts, _counts.Length * 2);
        }

        _counts[_countCount++] = (counter, index, bytes);
    }

    /// <summary>Adds everything to the entries and counters, and forgets it.</summary>
    public void AddTo(SwitchState state)
    {
        foreach ((TableEntry entry, int bytes, long nowNs) in _hits.AsSpan(0, _hitCount))
        {
            entry.Packets++;
            entry.Bytes += bytes;
            entry.LastHitNs = Math.Max(entry.LastHitNs, nowNs);
        }

        foreach ((int counter, int index, int bytes) in _counts.AsSpan(0, _countCount))
        {
            state.CounterPackets[counter][index]++;
            state.CounterBytes[counter][index] += bytes;
        }

        _hitCount = 0;
        _countCount = 0;
    }
}
