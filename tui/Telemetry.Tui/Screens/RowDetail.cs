using Telemetry.Tui.Drawing;
using Telemetry.Tui.Health;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Screens;

/// <summary>All that is known about one port, link, device or flow, as lines.</summary>
internal static class RowDetail
{
    public static IReadOnlyList<DetailLine> Of(Row row, ViewModel model)
    {
        Glyphs glyphs = model.Glyphs;
        List<DetailLine> lines =
        [
            new(OverviewScreen.KindOf(row), row.Peer.Length > 0 ? $"{row.Name}, {row.Peer}" : row.Name, Ink.Strong),
            new("state", $"{row.Word}", Assessment.InkOf(row.State)),
        ];
        Add(lines, "why", row.Reason, Assessment.InkOf(row.State));
        if (row.LatencyP50Ns is not null)
        {
            string max = row.LatencyMaxNs is null ? "" : $", max {Format.Latency(row.LatencyMaxNs, glyphs)}";
            lines.Add(new(row.Kind == RowKind.Port ? "hop latency" : "latency",
                $"p50 {Format.Latency(row.LatencyP50Ns, glyphs)}, p99 {Format.Latency(row.LatencyP99Ns, glyphs)}{max}"));
        }

        if (row.Kind == RowKind.Port)
        {
            string capacity = row.QueueCapacity > 0 ? $" of {row.QueueCapacity} packets" : "";
            lines.Add(new("queue", $"p50 {Format.Whole(row.QueueP50)}, max {Format.Whole(row.QueueMax)}{capacity}"));
            lines.Add(new("rate", $"out {Format.Rate(row.TxBps)}, in {Format.Rate(row.RxBps)}, line {(row.RateBps > 0 ? Format.Rate(row.RateBps) : Format.Unknown)} b/s, {Format.Percent(row.Utilisation)} used"));
            lines.Add(new("lost here", $"{(row.Drops is { } d ? Format.Count(d) : Format.Unknown)} drops, {(row.Errors is { } e ? Format.Count(e) : Format.Unknown)} errors since connected"));
        }

        if (row.Kind == RowKind.Device)
        {
            lines.Add(new("process", $"CPU {(row.CpuPercent is { } cpu ? $"{cpu:0} %" : Format.Unknown)}, memory {Format.Bytes(row.MemoryBytes)}"));
            Add(lines, "address", model.State.Devices[row.Name].Address, Ink.Normal);
        }

        Add(lines, "newest", row.AgeNs is { } ns ? $"{Format.Duration(ns)} ago" : "never", Ink.Normal);
        AddAlerts(lines, row, model);
        AddFlows(lines, row, model);
        return lines;
    }

    private static void AddAlerts(List<DetailLine> lines, Row row, ViewModel model)
    {
        string entity = row.Kind == RowKind.Link && model.State.Links.TryGetValue(row.Name, out LinkEntry? link) ? link.Name : row.Name;
        foreach (AlertEntry alert in model.State.Alerts.Values.Where(a => a.Entity == entity && a.IsActive))
        {
            lines.AddRange(AlertsScreen.AlertDetail(alert, model, model.Glyphs));
        }
    }

    private static void AddFlows(List<DetailLine> lines, Row row, ViewModel model)
    {
        string label = "flows";
        foreach (FlowEntry flow in model.State.FlowsById.Values.Where(f => Crosses(f, row, model.State)).OrderByDescending(f => f.Packets).Take(12))
        {
            string lost = flow.Lost is { } l ? $", {Format.Count(l)} lost" : "";
            lines.Add(new(label, $"{flow.Name} via {string.Join(' ', flow.Path)}, {Format.Count(flow.Packets)} packets{lost}, p99 {Format.Latency(flow.LatencyP99Ns, model.Glyphs)}"));
            label = "";
        }
    }

    // A flow leaves a port when the next device on its path is that port's peer.
    private static bool Crosses(FlowEntry flow, Row row, FabricState state) => row.Kind switch
    {
        RowKind.Flow => flow.Name == row.Name,
        RowKind.Device => flow.Source == row.Name || flow.Destination == row.Name || flow.Path.Contains(row.Name),
        RowKind.Port when state.Ports.TryGetValue(row.Name, out PortEntry? port) => Follows(flow, port.Device, port.Peer),
        RowKind.Link when state.Links.TryGetValue(row.Name, out LinkEntry? link) => Follows(flow, link.A, link.B) || Follows(flow, link.B, link.A),
        _ => false,
    };

    private static bool Follows(FlowEntry flow, string from, string to)
    {
        string[] hops = [flow.Source, .. flow.Path, flow.Destination];
        for (int i = 0; i + 1 < hops.Length; i++)
        {
            if (hops[i] == from && hops[i + 1] == to)
            {
                return true;
            }
        }

        return false;
    }

    private static void Add(List<DetailLine> lines, string label, string text, Ink ink)
    {
        if (text.Length > 0)
        {
            lines.Add(new DetailLine(label, text, ink));
        }
    }
}
