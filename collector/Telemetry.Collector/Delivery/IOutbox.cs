using System.Diagnostics.CodeAnalysis;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Delivery;

/// <summary>
/// Unacknowledged batches of one sender, in order, bounded: when the limit is reached the oldest ones are given up
/// and counted. Safe for one writer and one reader at the same time.
/// </summary>
public interface IOutbox : IBatchSink
{
    /// <summary>The sender's incarnation.</summary>
    ulong Epoch { get; }

    /// <summary>Sequence of the newest batch; 0 before the first.</summary>
    ulong LastSequence { get; }

    /// <summary>Everything up to this sequence is acknowledged (or was given up).</summary>
    ulong AcknowledgedSequence { get; }

    /// <summary>What was covered by the newest batch: where the tier below goes on after a restart.</summary>
    IReadOnlyList<SenderMark> Marks { get; }

    /// <summary>Counts since the start.</summary>
    OutboxStatistics Statistics { get; }

    /// <summary>Reads the oldest unacknowledged batch whose sequence is above <paramref name="after"/>.</summary>
    /// <returns>False when there is none.</returns>
    bool TryRead(ulong after, [NotNullWhen(true)] out Batch? batch);

    /// <summary>Frees everything up to the acknowledged sequence; an acknowledgement of another epoch is ignored.</summary>
    void Acknowledge(ulong epoch, ulong sequence);

    /// <summary>Completes when a batch above <paramref name="after"/> is there.</summary>
    Task WaitAsync(ulong after, CancellationToken cancellation);
}
