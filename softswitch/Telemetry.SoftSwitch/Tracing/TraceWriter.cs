using System.Text;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>Writes a trace to a text file or the console, off the switch's thread; everything that was taken is out when it has been disposed.</summary>
internal sealed class TraceWriter : IAsyncDisposable
{
    private readonly TextWriter _output;
    private readonly Task _work;

    public TraceWriter(TextWriter output, TraceQueue queue)
    {
        _output = output;
        Queue = queue;
        _work = Task.Run(RunAsync);
    }

    public TraceQueue Queue { get; }

    public async ValueTask DisposeAsync()
    {
        Queue.Complete();
        await _work.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        List<string> lines = [];
        StringBuilder text = new();
        bool open = true;
        while (open)
        {
            open = await Queue.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            while (Queue.TryTake(lines))
            {
                foreach (string line in lines)
                {
                    text.Append(line).Append('\n');
                }

                // In one piece: the console flushes after every call.
                await _output.WriteAsync(text).ConfigureAwait(false);
                text.Clear();
                lines.Clear();
                await _output.FlushAsync().ConfigureAwait(false);
            }
        }
    }
}
