using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Delivery;

/// <summary>
/// An outbox on disk: append-only segment files of a directory that one process uses at a time. A batch is handed to
/// the operating system before Append returns, so it survives the process; whole segments are forced to the disk, or
/// every record when asked for. Segments go once all they hold is acknowledged; at the limit the oldest segment is
/// given up and its batches counted. Epoch, sequence and marks go on after a restart.
/// </summary>
public sealed class Spool : IOutbox, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SpoolSegment> _segments = [];
    private readonly SpoolOptions _options;
    private readonly ArrivalSignal _arrival = new();
    private readonly FileStream _owner;
    private List<SenderMark> _marks = [];
    private ulong _last;
    private ulong _acknowledged;
    private long _appended;
    private ulong _dropped;

    /// <summary>Opens the directory and reads what an earlier incarnation left.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="time">The clock from which a new spool takes its epoch.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    /// <exception cref="IOException">The directory cannot be made or used, or another process uses it; names it.</exception>
    public Spool(SpoolOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Validate();
        _options = options;
        try
        {
            Directory.CreateDirectory(options.Directory);
            _owner = new FileStream(
                Path.Combine(options.Directory, "owner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{options.Directory}: the spool cannot be opened: {fault.Message}", fault);
        }

        Epoch = (ulong)Math.Max(1, RunClock.NowNs(time));
        try
        {
            Load();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Bytes of cut-off or damaged records that were removed on opening.</summary>
    public long DamagedBytes { get; private set; }

    /// <inheritdoc/>
    public ulong Epoch { get; private set; }

    /// <inheritdoc/>
    public ulong LastSequence
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <inheritdoc/>
    public ulong AcknowledgedSequence
    {
        get
        {
            lock (_lock)
            {
                return _acknowledged;
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SenderMark> Marks
    {
        get
        {
            lock (_lock)
            {
                return [.. _marks];
            }
        }
    }

    /// <inheritdoc/>
    public OutboxStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return new OutboxStatistics(
                    _segments.Sum(segment => segment.CountAfter(_acknowledged)), _segments.Sum(segment => segment.Bytes), _appended, (long)_dropped);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk is full or gone, or the limit is reached and nothing may be given up; nothing was appended.</exception>
    public void Append(Batch batch, IReadOnlyList<SenderMark> covers)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(covers);
        lock (_lock)
        {
            if (_options.WhenFull == SpoolPolicy.Refuse && _segments.Sum(segment => segment.Bytes) >= _options.LimitBytes)
            {
                throw new IOException($"{_options.Directory}: the spool is full ({_options.LimitBytes} bytes) and nobody takes what it holds");
            }

            if (_segments[^1].Bytes >= _options.SegmentBytes)
            {
                _segments[^1].Sync();
                StartSegment();
            }

            batch.Epoch = Epoch;
            batch.Sequence = _last + 1;
            SpoolRecord record = new() { Batch = batch, Epoch = Epoch, NextSequence = _last + 2, Dropped = _dropped };
            record.Marks.AddRange(covers);
            _segments[^1].Append(record, _options.SyncEachRecord);
            _last++;
            _appended++;
            _marks = [.. covers];
            GiveUpOldest();
        }

        _arrival.Raise();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">A segment was damaged while it was in use.</exception>
    public bool TryRead(ulong after, [NotNullWhen(true)] out Batch? batch)
    {
        lock (_lock)
        {
            ulong from = Math.Max(after, _acknowledged);
            batch = null;
            for (int i = 0; i < _segments.Count && batch is null; i++)
            {
                batch = _segments[i].ReadAfter(from);
            }

            return batch is not null;
        }
    }

    /// <inheritdoc/>
    public void Acknowledge(ulong epoch, ulong sequence)
    {
        lock (_lock)
        {
            if (epoch != Epoch || sequence <= _acknowledged || sequence > _last)
            {
                return;
            }

            _acknowledged = sequence;
            while (_segments.Count > 1 && _segments[0].LastSequence <= sequence)
            {
                _segments[0].Delete();
                _segments.RemoveAt(0);
            }

            // A file that only holds what is safe starts anew, so that a restart has nothing to send again.
            if (sequence == _last && _segments[0].Bytes >= Math.Min(_options.SegmentBytes, 1 << 20))
            {
                StartSegment();
                _segments[0].Delete();
                _segments.RemoveAt(0);
            }
        }
    }

    /// <inheritdoc/>
    public Task WaitAsync(ulong after, CancellationToken cancellation) => _arrival.WaitAsync(() => LastSequence > after, cancellation);

    /// <summary>Closes the files; they stay for the next incarnation.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (SpoolSegment segment in _segments)
            {
                segment.Dispose();
            }

            _owner.Dispose();
        }
    }

    private void Load()
    {
        SortedDictionary<long, string> files = [];
        foreach (string path in Directory.EnumerateFiles(_options.Directory, "*.spool"))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                files.Add(number, path);
            }
        }

        foreach ((long number, string path) in files)
        {
            SpoolSegment segment = SpoolSegment.Open(path, number, Restore, out long cut);
            DamagedBytes += cut;
            if (segment.Bytes == 0)
            {
                segment.Delete();
            }
            else
            {
                _segments.Add(segment);
            }
        }

        // What was acknowledged before the restart and is still in a file is sent again, and ignored as a repeat there.
        _acknowledged = _last;
        foreach (SpoolSegment segment in _segments)
        {
            if (segment.Batches > 0)
            {
                _acknowledged = segment.ReadAfter(0)!.Sequence - 1;
                break;
            }
        }

        if (_segments.Count == 0)
        {
            StartSegment();
        }
    }

    private void Restore(SpoolRecord record)
    {
        Epoch = record.Epoch;
        _last = Math.Max(_last, record.NextSequence == 0 ? 0 : record.NextSequence - 1);
        _dropped = record.Dropped;
        _marks = [.. record.Marks];
    }

    private void StartSegment()
    {
        SpoolRecord state = new() { Epoch = Epoch, NextSequence = _last + 1, Dropped = _dropped };
        state.Marks.AddRange(_marks);
        _segments.Add(SpoolSegment.Create(_options.Directory, _segments.Count == 0 ? 1 : _segments[^1].Number + 1, state));
    }

    private void GiveUpOldest()
    {
        if (_options.WhenFull == SpoolPolicy.Refuse)
        {
            return;
        }

        long bytes = _segments.Sum(segment => segment.Bytes);
        while (_segments.Count > 1 && bytes > _options.LimitBytes)
        {
            SpoolSegment oldest = _segments[0];
            bytes -= oldest.Bytes;
            _dropped += (ulong)oldest.CountAfter(_acknowledged);
            _acknowledged = Math.Max(_acknowledged, oldest.LastSequence);
            oldest.Delete();
            _segments.RemoveAt(0);
        }
    }
}
