namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>A clock that moves only when told; timers run inline, in order of their times.</summary>
internal sealed class ManualTime(long startNs = 0) : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];

    public long NowNs { get; private set; } = startNs;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => NowNs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(NowNs / 100);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        _timers.Add(timer);
        return timer;
    }

    public void AdvanceMs(long ms) => AdvanceTo(NowNs + (ms * 1_000_000));

    public void AdvanceTo(long atNs)
    {
        while (_timers.Where(timer => timer.DueNs <= atNs).MinBy(timer => timer.DueNs) is { } next)
        {
            NowNs = Math.Max(NowNs, next.DueNs);
            next.Run();
        }

        NowNs = atNs;
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private long _periodNs;

        public long DueNs { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            DueNs = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : time.NowNs + (dueTime.Ticks * 100);
            _periodNs = period > TimeSpan.Zero ? period.Ticks * 100 : 0;
            return true;
        }

        public void Run()
        {
            DueNs = _periodNs > 0 ? DueNs + _periodNs : long.MaxValue;
            callback(state);
        }

        public void Dispose() => DueNs = long.MaxValue;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
