using DuckDB.NET.Data;
using Google.Protobuf;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.History;

public sealed partial class DuckDbHistoryStore
{
    private static long WriteWindows(DuckDBConnection connection, List<Window> batch, HistoryTier tier)
    {
        if (batch.Count == 0)
        {
            return 0;
        }

        long rows = batch.Count;
        ValueHistogram scratch = new();
        using DuckDBAppender windows = connection.CreateAppender($"windows{tier.Suffix}");
        using DuckDBAppender ports = connection.CreateAppender($"ports{tier.Suffix}");
        using DuckDBAppender links = connection.CreateAppender($"links{tier.Suffix}");
        using DuckDBAppender flows = connection.CreateAppender($"flows{tier.Suffix}");
        foreach (Window window in batch)
        {
            windows.CreateRow().AppendValue(window.StartNs).AppendValue(window.LengthNs)
                .AppendValue((long)window.FlowPacketsOmitted).EndRow();
            foreach (PortWindow port in window.Ports)
            {
                Write(ports.CreateRow().AppendValue(window.StartNs).AppendValue(window.LengthNs), port, scratch);
            }

            foreach (LinkWindow link in window.Links)
            {
                Write(links.CreateRow().AppendValue(window.StartNs).AppendValue(window.LengthNs), link, scratch);
            }

            foreach (FlowWindow flow in window.Flows)
            {
                Write(flows.CreateRow().AppendValue(window.StartNs).AppendValue(window.LengthNs), flow, scratch);
            }

            rows += window.Ports.Count + window.Links.Count + window.Flows.Count;
        }

        return rows;
    }

    private static void Write(IDuckDBAppenderRow row, PortWindow port, ValueHistogram scratch)
    {
        row.AppendValue(PortId.Of(port).Entity).AppendValue(port.Switch).AppendValue((int)port.Port).AppendValue((long)port.Packets);
        bool hasLatency = Take(scratch, port.HopLatencyNs);
        Append(row, hasLatency ? scratch.Quantile(0.5) : null);
        Append(row, hasLatency ? scratch.Quantile(0.99) : null);
        Append(row, hasLatency ? scratch.Max : null);
        bool hasDepth = Take(scratch, port.QueueDepth);
        Append(row, hasDepth ? scratch.Quantile(0.5) : null);
        Append(row, hasDepth ? scratch.Max : null);
        row.AppendValue((int)port.QueueCapacity).AppendValue((long)port.RateBps);
        Append(row, port.HasTxPackets ? (long)port.TxPackets : null);
        Append(row, port.HasTxBytes ? (long)port.TxBytes : null);
        Append(row, port.HasRxPackets ? (long)port.RxPackets : null);
        Append(row, port.HasRxBytes ? (long)port.RxBytes : null);
        Append(row, port.HasDrops ? (long)port.Drops : null);
        Append(row, port.HasErrors ? (long)port.Errors : null);
        Append(row, port.HasCounterSpanNs ? (long)port.CounterSpanNs : null);
        Append(row, port.HopLatencyNs);
        Append(row, port.QueueDepth);
        row.EndRow();
    }

    private static void Write(IDuckDBAppenderRow row, LinkWindow link, ValueHistogram scratch)
    {
        row.AppendValue(LinkId.Of(link).Entity).AppendValue(link.A).AppendValue((int)link.APort)
            .AppendValue(link.B).AppendValue((int)link.BPort).AppendValue((long)link.Packets);
        bool hasLatency = Take(scratch, link.LatencyNs);
        Append(row, hasLatency ? scratch.Quantile(0.5) : null);
        Append(row, hasLatency ? scratch.Quantile(0.99) : null);
        Append(row, link.LatencyNs);
        row.EndRow();
    }

    private static void Write(IDuckDBAppenderRow row, FlowWindow flow, ValueHistogram scratch)
    {
        FlowId id = FlowId.Of(flow);
        row.AppendValue(EntityNames.Flow(flow.Src, flow.Dst)).AppendValue(flow.Src).AppendValue(flow.Dst)
            .AppendValue(id.SrcAddress).AppendValue(id.DstAddress).AppendValue((int)id.Protocol)
            .AppendValue((int)id.SrcPort).AppendValue((int)id.DstPort)
            .AppendValue((long)flow.Packets).AppendValue((long)flow.Bytes);
        Append(row, flow.HasLost ? (long)flow.Lost : null);
        bool hasLatency = Take(scratch, flow.LatencyNs);
        Append(row, hasLatency ? scratch.Quantile(0.5) : null);
        Append(row, hasLatency ? scratch.Quantile(0.99) : null);
        row.AppendValue(string.Join(' ', flow.Path)).AppendValue((int)flow.PathChanges);
        Append(row, flow.LatencyNs);
        row.EndRow();
    }

    private long WriteStates(HistoryBatch batch)
    {
        if (batch.Events.Count > 0)
        {
            using DuckDBAppender events = _writer.CreateAppender("events");
            foreach (Event told in batch.Events)
            {
                events.CreateRow().AppendValue(told.TimeNs).AppendValue(told.Kind.ToString())
                    .AppendValue(told.Entity).AppendValue(told.Detail).EndRow();
            }
        }

        if (batch.Devices.Count > 0)
        {
            using DuckDBAppender devices = _writer.CreateAppender("devices");
            foreach ((long timeNs, DeviceStatus status) in batch.Devices)
            {
                IDuckDBAppenderRow row = devices.CreateRow().AppendValue(timeNs).AppendValue(status.Name)
                    .AppendValue(status.Kind.ToString()).AppendValue(status.State.ToString());
                row = status.HasCpuPercent ? row.AppendValue(status.CpuPercent) : row.AppendNullValue();
                Append(row, status.HasMemoryBytes ? (long)status.MemoryBytes : null);
                row.AppendValue(status.LastSeenNs).EndRow();
            }
        }

        if (batch.Links.Count > 0)
        {
            using DuckDBAppender links = _writer.CreateAppender("link_states");
            foreach ((long timeNs, LinkStatus status) in batch.Links)
            {
                links.CreateRow().AppendValue(timeNs).AppendValue(EntityNames.Link(status.A, status.B)).AppendValue(status.A)
                    .AppendValue((int)status.APort).AppendValue(status.B).AppendValue((int)status.BPort)
                    .AppendValue(status.State.ToString()).AppendValue(status.SinceNs).AppendValue(status.Reason).EndRow();
            }
        }

        if (batch.Inventory is not null)
        {
            Upsert("INSERT OR REPLACE INTO meta VALUES ('inventory', NULL, $data)", ("data", batch.Inventory.ToByteArray()));
        }

        return batch.Events.Count + batch.Devices.Count + batch.Links.Count;
    }

    /// <summary>In bulk, by way of a table of this connection: thousands may change at once, as when a link to many devices goes.</summary>
    private long WriteAlerts(HistoryBatch batch)
    {
        if (batch.Alerts.Count == 0)
        {
            return 0;
        }

        Execute(_writer, "CREATE TEMP TABLE IF NOT EXISTS changed_alerts AS FROM alerts LIMIT 0; DELETE FROM changed_alerts");
        using (DuckDBAppender alerts = _writer.CreateAppender("temp", "main", "changed_alerts"))
        {
            foreach (Alert alert in batch.Alerts.Values)
            {
                IDuckDBAppenderRow row = alerts.CreateRow().AppendValue(alert.Id).AppendValue(alert.Kind).AppendValue(alert.Entity).AppendValue(alert.StartNs);
                Append(row, alert.HasEndNs ? alert.EndNs : null);
                row.AppendValue(alert.DetectedNs).AppendValue(alert.Score).AppendValue(alert.Explanation).AppendValue(alert.Detector)
                    .AppendValue(alert.ToByteArray()).EndRow();
            }
        }

        long known = (long)Scalar("SELECT count(*) FROM alerts WHERE id IN (SELECT id FROM changed_alerts)")!;
        Execute(_writer, "INSERT OR REPLACE INTO alerts FROM changed_alerts");
        return batch.Alerts.Count - known;
    }

    private void WriteMarks(HistoryBatch batch)
    {
        foreach (SenderMark mark in batch.Marks)
        {
            Upsert(
                "INSERT OR REPLACE INTO senders VALUES ($sender, $epoch, $sequence)",
                ("sender", mark.Sender),
                ("epoch", mark.Epoch),
                ("sequence", mark.Sequence));
        }

        foreach (OriginMark origin in batch.Origins.Values)
        {
            Upsert(
                "INSERT OR REPLACE INTO origins VALUES ($sender, $epoch, $message)",
                ("sender", origin.Sender),
                ("epoch", origin.Epoch),
                ("message", origin.ToByteArray()));
        }
    }

    private void Upsert(string sql, params ReadOnlySpan<(string Name, object Value)> parameters) => Change(_writer, sql, parameters);

    private static void Change(DuckDBConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.Add(new DuckDBParameter(name, value));
        }

        command.ExecuteNonQuery();
    }

    private static bool Take(ValueHistogram scratch, Distribution? distribution)
    {
        scratch.Clear();
        return scratch.TryMerge(distribution) && scratch.Count > 0;
    }

    private static void Append(IDuckDBAppenderRow row, long? value)
    {
        if (value is { } known)
        {
            row.AppendValue(known);
        }
        else
        {
            row.AppendNullValue();
        }
    }

    private static void Append(IDuckDBAppenderRow row, Distribution? distribution)
    {
        if (distribution is null || distribution.Deltas.Count == 0)
        {
            row.AppendNullValue();
        }
        else
        {
            row.AppendValue(distribution.ToByteArray());
        }
    }
}
