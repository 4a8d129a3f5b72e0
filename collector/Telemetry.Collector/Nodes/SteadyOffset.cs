namespace Telemetry.Collector.Nodes;

/// <summary>
/// Difference between the clocks of two neighbours on one machine, which each count from a start of their own: it stays what it is, so half the distance of the least
/// that packets ever seemed to take in each direction is the difference. Processes wait for a processor, but now and then one does not; what delays both directions
/// alike, from the start or later, leaves it as it is. A neighbour that starts anew counts anew: a way there and back would then take less than nothing, or a packet seconds.
/// </summary>
internal sealed class SteadyOffset
{
    private const int PacketsNeeded = 30;
    private const long SpanNeededNs = 1_000_000_000;

    /// <summary>Clocks in microseconds, rounded.</summary>
    private const long ErrorNs = 10_000;

    /// <summary>A packet later than the fastest by this says that a clock was set; as long as no link is.</summary>
    private const long SetNs = 2_000_000_000;

    private Way _forward;
    private Way _backward;

    /// <summary>Takes what a packet seemed to take.</summary>
    public void Add(bool forward, long timeNs, long apparentNs)
    {
        ref Way way = ref forward ? ref _forward : ref _backward;
        ref Way other = ref forward ? ref _backward : ref _forward;
        way.Add(timeNs, apparentNs);
        if (other.Packets > 0 && way.LeastNs + other.LeastNs < -ErrorNs)
        {
            other = default;
            way = default;
            way.Add(timeNs, apparentNs);
        }
    }

    /// <summary>How far the second clock is ahead of the first; false while it is unknown.</summary>
    public bool TryGet(out long aheadNs)
    {
        aheadNs = (_forward.LeastNs - _backward.LeastNs) / 2;
        return _forward.IsEnough && _backward.IsEnough;
    }

    private struct Way
    {
        private long _sinceNs;
        private long _untilNs;
        private bool _isSet;

        public long Packets { get; private set; }

        public long LeastNs { get; private set; }

        public readonly bool IsEnough => Packets >= PacketsNeeded && _untilNs - _sinceNs >= SpanNeededNs && !_isSet;

        public void Add(long timeNs, long apparentNs)
        {
            if (Packets++ == 0)
            {
                (_sinceNs, LeastNs) = (timeNs, apparentNs);
            }

            _untilNs = timeNs;
            LeastNs = Math.Min(LeastNs, apparentNs);
            _isSet = apparentNs - LeastNs > SetNs;
        }
    }
}
