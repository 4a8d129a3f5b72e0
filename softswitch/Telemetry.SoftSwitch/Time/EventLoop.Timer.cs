namespace Telemetry.SoftSwitch.Time;

public sealed partial class EventLoop
{
    /// <summary>A timer whose callback runs on the loop; it may be made, changed and disposed from any thread.</summary>
    private sealed class LoopTimer : ITimer, ILoopHandler
    {
        private readonly EventLoop _loop;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private long _generation;
        private long _periodNs;

        public LoopTimer(EventLoop loop, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _loop = loop;
            _callback = callback;
            _state = state;
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_loop._realTime && Environment.CurrentManagedThreadId != _loop._threadId)
            {
                _loop.Post(() => Arm(dueTime, period));
            }
            else
            {
                Arm(dueTime, period);
            }

            return true;
        }

        public void OnEvent(long arg)
        {
            if (arg != Interlocked.Read(ref _generation))
            {
                return; // changed or disposed since
            }

            if (_periodNs > 0)
            {
                _loop.Schedule(_loop._nowNs + _periodNs, this, arg);
            }

            _callback(_state);
        }

        public void Dispose() => Interlocked.Increment(ref _generation);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(TimeSpan dueTime, TimeSpan period)
        {
            long generation = Interlocked.Increment(ref _generation);
            _periodNs = period > TimeSpan.Zero ? period.Ticks * 100 : 0;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                _loop.Schedule(_loop._nowNs + (dueTime.Ticks * 100), this, generation);
            }
        }
    }
}
