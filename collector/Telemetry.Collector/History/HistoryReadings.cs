namespace Telemetry.Collector.History;

/// <summary>
/// A table of readings: counters and gauges as a device told them, or reports kept whole. It has no tables of coarser windows: of what is older than windows as they
/// came are kept, one reading stays for each 10 s, then one for each 5 minutes. Counters only grow, so differences between what stays are exact.
/// </summary>
/// <param name="Table">Name.</param>
/// <param name="Key">Columns that tell apart what is read.</param>
/// <param name="Stays">What decides which one stays of several: that with the largest.</param>
internal sealed record HistoryReadings(string Table, string Key, string Stays)
{
    /// <summary>All.</summary>
    public static IReadOnlyList<HistoryReadings> All { get; } =
    [
        new("devices", "entity, state", "time_ns"),
        new("interfaces", "entity, interface", "time_ns"),
        new("queues", "entity, interface, handle", "time_ns"),
        new("tables", "entity, name", "time_ns"),
        new("exemplars", "reason", "value"),
    ];

    /// <summary>The one of a name; null when there is none.</summary>
    public static HistoryReadings? Of(string table) => All.FirstOrDefault(readings => readings.Table == table);
}
