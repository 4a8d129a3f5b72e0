using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Support;

/// <summary>An event loop in real time on a thread of its own.</summary>
internal sealed class RealTimeLoop : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    /// <param name="loop">A loop that has been set up in virtual time; a new one when not given.</param>
    public RealTimeLoop(EventLoop? loop = null)
    {
        Loop = loop ?? new EventLoop();
        _thread = new Thread(() => Loop.RunRealTime(_stop.Token)) { IsBackground = true };
        _thread.Start();
    }

    public EventLoop Loop { get; }

    public Task Run(Action action) => Loop.InvokeAsync(() =>
    {
        action();
        return true;
    });

    /// <summary>Waits, with a generous limit, until the condition holds on the loop's thread.</summary>
    public async Task Until(Func<bool> condition, string what)
    {
        long start = Environment.TickCount64;
        while (!await Loop.InvokeAsync(condition))
        {
            Assert.True(Environment.TickCount64 - start < 60_000, $"waited a minute for {what}");
            await Task.Delay(5);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        Loop.Dispose();
        _stop.Dispose();
    }
}
