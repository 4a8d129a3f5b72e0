using System.Text;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>
/// Writes a trace to a text file or the console, off the switch's thread. When it has been disposed everything that was
/// taken is out, unless whoever reads the output stopped doing so.
/// </summary>
internal sealed class TraceWriter : IAsyncDisposable
{
    private const int MaxPieceChars = 64 * 1024;
    private static readonly TimeSpan DefaultLastWait = TimeSpan.FromSeconds(3);
    private readonly TextWriter _output;
    private readonly TimeSpan _lastWait;
    private readonly Task _work;

    /// <param name="output">Takes the lines.</param>
    /// <param name="queue">Where they come from.</param>
    /// <param name="lastWait">How long disposing waits for an output that takes nothing; 3 s by default.</param>
    public TraceWriter(TextWriter output, TraceQueue queue, TimeSpan? lastWait = null)
    {
        _output = output;
        _lastWait = lastWait ?? DefaultLastWait;
        Queue = queue;
        _work = Task.Run(RunAsync);
    }

    public TraceQueue Queue { get; }

    public async ValueTask DisposeAsync()
    {
        Queue.Complete();
        if (await Task.WhenAny(_work, Task.Delay(_lastWait)).ConfigureAwait(false) == _work)
        {
            await _work.ConfigureAwait(false);
        }
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
                    if (text.Length > MaxPieceChars)
                    {
                        await WriteAsync(text).ConfigureAwait(false);
                    }
                }

                await WriteAsync(text).ConfigureAwait(false);
                lines.Clear();
                await _output.FlushAsync().ConfigureAwait(false);
            }
        }
    }
    /// <summary>In large pieces: the console flushes after each.</summary>
    private async Task WriteAsync(StringBuilder text)
    {
        await _output.WriteAsync(text).ConfigureAwait(false);
        text.Clear();
    }
}
