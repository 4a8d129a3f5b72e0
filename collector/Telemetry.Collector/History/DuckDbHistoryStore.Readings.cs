using System.Text;
using DuckDB.NET.Data;
using Google.Protobuf;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Devices;

namespace Telemetry.Collector.History;

public sealed partial class DuckDbHistoryStore
{
    // A commit a second: with these some MiB a day. The feed has all of them.
    private const int ExemplarsAtOnce = 16;

    private readonly Dictionary<(string Device, string Table), string> _tableRows = [];
    private readonly Dictionary<(string Device, string Table), string> _newTableRows = [];
    private readonly Dictionary<(HistoryReadings Readings, HistoryTier Tier), long> _thinnedNs = [];

    private long WriteDetails(List<DeviceDetail> details)
    {
        _newTableRows.Clear();
        if (details.Count == 0)
        {
            return 0;
        }

        long rows = 0;
        using DuckDBAppender interfaces = _writer.CreateAppender("interfaces");
        using DuckDBAppender queues = _writer.CreateAppender("queues");
        using DuckDBAppender tables = _writer.CreateAppender("tables");
        using DuckDBAppender tableRows = _writer.CreateAppender("table_rows");
        foreach (DeviceDetail detail in details)
        {
            foreach (InterfaceCounters counters in detail.Interfaces)
            {
                interfaces.CreateRow().AppendValue(detail.TimeNs).AppendValue(detail.Name).AppendValue(counters.Name)
                    .AppendValue((long)counters.RxBytes).AppendValue((long)counters.RxPackets).AppendValue((long)counters.RxErrors).AppendValue((long)counters.RxDrops)
                    .AppendValue((long)counters.TxBytes).AppendValue((long)counters.TxPackets).AppendValue((long)counters.TxErrors).AppendValue((long)counters.TxDrops)
                    .EndRow();
            }

            foreach (QueueCounters counters in detail.Queues)
            {
                queues.CreateRow().AppendValue(detail.TimeNs).AppendValue(detail.Name).AppendValue(counters.Interface)
                    .AppendValue(counters.Kind).AppendValue(counters.Handle)
                    .AppendValue((long)counters.Bytes).AppendValue((long)counters.Packets).AppendValue((long)counters.Drops)
                    .AppendValue((long)counters.Overlimits).AppendValue((long)counters.BacklogBytes).AppendValue((long)counters.BacklogPackets).EndRow();
            }

            foreach (TableStatistics table in detail.Tables)
            {
                IDuckDBAppenderRow row = tables.CreateRow().AppendValue(detail.TimeNs).AppendValue(detail.Name).AppendValue(table.Name).AppendValue((long)table.Entries);
                Append(row, table.HasPackets ? (long)table.Packets : null);
                Append(row, table.HasBytes ? (long)table.Bytes : null);
                row.EndRow();
                rows += WriteTableRows(tableRows, detail, table);
            }

            rows += detail.Interfaces.Count + detail.Queues.Count + detail.Tables.Count;
        }

        return rows;
    }

    /// <summary>Entries in words, all of a table whenever one of them changed: they hold until the next ones.</summary>
    private long WriteTableRows(DuckDBAppender appender, DeviceDetail detail, TableStatistics table)
    {
        (string, string) key = (detail.Name, table.Name);
        string[] rows = [.. table.Rows.Select(LinuxTables.WithoutCounters)];
        string all = string.Join('\n', rows);
        if (!_newTableRows.TryGetValue(key, out string? known) && !_tableRows.TryGetValue(key, out known))
        {
            known = "";
        }

        if (known == all)
        {
            return 0;
        }

        _newTableRows[key] = all;
        if (rows.Length == 0)
        {
            appender.CreateRow().AppendValue(detail.TimeNs).AppendValue(detail.Name).AppendValue(table.Name).AppendNullValue().AppendNullValue().EndRow();
            return 1;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            appender.CreateRow().AppendValue(detail.TimeNs).AppendValue(detail.Name).AppendValue(table.Name).AppendValue(i).AppendValue(rows[i]).EndRow();
        }

        return rows.Length;
    }

    /// <summary>After the commit: these are the rows that are stored.</summary>
    private void KeepTableRows()
    {
        foreach (((string, string) key, string rows) in _newTableRows)
        {
            _tableRows[key] = rows;
        }

        _newTableRows.Clear();
    }

    /// <summary>The most extreme exemplar of each entity and reason; where they are many, those of every reason in turn.</summary>
    private long WriteExemplars(HistoryBatch batch)
    {
        Exemplar[] most =
        [
            .. batch.Windows.SelectMany(window => window.Exemplars).Concat(batch.Events.Where(told => told.Exemplar is not null).Select(told => told.Exemplar))
                .GroupBy(exemplar => (exemplar.Reason, exemplar.Entity)).Select(same => same.MaxBy(exemplar => exemplar.Value)!)
                .GroupBy(exemplar => exemplar.Reason)
                .SelectMany(same => same.OrderByDescending(exemplar => exemplar.Value).ThenBy(exemplar => exemplar.Entity, StringComparer.Ordinal).Select((exemplar, rank) => (exemplar, rank)))
                .OrderBy(ranked => ranked.rank).ThenBy(ranked => ranked.exemplar.Reason).Take(ExemplarsAtOnce).Select(ranked => ranked.exemplar).OrderBy(exemplar => exemplar.TimeNs),
        ];
        if (most.Length == 0)
        {
            return 0;
        }

        using DuckDBAppender exemplars = _writer.CreateAppender("exemplars");
        foreach (Exemplar exemplar in most)
        {
            IDuckDBAppenderRow row = exemplars.CreateRow().AppendValue(exemplar.TimeNs).AppendValue(exemplar.Entity)
                .AppendValue(exemplar.Reason.ToString()).AppendValue((long)Math.Min(exemplar.Value, long.MaxValue)).AppendValue(exemplar.Src).AppendValue(exemplar.Dst);
            Append(row, exemplar.Key is null ? null : exemplar.Key.Protocol);
            Append(row, exemplar.Key is null ? null : exemplar.Key.SrcPort);
            Append(row, exemplar.Key is null ? null : exemplar.Key.DstPort);
            row.AppendValue((long)exemplar.Bytes).AppendValue(HopsOf(exemplar)).AppendValue(exemplar.ToByteArray()).EndRow();
        }

        return most.Length;
    }

    // s1 1>3 20000 ns q5; s2 3>1 30000 ns q40
    private static string HopsOf(Exemplar exemplar)
    {
        StringBuilder text = new();
        foreach (ExemplarHop hop in exemplar.Hops)
        {
            text.Append(text.Length > 0 ? "; " : "").Append(hop.Switch.Length > 0 ? hop.Switch : hop.HasNodeId ? $"node-{hop.NodeId}" : "?");
            if (hop.HasIngressPort || hop.HasEgressPort)
            {
                text.Append(' ').Append(hop.HasIngressPort ? $"{hop.IngressPort}" : "?").Append('>').Append(hop.HasEgressPort ? $"{hop.EgressPort}" : "?");
            }

            text.Append(hop.HasLatencyNs ? $" {hop.LatencyNs} ns" : "").Append(hop.HasQueueDepth ? $" q{hop.QueueDepth}" : "");
        }

        return text.ToString();
    }

    private void Thin(long nowNs, HistoryRetention retention)
    {
        for (int i = 1; i < HistoryTier.All.Count; i++)
        {
            HistoryTier tier = HistoryTier.All[i];
            long beforeNs = Floor(nowNs - retention.Of(HistoryTier.All[i - 1]), tier.LengthNs);
            foreach (HistoryReadings readings in HistoryReadings.All)
            {
                long fromNs = _thinnedNs.GetValueOrDefault((readings, tier), long.MinValue);
                if (beforeNs <= fromNs)
                {
                    continue;
                }

                Change(
                    _keeper,
                    $"""
                    DELETE FROM {readings.Table} WHERE time_ns >= $from AND time_ns < $before AND rowid NOT IN (
                        SELECT arg_max(rowid, {readings.Stays}) FROM {readings.Table} WHERE time_ns >= $from AND time_ns < $before
                        GROUP BY {readings.Key}, time_ns // {tier.LengthNs})
                    """,
                    ("from", fromNs),
                    ("before", beforeNs));
                _thinnedNs[(readings, tier)] = beforeNs;
            }
        }
    }
}
