namespace Telemetry.Controller.Tests.Fakes;

/// <summary>Virtual time of one thread: timers run inside <see cref="Advance"/>, in order of their times.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly PriorityQueue<(ManualTimer Timer, int Generation), (long At, long Order)> _queue = new();
    private long _now;
    private long _order;

    public long NowNs => _now * 100;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Frees the thread of xunit's context, which would run continuations elsewhere; call it in the test itself.</summary>
    public static void TakeThread() => SynchronizationContext.SetSynchronizationContext(null);

    public void Advance(int milliseconds)
    {
        long until = _now + (milliseconds * TimeSpan.TicksPerMillisecond);
        while (_queue.TryPeek(out (ManualTimer Timer, int Generation) next, out (long At, long Order) when) && when.At <= until)
        {
            _queue.Dequeue();
            _now = Math.Max(_now, when.At);
            next.Timer.Run(next.Generation);
        }

        _now = until;
    }

    public void After(int milliseconds, Action action) =>
        CreateTimer(_ => action(), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private int _generation;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _generation++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Enqueue(dueTime);
            }

            return true;
        }

        public void Run(int generation)
        {
            if (generation != _generation)
            {
                return;
            }

            if (_period > TimeSpan.Zero)
            {
                Enqueue(_period);
            }

            callback(state);
        }

        public void Dispose() => _generation++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Enqueue(TimeSpan delay) =>
            time._queue.Enqueue((this, _generation), (time._now + delay.Ticks, time._order++));
    }
}
