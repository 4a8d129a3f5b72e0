namespace Telemetry.Collector.Nodes;

/// <summary>
/// Places a switch's time stamps on the run's clock: stamp plus the smallest difference to arrival that was seen lately. So a report belongs to the time at which its
/// packet left, not to the time at which a busy machine came round to it, whatever the switch's clock counts from. Never later than arrival.
/// </summary>
internal sealed class EventClock
{
    // Long enough to hold a report that did not wait, short enough that a clock that drifts by 50 ppm is off by less than a millisecond.
    private const long BucketNs = 10_000_000_000;

    // Further off than this a stamp is wrong or the clock was set; it takes several to believe the second.
    private const long JumpNs = 2_000_000_000;
    private const int JumpsToBelieve = 8;

    // A stamp that stays the same for longer is no clock's.
    private const long StuckNs = 10_000_000;

    private bool _started;
    private ulong _lastStamp;
    private long _sameSinceNs;
    private long _ticks;
    private long _offset;
    private long _bucket;
    private long _bucketBefore;
    private long _bucketStartNs;
    private int _jumps;

    /// <summary>How often the clock was found set anew.</summary>
    public long Resets { get; private set; }

    /// <summary>When the stamped thing happened, on the run's clock.</summary>
    /// <param name="stamp">The stamp.</param>
    /// <param name="narrow">It has 32 bits and wraps.</param>
    /// <param name="unitNs">Its unit.</param>
    /// <param name="arrivalNs">Now, on the run's clock.</param>
    public long ToEventNs(ulong stamp, bool narrow, long unitNs, long arrivalNs)
    {
        if (stamp != _lastStamp)
        {
            _ticks = narrow ? _ticks + (int)((uint)stamp - (uint)_lastStamp) : (long)stamp;
            _lastStamp = stamp;
            _sameSinceNs = arrivalNs;
        }
        else if (_started && arrivalNs - _sameSinceNs > StuckNs)
        {
            return arrivalNs;
        }

        // Differences of clocks that count from anywhere: only they have a meaning, so overflow does not matter.
        long stampNs = unchecked(_ticks * unitNs);
        long offset = unchecked(arrivalNs - stampNs);
        long later = unchecked(offset - _offset);
        if (!_started)
        {
            _started = true;
            Begin(offset, arrivalNs);
            return arrivalNs;
        }

        if (later is < -JumpNs or > JumpNs)
        {
            if (++_jumps < JumpsToBelieve)
            {
                return arrivalNs;
            }

            Resets++;
            Begin(offset, arrivalNs);
            return arrivalNs;
        }

        _jumps = 0;
        if (arrivalNs - _bucketStartNs >= BucketNs)
        {
            _bucketBefore = arrivalNs - _bucketStartNs >= 2 * BucketNs ? offset : _bucket;
            _bucket = offset;
            _bucketStartNs = arrivalNs;
            _offset = Smaller(_bucket, _bucketBefore);
        }

        if (unchecked(offset - _bucket) < 0)
        {
            _bucket = offset;
            _offset = Smaller(_bucket, _bucketBefore);
        }

        return Math.Min(arrivalNs, unchecked(stampNs + _offset));
    }

    private static long Smaller(long a, long b) => unchecked(a - b) < 0 ? a : b;

    private void Begin(long offset, long arrivalNs)
    {
        (_offset, _bucket, _bucketBefore, _bucketStartNs, _jumps) = (offset, offset, offset, arrivalNs, 0);
    }
}
