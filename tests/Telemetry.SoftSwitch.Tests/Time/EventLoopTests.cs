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

    private sealed class Recorder(EventLoop loop) : ILoopHandler
    {
        public List<(long AtNs, long Arg)> Events { get; } = [];

        public void OnEvent(long arg) => Events.Add((loop.NowNs, arg));
    }
}
