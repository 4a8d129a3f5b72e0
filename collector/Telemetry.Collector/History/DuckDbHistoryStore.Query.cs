using DuckDB.NET.Data;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.History;

public sealed partial class DuckDbHistoryStore
{
    private const uint DefaultLimit = 10_000;

    /// <inheritdoc/>
    public IReadOnlyList<HistoryRow> Query(HistoryRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        (string table, string hidden, string time) = request.Table switch
        {
            HistoryRequest.Types.Table.Ports => ("ports", " EXCLUDE (hop_latency, queue_depth)", "start_ns"),
            HistoryRequest.Types.Table.Links => ("links", " EXCLUDE (latency)", "start_ns"),
            HistoryRequest.Types.Table.Flows => ("flows", " EXCLUDE (latency)", "start_ns"),
            HistoryRequest.Types.Table.Alerts => ("alerts", " EXCLUDE (message)", "start_ns"),
            HistoryRequest.Types.Table.Events => ("events", "", "time_ns"),
            HistoryRequest.Types.Table.Devices => ("devices", "", "time_ns"),
            _ => throw new HistoryException($"There is no table {request.Table} in the history."),
        };
        string ended = request.Table == HistoryRequest.Types.Table.Alerts ? "(end_ns IS NULL OR end_ns >= $from)" : $"{time} >= $from";
        string sql = $"""
            SELECT *{hidden} FROM {table}
            WHERE {ended} AND {time} < $to AND ($entity = '' OR entity = $entity)
            ORDER BY {time}, entity, rowid LIMIT $limit
            """;
        string[]? columns = null;
        List<HistoryRow> rows = Read(
            sql,
            row =>
            {
                columns ??= [.. Enumerable.Range(0, row.FieldCount).Select(row.GetName)];
                return ToRow(row);
            },
            ("from", request.FromNs),
            ("to", request.ToNs == 0 ? long.MaxValue : request.ToNs),
            ("entity", request.Entity),
            ("limit", (long)(request.Limit == 0 ? DefaultLimit : request.Limit)));
        if (rows.Count > 0)
        {
            rows[0].Columns.AddRange(columns);
        }

        return rows;
    }

    /// <inheritdoc/>
    public IEnumerable<Window> ReadWindows(long fromNs, long toNs)
    {
        const string Span = "start_ns >= $from AND start_ns < $to";
        (string, object)[] span = [("from", fromNs), ("to", toNs)];
        SortedDictionary<(long StartNs, long LengthNs), Window> windows = [];
        Window Of(DuckDBDataReader row)
        {
            (long StartNs, long LengthNs) key = (row.GetInt64(0), row.GetInt64(1));
            if (!windows.TryGetValue(key, out Window? window))
            {
                windows.Add(key, window = new Window { StartNs = key.StartNs, LengthNs = key.LengthNs });
            }

            return window;
        }

        // The conversions below fill the windows; the lists that Read makes are not needed.
        Read(
            $"SELECT start_ns, length_ns, flow_packets_omitted FROM windows WHERE {Span}",
            row => Of(row).FlowPacketsOmitted += (ulong)row.GetInt64(2),
            span);
        Read(
            $"""
            SELECT start_ns, length_ns, switch, port, packets, queue_capacity, rate_bps, tx_packets, tx_bytes, rx_packets, rx_bytes,
                   drops, errors, counter_span_ns, hop_latency, queue_depth
            FROM ports WHERE {Span} ORDER BY start_ns, switch, port
            """,
            row => AddPort(Of(row), row),
            span);
        Read(
            $"SELECT start_ns, length_ns, a, a_port, b, b_port, packets, latency FROM links WHERE {Span} ORDER BY start_ns, a, a_port",
            row => AddLink(Of(row), row),
            span);
        Read(
            $"""
            SELECT start_ns, length_ns, src, dst, src_address, dst_address, protocol, src_port, dst_port, packets, bytes, lost,
                   path, path_changes, latency
            FROM flows WHERE {Span} ORDER BY start_ns, src_address, dst_address, protocol, src_port, dst_port
            """,
            row => AddFlow(Of(row), row),
            span);
        return windows.Values;
    }

    private static bool AddPort(Window window, DuckDBDataReader row)
    {
        PortWindow port = new()
        {
            Switch = row.GetString(2),
            Port = (uint)row.GetInt32(3),
            Packets = (ulong)row.GetInt64(4),
            QueueCapacity = (uint)row.GetInt32(5),
            RateBps = (ulong)row.GetInt64(6),
            HopLatencyNs = DistributionAt(row, 14),
            QueueDepth = DistributionAt(row, 15),
        };
        IfPresent(row, 7, value => port.TxPackets = value);
        IfPresent(row, 8, value => port.TxBytes = value);
        IfPresent(row, 9, value => port.RxPackets = value);
        IfPresent(row, 10, value => port.RxBytes = value);
        IfPresent(row, 11, value => port.Drops = value);
        IfPresent(row, 12, value => port.Errors = value);
        IfPresent(row, 13, value => port.CounterSpanNs = value);
        window.Ports.Add(port);
        return true;
    }

    private static bool AddLink(Window window, DuckDBDataReader row)
    {
        window.Links.Add(new LinkWindow
        {
            A = row.GetString(2),
            APort = (uint)row.GetInt32(3),
            B = row.GetString(4),
            BPort = (uint)row.GetInt32(5),
            Packets = (ulong)row.GetInt64(6),
            LatencyNs = DistributionAt(row, 7),
        });
        return true;
    }

    private static bool AddFlow(Window window, DuckDBDataReader row)
    {
        FlowId id = new(
            row.GetFieldValue<uint>(4), row.GetFieldValue<uint>(5), (byte)row.GetInt32(6), (ushort)row.GetInt32(7), (ushort)row.GetInt32(8));
        FlowWindow flow = new()
        {
            Key = id.ToKey(),
            Src = row.GetString(2),
            Dst = row.GetString(3),
            Packets = (ulong)row.GetInt64(9),
            Bytes = (ulong)row.GetInt64(10),
            PathChanges = (uint)row.GetInt32(13),
            LatencyNs = DistributionAt(row, 14),
        };
        IfPresent(row, 11, value => flow.Lost = value);
        flow.Path.AddRange(row.GetString(12).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        window.Flows.Add(flow);
        return true;
    }

    private static Distribution DistributionAt(DuckDBDataReader row, int column) =>
        row.IsDBNull(column) ? new Distribution() : Distribution.Parser.ParseFrom(Bytes(row, column));

    private static void IfPresent(DuckDBDataReader row, int column, Action<ulong> set)
    {
        if (!row.IsDBNull(column))
        {
            set((ulong)row.GetInt64(column));
        }
    }

    private static HistoryRow ToRow(DuckDBDataReader row)
    {
        HistoryRow result = new();
        for (int i = 0; i < row.FieldCount; i++)
        {
            result.Values.Add(Text(row.GetValue(i)));
        }

        return result;
    }
}
