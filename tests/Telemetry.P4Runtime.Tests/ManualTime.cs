namespace Telemetry.P4Runtime.Tests;

/// <summary>A clock that stands at 2030-01-01 and one timer that fires when told.</summary>
internal sealed class ManualTime : TimeProvider
{
    private Action? _fire;

    public TimeSpan Due { get; private set; }

    public override DateTimeOffset GetUtcNow() => new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Due = dueTime;
        _fire = () => callback(state);
        return new Timer();
    }

    public void Fire() => _fire!();

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
