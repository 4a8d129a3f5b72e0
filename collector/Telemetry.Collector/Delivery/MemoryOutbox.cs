using System.Diagnostics.CodeAnalysis;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Delivery;

/// <summary>An outbox in memory: what it holds is lost with the process, so its epoch grows with every start.</summary>
public sealed class MemoryOutbox : IOutbox
{
    /// <summary>Batches kept by default: a minute of 100 ms windows.</summary>
    public const int DefaultLimit = 600;

    private readonly Lock _lock = new();
    private readonly LinkedList<Batch> _pending = new();
    private readonly int _limit;
    private readonly ArrivalSignal _arrival = new();
    private IReadOnlyList<SenderMark> _marks = [];
    private ulong _last;
    private ulong _acknowledged;
    private long _dropped;

    /// <summary>Creates an empty one.</summary>
    /// <param name="epoch">The sender's incarnation; above 0 and above that of any earlier start.</param>
    /// <param name="limit">Batches kept at most, from 1.</param>
    public MemoryOutbox(ulong epoch, int limit = DefaultLimit)
    {
        ArgumentOutOfRangeException.ThrowIfZero(epoch);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        Epoch = epoch;
        _limit = limit;
    }

    /// <inheritdoc/>
    public ulong Epoch { get; }

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
                return _marks;
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
                return new OutboxStatistics(_pending.Count, 0, (long)_last, _dropped);
            }
        }
    }

    /// <inheritdoc/>
    public void Append(Batch batch, IReadOnlyList<SenderMark> covers)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_lock)
        {
            batch.Epoch = Epoch;
            batch.Sequence = ++_last;
            _marks = covers;
            _pending.AddLast(batch);
            if (_pending.Count > _limit)
            {
                _acknowledged = _pending.First!.Value.Sequence;
                _pending.RemoveFirst();
                _dropped++;
            }
        }

        _arrival.Raise();
    }

    /// <inheritdoc/>
    public bool TryRead(ulong after, [NotNullWhen(true)] out Batch? batch)
    {
        lock (_lock)
        {
            // Newest first: a reader that keeps up finds its place at the end.
            LinkedListNode<Batch>? node = _pending.Last;
            while (node is not null && node.Value.Sequence > after && node.Previous?.Value.Sequence > after)
            {
                node = node.Previous;
            }

            batch = node is not null && node.Value.Sequence > after ? node.Value : null;
            return batch is not null;
        }
    }

    /// <inheritdoc/>
    public void Acknowledge(ulong epoch, ulong sequence)
    {
        lock (_lock)
        {
            if (epoch != Epoch || sequence > _last)
            {
                return;
            }

            _acknowledged = Math.Max(_acknowledged, sequence);
            while (_pending.First is { } first && first.Value.Sequence <= sequence)
            {
                _pending.RemoveFirst();
            }
        }
    }

    /// <inheritdoc/>
    public Task WaitAsync(ulong after, CancellationToken cancellation) => _arrival.WaitAsync(() => LastSequence > after, cancellation);
}
