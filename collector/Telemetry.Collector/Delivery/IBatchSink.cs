using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Delivery;

/// <summary>Where a tier puts what must reach the tier above.</summary>
public interface IBatchSink
{
    /// <summary>
    /// Takes a batch over, gives it the sender's epoch and the next sequence, and keeps it until it is acknowledged.
    /// The batch is not changed afterwards.
    /// </summary>
    /// <param name="batch">The batch; sender, cluster and contents are set.</param>
    /// <param name="covers">
    /// Which batches from below are contained in everything appended up to now; kept as durably as the batch itself.
    /// </param>
    void Append(Batch batch, IReadOnlyList<SenderMark> covers);
}
