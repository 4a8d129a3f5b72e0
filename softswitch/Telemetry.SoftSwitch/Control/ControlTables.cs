using System.Globalization;
using System.Text;
using Telemetry.SwitchControl.V1;

namespace Telemetry.SoftSwitch.Control;

/// <summary>Answers as tables with a line of titles.</summary>
internal static class ControlTables
{
    public static string Of(GetPortsResponse answer) => Format(
        ["port", "interface", "state", "rx packets", "rx bytes", "tx packets", "tx bytes", "queue drops", "down drops", "queued", "rate b/s", "depth"],
        answer.Ports.Select(p => (object[])[p.Port, p.Interface.Length == 0 ? "-" : p.Interface, p.Up ? "up" : "down", p.RxPackets, p.RxBytes, p.TxPackets, p.TxBytes, p.QueueDrops, p.DownDrops, p.Queued, Rate(p.RateBps), p.DepthPackets]));

    public static string Of(GetQueuesResponse answer) => Format(
        ["port", "priority", "rate b/s", "depth", "packets", "bytes", "drops", "dropped bytes", "now", "max"],
        answer.Queues.Select(q => (object[])[q.Port, q.Priority, Rate(q.RateBps), q.DepthPackets, q.Packets, q.Bytes, q.Drops, q.DroppedBytes, q.Depth, q.MaxDepth]));

    public static string Of(GetTimingResponse answer) => Format(
        ["stage", "packets", "mean ns"],
        answer.Stages.Select(s => (object[])[s.Stage, s.Packets, s.Packets == 0 ? "-" : s.TotalNs / s.Packets]));

    private static object Rate(ulong bitsPerSecond) => bitsPerSecond == 0 ? "-" : bitsPerSecond;

    private static string Format(string[] titles, IEnumerable<object[]> rows)
    {
        List<string[]> cells = [titles, .. rows.Select(r => r.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture)!).ToArray())];
        int[] widths = [.. titles.Select((_, i) => cells.Max(c => c[i].Length))];
        StringBuilder text = new();
        foreach (string[] row in cells)
        {
            text.AppendLine(string.Join("  ", row.Select((c, i) => c.PadLeft(widths[i]))));
        }

        return text.ToString().TrimEnd();
    }
}
