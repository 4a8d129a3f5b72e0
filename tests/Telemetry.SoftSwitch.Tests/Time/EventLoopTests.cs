using System.Diagnostics;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Time;

public sealed class EventLoopTests
{
    [Fact]
    public void RunUntil_EventsOfEqualTime_RunInOrderOfScheduling()
    {
        using EventLoop loop = new();
        Recorder recorder = new(loop);
        loop.Schedule(20, recorder, 3);
        loop.Schedule(10, recorder, 1);
        loop.Schedule(10, recorder, 2);
        loop.Schedule(31, recorder, 4);
        loop.RunUntil(30);
        Assert.Equal([(10L, 1L), (10, 2), (20, 3)], recorder.Events);
        Assert.Equal(30, loop.NowNs);
    }

    [Fact]
    public void RunUntil_ManyRandomTimes_RunsThemSorted()
    {
        using EventLoop loop = new();
        Recorder recorder = new(loop);
        Random random = new(3);
        for (int i = 0; i < 5000; i++)
        {
            loop.Schedule(random.Next(1000), recorder, i);
        }

        loop.RunUntil(1000);
        Assert.Equal(5000, recorder.Events.Count);
        Assert.Equal(recorder.Events.OrderBy(e => e.AtNs).ThenBy(e => e.Arg), recorder.Events);
    }

    [Fact]
    public void Schedule_InThePast_RunsNow()
    {
        using EventLoop loop = new();
        loop.RunUntil(500);
        Recorder recorder = new(loop);
        loop.Schedule(100, recorder, 1);
        loop.RunUntil(500);
        Assert.Equal([(500L, 1L)], recorder.Events);
    }

    [Fact]
    public void CreateTimer_PeriodicChangedAndDisposed_FiresAsTold()
    {
        using EventLoop loop = new();
        List<long> fired = [];
        ITimer timer = loop.CreateTimer(_ => fired.Add(loop.NowNs), null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2));
        loop.RunUntil(6_000_000);
        Assert.Equal([1_000_000L, 3_000_000, 5_000_000], fired);
        timer.Change(TimeSpan.FromMilliseconds(10), Timeout.InfiniteTimeSpan);
        loop.RunUntil(30_000_000);
        Assert.Equal(16_000_000, fired[^1]);
        timer.Dispose();
        Assert.Equal(4, fired.Count);
    }

    [Fact]
    public async Task RunRealTime_PostedWork_RunsOnTheLoopThreadAndFaultsReachTheCaller()
    {
        using EventLoop loop = new();
        using CancellationTokenSource stop = new();
        int threadId = 0;
        Thread thread = new(() =>
        {
            threadId = Environment.CurrentManagedThreadId;
            loop.RunRealTime(stop.Token);
        });
        thread.Start();
        Assert.Equal(await loop.InvokeAsync(() => Environment.CurrentManagedThreadId), threadId);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => loop.InvokeAsync<int>(() => throw new InvalidTimeZoneException()));
        await stop.CancelAsync();
        thread.Join();
        Assert.False(loop.IsRealTime);
    }

    [Fact]
    public void RunRealTime_PacedEventsFollowClosely_WakesAFewTimesAMillisecond()
    {
        const int Events = 2000;
        const long SpacingNs = 50_000;
        CountingWaiter waiter = new();
        using EventLoop loop = new() { KeepsPace = true, Waiter = waiter };
        using CancellationTokenSource stop = new();
        Recorder recorder = new(loop);
        for (int i = 1; i < Events; i++)
        {
            loop.Schedule(i * SpacingNs, recorder, i);
        }

        loop.Schedule(Events * SpacingNs, new Ender(stop));
        long begun = Stopwatch.GetTimestamp();
        loop.RunRealTime(stop.Token);
        double milliseconds = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;

        Assert.Equal(Enumerable.Range(1, Events - 1).Select(i => (i * SpacingNs, (long)i)), recorder.Events);
        Assert.InRange(waiter.Waits, 1, milliseconds * 6);
    }

    private sealed class Ender(CancellationTokenSource stop) : ILoopHandler
    {
        public void OnEvent(long arg) => stop.Cancel();
    }

    private sealed class CountingWaiter : LoopWaiter
    {
        private readonly LoopWaiter _inner = Create();

        public int Waits { get; private set; }

        public override void Wake() => _inner.Wake();

        public override void Wait(long timeoutNs, ILoopSource[] sources, bool minded)
        {
            Waits++;
            _inner.Wait(timeoutNs, sources, minded);
        }

        public override void Dispose() => _inner.Dispose();
    }

    private sealed class Recorder(EventLoop loop) : ILoopHandler
    {
        public List<(long AtNs, long Arg)> Events { get; } = [];

        public void OnEvent(long arg) => Events.Add((loop.NowNs, arg));
    }
}
