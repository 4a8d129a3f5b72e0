using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.History;

namespace Telemetry.Lab.Training;

/// <summary>The history of a run of which nobody will ask for one: counts rows, keeps none.</summary>
internal sealed class DiscardedHistory : IHistoryStore
{
    /// <inheritdoc/>
    public long Rows { get; private set; }

    /// <inheritdoc/>
    public void Write(HistoryBatch batch) => Rows += batch.Windows.Sum(w => w.Ports.Count + w.Links.Count + w.Flows.Count);

    /// <inheritdoc/>
    public IReadOnlyList<SenderMark> ReadMarks() => [];

    /// <inheritdoc/>
    public IReadOnlyList<OriginMark> ReadOrigins() => [];

    /// <inheritdoc/>
    public IReadOnlyList<Alert> ReadOpenAlerts() => [];

    /// <inheritdoc/>
    public IReadOnlyList<LinkStatus> ReadLinks() => [];

    /// <inheritdoc/>
    public Inventory? ReadInventory() => null;

    /// <inheritdoc/>
    public IEnumerable<HistoryRow> Query(HistoryRequest request) => throw new HistoryException("this run keeps no history");

    /// <inheritdoc/>
    public IEnumerable<Window> ReadWindows(long fromNs, long toNs) => throw new HistoryException("this run keeps no history");

    /// <inheritdoc/>
    public void Tend(long nowNs, HistoryRetention retention)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
