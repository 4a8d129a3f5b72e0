using System.Diagnostics;

namespace Telemetry.SoftSwitch.Time;

/// <content>
/// Real time: events and input from outside, in the order of their times. A machine that has other things to do lets a
/// loop wait; what came meanwhile must not look as if it had come all at once. So input has the time at which the kernel
/// took it, and a loop that paces lines catches up at one and a half times the clock's speed instead of in one go, which would
/// flood whoever receives what it sends.
/// </content>
public sealed partial class EventLoop
{
    /// <summary>What a timer of Linux may be late, many times over; later than this the loop was kept from running.</summary>
    private const long StallNs = 1_500_000;

    /// <summary>Input of several sources is taken in turns of so much time, which keeps its order but for this.</summary>
    private const long TurnNs = 50_000;

    /// <summary>The system's time is slewed against the clock's by half a microsecond in a millisecond at most.</summary>
    private const long CompareNs = 50_000_000;
    private const long UnlikelyNs = 100_000_000;

    /// <summary>A thread that is woken for each of 10,000 frames a second leaves no processor to others: a loop that was woken more often than this in a millisecond...</summary>
    private const int ManyWakes = 4;

    /// <summary>...then sleeps so long at least, as network cards do; frames have their stamps, and lines of labs take longer for one.</summary>
    private const long ModeratedSleepNs = 200_000;
    private const long WakeSpanNs = 1_000_000;
    private long[] _oldest = [];
    private long _wakesSinceNs;
    private int _wakes;
    private int _wakesBefore;
    private long _realStart;
    private long _wallNs;
    private long _limitNs;
    private long _limitWallNs;
    private long _unixAtZeroNs;
    private long _comparedNs = long.MinValue / 2;

    /// <summary>True when what was missed is made up for at a pace that lines with a rate could have; else at once.</summary>
    internal bool KeepsPace { get; set; }

    /// <summary>The longest that a loop lags which keeps pace; 150 ms by default: the rings hold some 200 ms of the frames of fast lab links.</summary>
    internal long MaxLagNs { get; set; } = 150_000_000;

    /// <summary>When what leaves now leaves: the clock where frames come from outside, which a busy machine is behind; else the loop's time.</summary>
    internal long LeavingNs => _realTime && _sources.Length > 0 ? Math.Max(_nowNs, _wallNs) : _nowNs;

    /// <summary>True while the loop makes up for what it missed, and so takes later what comes now.</summary>
    internal bool IsBehind => KeepsPace && _sources.Length > 0 && _limitNs < _wallNs;

    /// <summary>The clock, as read last. Real time only.</summary>
    internal long ClockNs => _wallNs;

    /// <summary>Loop's time of a moment that the kernel stamped, nanoseconds since 1970. Real time only.</summary>
    internal long FromUnix(long unixNs)
    {
        // Somebody set the clock, and this was stamped before: it is here now.
        long atNs = unixNs - _unixAtZeroNs;
        return atNs > _wallNs + UnlikelyNs ? _wallNs : atNs;
    }

    /// <summary>Moves the loop's time on to that of input, unless an event or the limit comes before it.</summary>
    internal bool TryAdvance(long unixNs, long untilNs)
    {
        long atNs = FromUnix(unixNs);
        if (atNs > untilNs || (_count > 0 && _heap[0].AtNs < atNs))
        {
            return false;
        }

        _nowNs = Math.Max(_nowNs, atNs);
        return true;
    }

    /// <summary>Reads the clock.</summary>
    internal void Look()
    {
        _wallNs = WallNs();
        if (_wallNs - _comparedNs > CompareNs)
        {
            Compare();
        }
    }

    /// <summary>Never past an event that is due: a busy machine runs it late, and it must still see its own time.</summary>
    private void Refresh()
    {
        long wallNs = KeepsPace && _sources.Length > 0 ? _limitNs : WallNs();
        _nowNs = Math.Max(_nowNs, _count > 0 ? Math.Min(wallNs, _heap[0].AtNs) : wallNs);
    }

    /// <summary>Reads the clock: the loop's time as it would be if the loop ran everything the moment it is due. Real time only.</summary>
    internal long WallNs() => (long)((Stopwatch.GetTimestamp() - _realStart) * (1e9 / Stopwatch.Frequency));

    private void Compare()
    {
        for (int attempts = 0; attempts < 3; attempts++)
        {
            long beforeNs = WallNs();
            long unixNs = (TimeProvider.System.GetUtcNow().Ticks - DateTime.UnixEpoch.Ticks) * 100;
            long afterNs = WallNs();
            if (afterNs - beforeNs < 10_000 || _comparedNs < 0)
            {
                (_unixAtZeroNs, _comparedNs) = (unixNs - ((beforeNs + afterNs) / 2), afterNs);
                return;
            }
        }
    }

    /// <summary>When the oldest input came; of each source it is kept.</summary>
    private long LookAt(ILoopSource[] sources)
    {
        if (_oldest.Length != sources.Length)
        {
            _oldest = new long[sources.Length];
        }

        long oldestNs = long.MaxValue;
        for (int i = 0; i < sources.Length; i++)
        {
            _oldest[i] = sources[i].OldestNs();
            oldestNs = Math.Min(oldestNs, _oldest[i]);
        }

        return oldestNs;
    }

    /// <summary>Up to when events and input may be taken now.</summary>
    private long MoveLimit(long oldestNs)
    {
        if (!KeepsPace || _sources.Length == 0)
        {
            return _limitNs = _wallNs;
        }

        long passedNs = _wallNs - _limitWallNs;
        long limitNs = Math.Min(_wallNs, _limitNs + passedNs + (passedNs / 2));
        long dueNs = _count > 0 ? Math.Min(oldestNs, _heap[0].AtNs) : oldestNs;
        if (limitNs - dueNs > StallNs)
        {
            limitNs = Math.Max(dueNs, _wallNs - MaxLagNs);
        }

        (_limitNs, _limitWallNs) = (limitNs, _wallNs);
        return limitNs;
    }

    private void RunDue(long untilNs)
    {
        while (_count > 0 && _heap[0].AtNs <= untilNs)
        {
            RunNext();
            if (!_posted.IsEmpty)
            {
                RunPosted();
            }
        }
    }

    /// <summary>Takes input of all sources up to the limit, the oldest first, with the events that come before it.</summary>
    private bool PollSources(ILoopSource[] sources, long limitNs)
    {
        bool any = false;
        limitNs = KeepsPace ? limitNs : long.MaxValue; // what comes meanwhile may join
        for (int turn = 0; turn < 2 * sources.Length; turn++)
        {
            int first = 0;
            long secondNs = long.MaxValue;
            for (int i = 1; i < sources.Length; i++)
            {
                if (_oldest[i] < _oldest[first])
                {
                    secondNs = _oldest[first];
                    first = i;
                }
                else
                {
                    secondNs = Math.Min(secondNs, _oldest[i]);
                }
            }

            long oldestNs = _oldest[first];
            if (oldestNs > limitNs || oldestNs == long.MaxValue)
            {
                break;
            }

            RunDue(oldestNs);
            sources[first].Poll(secondNs == long.MaxValue ? limitNs : Math.Min(limitNs, Math.Max(oldestNs, secondNs) + TurnNs));
            _oldest[first] = sources[first].OldestNs();
            any = true;
        }

        return any;
    }

    private void Sleep(long oldestNs, CancellationToken cancellation)
    {
        long dueNs = _count > 0 ? Math.Min(oldestNs, _heap[0].AtNs) : oldestNs;
        bool lags = IsBehind;
        long waitNs = dueNs == long.MaxValue ? MaxSleepNs
            : Math.Min(MaxSleepNs, lags ? (dueNs - _limitNs) * 2 / 3 : dueNs - WallNs());
        if (waitNs <= 0)
        {
            return;
        }

        bool moderated = KeepsPace && IsWokenOften();

        // Whoever posts after this store wakes the loop; whoever posted before it is seen by the look that follows.
        _isSleeping = true;
        Interlocked.MemoryBarrier();
        if (_posted.IsEmpty && !cancellation.IsCancellationRequested)
        {
            // Input that waits and is not due yet would end the wait at once.
            _waiter!.Wait(moderated ? ModeratedSleepNs : waitNs, _sources, minded: oldestNs == long.MaxValue && !moderated);
        }

        _isSleeping = false;
    }

    /// <summary>Counts a wake; true while there were many lately.</summary>
    private bool IsWokenOften()
    {
        if (_wallNs - _wakesSinceNs >= WakeSpanNs)
        {
            _wakesBefore = _wallNs - _wakesSinceNs < 2 * WakeSpanNs ? _wakes : 0;
            (_wakes, _wakesSinceNs) = (0, _wallNs);
        }

        _wakes++;
        return Math.Max(_wakes, _wakesBefore) > ManyWakes;
    }
}
