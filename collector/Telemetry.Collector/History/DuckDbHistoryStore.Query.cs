using DuckDB.NET.Data;
using Google.Protobuf;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.History;

public sealed partial class DuckDbHistoryStore
{
    private const uint DefaultLimit = 10_000;

    /// <inheritdoc/>
    public IEnumerable<HistoryRow> Query(HistoryRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        long toNs = request.ToNs == 0 ? long.MaxValue : request.ToNs;
        (string table, string hidden, string time) = request.Table switch
        {
            HistoryRequest.Types.Table.Ports => ("ports", " EXCLUDE (hop_latency, queue_depth)", "start_ns"),
            HistoryRequest.Types.Table.Links => ("links", " EXCLUDE (latency)", "start_ns"),
            HistoryRequest.Types.Table.Flows => ("flows", " EXCLUDE (latency)", "start_ns"),
            HistoryRequest.Types.Table.Alerts => ("alerts", " EXCLUDE (message)", "start_ns"),
            HistoryRequest.Types.Table.Events => ("events", "", "time_ns"),
            HistoryRequest.Types.Table.Devices => ("devices", "", "time_ns"),
            HistoryRequest.Types.Table.LinkStates => ("link_states", "", "time_ns"),
            HistoryRequest.Types.Table.Interfaces => ("interfaces", "", "time_ns"),
            HistoryRequest.Types.Table.Queues => ("queues", "", "time_ns"),
            HistoryRequest.Types.Table.Tables => ("tables", "", "time_ns"),
            HistoryRequest.Types.Table.TableRows => ("table_rows", "", "time_ns"),
            HistoryRequest.Types.Table.Exemplars => ("exemplars", " EXCLUDE (message)", "time_ns"),
            _ => throw new HistoryException($"There is no table {request.Table} in the history."),
        };
        HistoryTier tier = TierOf(request.Resolution, request.FromNs, toNs);
        string thinned = "";
        if (HistorySchema.Tiered.Contains(table))
        {
            table += tier.Suffix;
        }
        else if (tier.LengthNs > 0 && HistoryReadings.Of(table) is { } readings)
        {
            thinned = $"QUALIFY row_number() OVER (PARTITION BY {readings.Key}, {time} // {tier.LengthNs} ORDER BY {readings.Stays} DESC, rowid DESC) = 1";
        }

        string ended = request.Table == HistoryRequest.Types.Table.Alerts ? "(end_ns IS NULL OR end_ns >= $from)" : $"{time} >= $from";
        string sql = $"""
            SELECT *{hidden} FROM {table}
            WHERE {ended} AND {time} < $to AND ($entity = '' OR entity = $entity)
            {thinned}
            ORDER BY {time}, entity, rowid LIMIT $limit
            """;
        return Rows();

        // Row by row, on a connection of its own: an export may be larger than the memory, and hold up nobody.
        IEnumerable<HistoryRow> Rows()
        {
            using DuckDBConnection connection = Another();
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = sql;
            command.UseStreamingMode = true;
            command.Parameters.Add(new DuckDBParameter("from", request.FromNs));
            command.Parameters.Add(new DuckDBParameter("to", toNs));
            command.Parameters.Add(new DuckDBParameter("entity", request.Entity));
            command.Parameters.Add(new DuckDBParameter("limit", (long)(request.Limit == 0 ? DefaultLimit : request.Limit)));
            using DuckDBDataReader reader = Guard(command.ExecuteReader);
            bool first = true;
            while (Guard(reader.Read))
            {
                HistoryRow row = ToRow(reader);
                if (first)
                {
                    first = false;
                    row.Columns.AddRange(Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
                    row.Types_.AddRange(Enumerable.Range(0, reader.FieldCount).Select(reader.GetDataTypeName));
                }

                yield return row;
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Window> ReadWindows(long fromNs, long toNs)
    {
        List<Window> windows = [];
        foreach ((HistoryTier tier, long partFromNs, long partToNs) in Cover(fromNs, toNs))
        {
            lock (_readLock)
            {
                windows.AddRange(Guard(() => ReadTier(_reader, tier, partFromNs, partToNs)));
            }
        }

        return windows;
    }

    /// <exception cref="HistoryException">There is no such resolution.</exception>
    private HistoryTier TierOf(string resolution, long fromNs, long toNs)
    {
        if (resolution.Length == 0)
        {
            return HistoryTier.Raw;
        }

        if (resolution != "auto")
        {
            return HistoryTier.All.FirstOrDefault(tier => tier.Name == resolution) ?? throw new HistoryException(
                $"There is no resolution {resolution} in the history; there are auto, {string.Join(", ", HistoryTier.All.Select(tier => tier.Name))}.");
        }

        const long Windows = 1000;
        const long RawNs = 100_000_000;
        lock (_writeLock)
        {
            // An open end is about now; a history of a run in virtual time has only what it has.
            long newestNs = Math.Min(toNs, (long?)Scalar("SELECT max(start_ns) FROM windows") ?? 0);
            return HistoryTier.All.FirstOrDefault(tier =>
                fromNs >= _tiers[tier].PurgedNs && (newestNs - Math.Max(0, fromNs)) / Math.Max(RawNs, tier.LengthNs) <= Windows) ?? HistoryTier.FiveMinutes;
        }
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is DuckDBException or InvalidOperationException or InvalidProtocolBufferException)
        {
            throw new HistoryException($"{_place}: the history cannot be read: {FirstLine(fault)}", fault);
        }
    }

    private static List<Window> ReadTier(DuckDBConnection connection, HistoryTier tier, long fromNs, long toNs)
    {
        const string Span = "start_ns >= $from AND start_ns < $to";
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

        void Each(string sql, Action<DuckDBDataReader> take)
        {
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = sql;
            command.Parameters.Add(new DuckDBParameter("from", fromNs));
            command.Parameters.Add(new DuckDBParameter("to", toNs));
            using DuckDBDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                take(reader);
            }
        }

        Each(
            $"SELECT start_ns, length_ns, flow_packets_omitted FROM windows{tier.Suffix} WHERE {Span}",
            row => Of(row).FlowPacketsOmitted += (ulong)row.GetInt64(2));
        Each(
            $"""
            SELECT start_ns, length_ns, switch, port, packets, queue_capacity, rate_bps, tx_packets, tx_bytes, rx_packets, rx_bytes,
                   drops, errors, counter_span_ns, hop_latency, queue_depth
            FROM ports{tier.Suffix} WHERE {Span} ORDER BY start_ns, switch, port
            """,
            row => AddPort(Of(row), row));
        Each(
            $"SELECT start_ns, length_ns, a, a_port, b, b_port, packets, latency FROM links{tier.Suffix} WHERE {Span} ORDER BY start_ns, a, a_port",
            row => AddLink(Of(row), row));
        Each(
            $"""
            SELECT start_ns, length_ns, src, dst, src_address, dst_address, protocol, src_port, dst_port, packets, bytes, lost,
                   path, path_changes, latency
            FROM flows{tier.Suffix} WHERE {Span} ORDER BY start_ns, src_address, dst_address, protocol, src_port, dst_port
            """,
            row => AddFlow(Of(row), row));
        return [.. windows.Values];
    }

    private static void AddPort(Window window, DuckDBDataReader row)
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
    }

    private static void AddLink(Window window, DuckDBDataReader row)
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
    }

    private static void AddFlow(Window window, DuckDBDataReader row)
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
