using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.History;

/// <summary>What the data center keeps. One writer; queries may come from other threads at the same time.</summary>
public interface IHistoryStore : IDisposable
{
    /// <summary>Rows stored in all tables of measurements, by this and earlier runs.</summary>
    long Rows { get; }

    /// <summary>Stores everything of a batch, or nothing: rows and marks are one transaction.</summary>
    /// <exception cref="HistoryException">It could not be stored; it may be tried again.</exception>
    void Write(HistoryBatch batch);

    /// <summary>Which batches of which senders are stored, as of the last write.</summary>
    IReadOnlyList<SenderMark> ReadMarks();

    /// <summary>Which batches of which nodes are stored, as of the last write.</summary>
    IReadOnlyList<OriginMark> ReadOrigins();

    /// <summary>Alerts without an end, ascending by id.</summary>
    IReadOnlyList<Alert> ReadOpenAlerts();

    /// <summary>Newest state of every link, in order of their ends.</summary>
    IReadOnlyList<LinkStatus> ReadLinks();

    /// <summary>The newest inventory; null when none was stored.</summary>
    Inventory? ReadInventory();

    /// <summary>Rows of a table within a span, ascending by time, then entity; the first row carries the columns' names.</summary>
    /// <exception cref="HistoryException">The request names no table or no resolution, or the query failed: that also while the rows are read.</exception>
    IEnumerable<HistoryRow> Query(HistoryRequest request);

    /// <summary>
    /// Windows within a span, ascending by start, whole with their distributions: as they came where those are still kept,
    /// before that the coarser ones.
    /// </summary>
    /// <param name="fromNs">Start of the first window, nanoseconds.</param>
    /// <param name="toNs">Windows start before this; nanoseconds.</param>
    /// <exception cref="HistoryException">The query failed.</exception>
    IEnumerable<Window> ReadWindows(long fromNs, long toNs);

    /// <summary>Makes the coarser windows that are due and removes what is older than it is kept. Beside the writer, one call at a time.</summary>
    /// <param name="nowNs">The run's clock.</param>
    /// <param name="retention">How long what is kept.</param>
    /// <exception cref="HistoryException">It could not be done; it may be tried again.</exception>
    void Tend(long nowNs, HistoryRetention retention);
}
