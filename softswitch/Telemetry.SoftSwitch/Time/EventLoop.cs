using System.Collections.Concurrent;
using System.Diagnostics;

namespace Telemetry.SoftSwitch.Time;

/// <summary>
/// The single thread on which switches, queues and links run, and the clock that they read. In virtual time
/// (<see cref="RunUntil"/>) it jumps from event to event; in real time (<see cref="RunRealTime"/>) the same events
/// are paced by the machine's monotonic clock. An event always sees the time it was scheduled for, so results do
/// not depend on how late a busy machine runs it. Events of equal time run in the order they were scheduled.
/// </summary>
public sealed partial class EventLoop : TimeProvider, IDisposable
{
    private const long MaxSleepNs = 100_000_000;
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Lock _sourceGate = new();
    private readonly List<ILoopSource> _dirty = [];
    private readonly List<Action> _atRealTimeEnd = [];
    private Action<List<ILoopSource>>? _flushSeveral;
    private volatile ILoopSource[] _sources = [];
    private volatile LoopWaiter? _waiter;
    private volatile bool _isSleeping;
    private readonly DateTimeOffset _epoch;
    private Entry[] _heap = new Entry[1024];
    private int _count;
    private long _order;
    private long _nowNs;
    private volatile bool _realTime;
    private int _threadId;

    /// <summary>Creates a loop at time 0.</summary>
    /// <param name="epoch">What <see cref="GetUtcNow"/> answers at time 0; 1970 when not given.</param>
    public EventLoop(DateTimeOffset? epoch = null) => _epoch = epoch ?? DateTimeOffset.UnixEpoch;

    /// <summary>How the loop sleeps in real time; set before that, for tests.</summary>
    internal LoopWaiter Waiter
    {
        set => _waiter = value;
    }

    /// <summary>Nanoseconds since the loop's start, as the running event sees it; read it on the loop's thread.</summary>
    public long NowNs => _nowNs;

    /// <summary>True while <see cref="RunRealTime"/> paces the loop.</summary>
    public bool IsRealTime => _realTime;

    /// <summary>Events run since the start.</summary>
    public long EventsRun { get; private set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000_000;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long GetTimestamp() => _nowNs;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _epoch.AddTicks(_nowNs / 100);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new LoopTimer(this, callback, state, dueTime, period);

    /// <summary>Runs <paramref name="handler"/> at <paramref name="atNs"/>, or at once if that has passed. Loop's thread only.</summary>
    public void Schedule(long atNs, ILoopHandler handler, long arg = 0)
    {
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, _heap.Length * 2);
        }

        Entry entry = new(Math.Max(atNs, _nowNs), _order++, handler, arg);
        int i = _count++;
        while (i > 0)
        {
            int parent = (i - 1) >> 1;
            if (!entry.Before(_heap[parent]))
            {
                break;
            }

            _heap[i] = _heap[parent];
            i = parent;
        }

        _heap[i] = entry;
    }

    /// <summary>Hands work to the loop from any thread; it runs at the loop's current time, in order of arrival.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        WakeUp();
    }

    /// <summary>Like <see cref="Post"/>, and completes when the work is done.</summary>
    public Task<T> InvokeAsync<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                done.SetResult(work());
            }
#pragma warning disable CA1031 // the fault belongs to the caller that awaits
            catch (Exception fault)
#pragma warning restore CA1031
            {
                done.SetException(fault);
            }
        });
        return done.Task;
    }

    /// <summary>Virtual time: runs every event up to and including <paramref name="untilNs"/>; the clock ends there.</summary>
    public void RunUntil(long untilNs, CancellationToken cancellation = default)
    {
        while (!cancellation.IsCancellationRequested)
        {
            RunPosted();
            if (_count == 0 || _heap[0].AtNs > untilNs)
            {
                _nowNs = Math.Max(_nowNs, untilNs);
                return;
            }

            RunNext();
        }
    }

    /// <summary>
    /// Real time: runs events as the machine's clock reaches them, until cancelled. Blocks the calling thread,
    /// which is the loop's thread. Posted work runs at once; events run up to about 100 us late on Linux, a millisecond elsewhere.
    /// </summary>
    public void RunRealTime(CancellationToken cancellation)
    {
        _realStart = Stopwatch.GetTimestamp() - (long)(_nowNs / 1e9 * Stopwatch.Frequency);
        _threadId = Environment.CurrentManagedThreadId;
        _waiter ??= LoopWaiter.Create();
        _realTime = true;
        using CancellationTokenRegistration wakeUp = cancellation.Register(() => _waiter.Wake());
        _limitNs = _nowNs;
        Look();
        while (!cancellation.IsCancellationRequested)
        {
            ILoopSource[] sources = _sources;
            Look();
            long oldestNs = LookAt(sources);
            long limitNs = MoveLimit(oldestNs);
            RunDue(Math.Min(limitNs, oldestNs));
            _nowNs = Math.Max(_nowNs, Math.Min(limitNs, oldestNs));
            if (!_posted.IsEmpty)
            {
                RunPosted();
            }

            bool hadInput = PollSources(sources, limitNs);
            Flush();
            if (!hadInput && _posted.IsEmpty)
            {
                Sleep(oldestNs, cancellation);
            }
        }

        Flush();
        foreach (Action end in _atRealTimeEnd)
        {
            end();
        }

        _atRealTimeEnd.Clear();
        _realTime = false;
    }

    /// <summary>Frees the wake-up handle; call it after the loop has ended.</summary>
    public void Dispose() => _waiter?.Dispose();

    /// <summary>Serves a source from now on, whenever the loop runs in real time. Any thread.</summary>
    internal void Attach(ILoopSource source)
    {
        lock (_sourceGate)
        {
            _sources = [.. _sources, source];
        }

        WakeUp();
    }

    /// <summary>Forgets a source; it may be polled once more. Any thread.</summary>
    internal void Detach(ILoopSource source)
    {
        lock (_sourceGate)
        {
            _sources = [.. _sources.Where(s => s != source)];
        }
    }

    /// <summary>Calls the source's <see cref="ILoopSource.Flush"/> before the loop sleeps or takes more input; once for each call of this. Loop's thread, real time.</summary>
    internal void FlushLater(ILoopSource source) => _dirty.Add(source);

    /// <summary>Lets someone else flush where there are several sources to flush, which do not depend on each other. Loop's thread.</summary>
    internal void FlushWith(Action<List<ILoopSource>>? flushSeveral) => _flushSeveral = flushSeveral;

    /// <summary>Runs once when the loop leaves real time, on its thread. Loop's thread.</summary>
    internal void OnRealTimeEnd(Action end) => _atRealTimeEnd.Add(end);

    private void Flush()
    {
        if (_dirty.Count > 1 && _flushSeveral is not null)
        {
            _flushSeveral(_dirty);
        }
        else
        {
            foreach (ILoopSource source in _dirty)
            {
                source.Flush();
            }
        }

        _dirty.Clear();
    }

    private void WakeUp()
    {
        Interlocked.MemoryBarrier();
        if (_isSleeping)
        {
            _waiter!.Wake();
        }
    }

    private void RunPosted()
    {
        while (_posted.TryDequeue(out Action? action))
        {
            if (_realTime)
            {
                Refresh();
            }

            action();
        }
    }

    private void RunNext()
    {
        Entry first = _heap[0];
        Entry last = _heap[--_count];
        _heap[_count] = default;
        int i = 0;
        while (true)
        {
            int child = (2 * i) + 1;
            if (child >= _count)
            {
                break;
            }

            if (child + 1 < _count && _heap[child + 1].Before(_heap[child]))
            {
                child++;
            }

            if (!_heap[child].Before(last))
            {
                break;
            }

            _heap[i] = _heap[child];
            i = child;
        }

        if (_count > 0)
        {
            _heap[i] = last;
        }

        _nowNs = Math.Max(_nowNs, first.AtNs);
        EventsRun++;
        first.Handler!.OnEvent(first.Arg);
    }

    private readonly record struct Entry(long AtNs, long Order, ILoopHandler? Handler, long Arg)
    {
        public bool Before(in Entry other) => AtNs < other.AtNs || (AtNs == other.AtNs && Order < other.Order);
    }
}
