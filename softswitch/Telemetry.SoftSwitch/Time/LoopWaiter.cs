namespace Telemetry.SoftSwitch.Time;

/// <summary>How a loop in real time sleeps: until a deadline, a call of <see cref="Wake"/>, or input at one of its sources.</summary>
internal abstract class LoopWaiter : IDisposable
{
    public static LoopWaiter Create() => OperatingSystem.IsLinux() ? new PollWaiter() : new HandleWaiter();

    /// <summary>Ends the wait that runs or comes next. Any thread.</summary>
    public abstract void Wake();

    /// <summary>Sleeps at most so long; the sources are an array that is replaced when it changes.</summary>
    /// <param name="timeoutNs">At most, nanoseconds.</param>
    /// <param name="sources">What ends the wait when it has input.</param>
    /// <param name="minded">False when input need not end it: it is known, and not due yet.</param>
    public abstract void Wait(long timeoutNs, ILoopSource[] sources, bool minded);

    public abstract void Dispose();

    /// <summary>Everywhere: whole milliseconds, and no sources.</summary>
    private sealed class HandleWaiter : LoopWaiter
    {
        private readonly AutoResetEvent _wake = new(false);

        public override void Wake() => _wake.Set();

        public override void Wait(long timeoutNs, ILoopSource[] sources, bool minded) => _wake.WaitOne((int)Math.Clamp(timeoutNs / 1_000_000, 1, 100));

        public override void Dispose() => _wake.Dispose();
    }
}
