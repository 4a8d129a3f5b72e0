using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Delivery;

/// <summary>
/// A node's way to its outbox: reports that keep coming cannot be told to wait, so a batch that a full or broken disk
/// does not take is given up and counted instead of ending the node. One thread.
/// </summary>
internal sealed class LossySink(IOutbox outbox) : IBatchSink
{
    private readonly SortedDictionary<string, DeviceDetail> _details = new(StringComparer.Ordinal);
    private long _lost;
    private TierStatus? _status;

    /// <summary>Batches given up.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Why the newest one was; empty when it was taken.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>Takes a device's details, the newest of which go with the next batch.</summary>
    public void Tell(DeviceDetail detail)
    {
        lock (_details)
        {
            _details[detail.Name] = detail;
        }
    }

    /// <summary>Takes the node's status, which goes with the next batch.</summary>
    public void Tell(TierStatus status) => Volatile.Write(ref _status, status);

    /// <inheritdoc/>
    public void Append(Batch batch, IReadOnlyList<SenderMark> covers)
    {
        if (Interlocked.Exchange(ref _status, null) is { } status)
        {
            batch.Tiers.Add(status);
        }

        lock (_details)
        {
            batch.Details.AddRange(_details.Values);
            _details.Clear();
        }

        try
        {
            outbox.Append(batch, covers);
            LastError = "";
        }
        catch (IOException fault)
        {
            Interlocked.Increment(ref _lost);
            LastError = fault.Message;
        }
    }
}
