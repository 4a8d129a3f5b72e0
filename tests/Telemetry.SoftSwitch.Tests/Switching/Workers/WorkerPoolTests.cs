using Telemetry.SoftSwitch.Switching.Workers;

namespace Telemetry.SoftSwitch.Tests.Switching.Workers;

public sealed class WorkerPoolTests
{
    [Fact]
    public void Run_ManyBatches_EveryItemOnce()
    {
        using WorkerPool pool = new("test", 4);
        Random random = new(5);
        Counter work = new(300);
        for (int batch = 1; batch <= 3000; batch++)
        {
            int count = random.Next(1, 300);
            Array.Clear(work.Done);
            pool.Run(work, count, random.Next(1, 20));
            Assert.All(work.Done[..count], d => Assert.Equal(1, d));
            Assert.All(work.Done[count..], d => Assert.Equal(0, d));
        }
    }

    [Fact]
    public void Run_WorkFails_ThrowsAndGoesOn()
    {
        using WorkerPool pool = new("test", 2);
        Counter work = new(100) { FailsAt = 50 };
        Assert.IsType<InvalidTimeZoneException>(Assert.Throws<InvalidOperationException>(() => pool.Run(work, 100, 10)).InnerException);
        work.FailsAt = -1;
        Array.Clear(work.Done);
        pool.Run(work, 100, 10);
        Assert.All(work.Done, d => Assert.Equal(1, d));
    }

    private sealed class Counter(int size) : IBatchWork
    {
        public int[] Done { get; } = new int[size];

        public int FailsAt { get; set; } = -1;

        public void Run(int lane, int from, int to)
        {
            for (int i = from; i < to; i++)
            {
                Interlocked.Increment(ref Done[i]);
                if (i == FailsAt)
                {
                    throw new InvalidTimeZoneException();
                }
            }
        }
    }
}
