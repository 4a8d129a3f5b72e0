using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Tests.Tracing;

public sealed class TraceQueueTests
{
    [Fact]
    public void Write_QueueFull_CountsAndTellsWhatIsLost()
    {
        TraceQueue queue = new(4);
        for (int i = 0; i < 6; i++)
        {
            queue.Write($"line {i}");
        }

        Assert.False(queue.HasRoom);
        queue.Skip();
        List<string> taken = [];
        Assert.True(queue.TryTake(taken));
        Assert.Equal(["line 0", "line 1", "line 2", "line 3"], taken[..4]);
        Assert.Contains("left out 1 packets and lost 2 lines", Assert.Single(taken[4..]), StringComparison.Ordinal);
        Assert.Equal((2, 1), (queue.LostLines, queue.SkippedPackets));
        Assert.True(queue.HasRoom);
        Assert.False(queue.TryTake(taken));
    }

    [Fact]
    public async Task DisposeAsync_LinesWait_AreWritten()
    {
        using StringWriter output = new();
        TraceQueue queue = new();
        await using (TraceWriter writer = new(output, queue))
        {
            for (int i = 0; i < 1000; i++)
            {
                queue.Write($"line {i}");
            }
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i}\n")), output.ToString());
    }

    [Fact]
    public async Task DisposeAsync_NobodyReadsTheOutput_DoesNotWaitForEver()
    {
        using StuckWriter output = new();
        TraceQueue queue = new();
        queue.Write("line");
        await new TraceWriter(output, queue, TimeSpan.FromMilliseconds(50)).DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal("", output.ToString());
    }

    /// <summary>A pipe that is full.</summary>
    private sealed class StuckWriter : StringWriter
    {
        public override Task WriteAsync(System.Text.StringBuilder? value, CancellationToken cancellationToken = default) => new TaskCompletionSource().Task;
    }
}
