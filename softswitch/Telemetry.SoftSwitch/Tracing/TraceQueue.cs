using System.Globalization;
using System.Threading.Channels;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>Lines on their way to a file or a client. The switch never waits for them: what finds no room is counted, and told in their place.</summary>
internal sealed class TraceQueue : ITraceSink
{
    /// <summary>Most lines that wait: some 100 traced packets of a long program.</summary>
    public const int DefaultCapacity = 32 * 1024;
    private static readonly TimeSpan LossCheck = TimeSpan.FromSeconds(1);
    private readonly Channel<string> _lines;
    private readonly int _capacity;
    private Task<bool>? _waiting;
    private long _lost;
    private long _skipped;

    public TraceQueue(int capacity = DefaultCapacity)
    {
        _capacity = capacity;
        _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(capacity) { SingleReader = true });
    }

    public bool HasRoom => _lines.Reader.Count < _capacity / 2;

    /// <summary>Lines that found no room since the start.</summary>
    public long LostLines { get; private set; }

    /// <summary>Packets that were left out since the start.</summary>
    public long SkippedPackets { get; private set; }

    public void Write(string line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    public void Skip() => Interlocked.Increment(ref _skipped);

    /// <summary>No line comes after this; the reader ends when it has all.</summary>
    public void Complete() => _lines.Writer.TryComplete();

    /// <summary>Takes what waits; false when nothing does and nothing was lost.</summary>
    public bool TryTake(List<string> into)
    {
        int before = into.Count;
        while (into.Count < _capacity && _lines.Reader.TryRead(out string? line))
        {
            into.Add(line);
        }

        long lost = Interlocked.Exchange(ref _lost, 0);
        long skipped = Interlocked.Exchange(ref _skipped, 0);
        LostLines += lost;
        SkippedPackets += skipped;
        if (lost + skipped > 0)
        {
            into.Add(string.Create(CultureInfo.InvariantCulture, $"[W] the trace left out {skipped} packets and lost {lost} lines: more than it may tell in a second, or its reader is behind"));
        }

        return into.Count > before;
    }

    /// <summary>Waits until there may be something to take; false when the trace has ended. By one reader, which gives the same token each time.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        // One wait for lines outlives several looks at what was lost: a new one each time would pile up while nothing comes.
        _waiting ??= _lines.Reader.WaitToReadAsync(cancellation).AsTask();
        await Task.WhenAny(_waiting, Task.Delay(LossCheck, cancellation)).ConfigureAwait(false);
        if (!_waiting.IsCompleted)
        {
            return true;
        }

        Task<bool> waited = _waiting;
        _waiting = null;
        return await waited.ConfigureAwait(false);
    }
}
