using Telemetry.Tui.Drawing;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;

namespace Telemetry.Tui.Screens;

/// <summary>Everything worth a row, worst first, with the reason beside it; on narrow screens under it.</summary>
internal sealed class OverviewScreen : IScreen
{
    /// <summary>Below this width a reason beside the figures is too short to be read.</summary>
    private const int WideEnough = 72;

    /// <summary>From this width on every figure has its place.</summary>
    private const int FullFigures = 110;

    private const int BarWidth = 8;

    public string Title => "Overview";

    public int SortColumns => 0;

    public IReadOnlyList<string> Keys(ViewModel model) => [.. Rows(model).Select(r => r.Key)];

    public IReadOnlyList<DetailLine> Detail(ViewModel model)
    {
        Row[] rows = [.. Rows(model)];
        int at = KeyMap.IndexOf([.. rows.Select(r => r.Key)], model.Ui.SelectedKey);
        return at < 0 ? [] : RowDetail.Of(rows[at], model);
    }

    public void Draw(Canvas canvas, Area area, ViewModel model)
    {
        Row[] rows = [.. Rows(model)];
        if (rows.Length == 0)
        {
            canvas.Put(area.X + 1, area.Y + 1, Nothing(model), Ink.Dim, area.Width - 1);
            return;
        }

        int selected = KeyMap.IndexOf([.. rows.Select(r => r.Key)], model.Ui.SelectedKey);
        Table<Row> table = Columns(canvas.Glyphs, area.Width, Math.Clamp(rows.Max(r => Canvas.Columns(r.Name)), 5, 16));
        int beside = area.Width >= WideEnough ? table.Fit(area.Width)[^1].Width : 0;

        // Beside the figures if there is room; under them otherwise; the chosen row's reason always in full.
        table.Draw(canvas, area, rows, selected, null, row =>
            row.Reason.Length > 0 && (beside == 0 ? row.IsFault : row == rows[selected] && Canvas.Columns(row.Reason) > beside)
                ? (row.Reason, WhyInk(row)) : null);
    }

    /// <summary>What to say instead of an empty table.</summary>
    internal static string Nothing(ViewModel model) =>
        !model.State.HasData ? "no data yet"
        : model.Ui.Filter.Length > 0 ? $"nothing matches /{model.Ui.Filter}"
        : model.Ui.FaultsOnly ? "no faults known"
        : "nothing to show";

    private static IEnumerable<Row> Rows(ViewModel model) => model.Assessment.WorstFirst.Where(r =>
        (!model.Ui.FaultsOnly || r.IsFault) && RowFilter.Keeps(model.Ui.Filter, r.Name, r.Word, r.Reason, r.Peer, KindOf(r)));

    internal static string KindOf(Row row) => row.Kind switch
    {
        RowKind.Port => "port",
        RowKind.Link => "link",
        RowKind.Device => "device",
        _ => "flow",
    };

    internal static Ink QueueInk(Row row) => row.QueueFraction switch
    {
        null => Ink.Dim,
        >= Assessment.FullQueue => Ink.Hot,
        _ => Ink.Normal,
    };

    internal static string QueueBar(Row row, Glyphs glyphs, int width) =>
        row.QueueFraction is { } max ? glyphs.Bar((row.QueueP50 ?? 0) / (double)row.QueueCapacity, max, width) : "";

    private static string QueueText(Row row, bool full) => row.QueueMax is null ? Format.Unknown
        : (full ? $"{Format.Whole(row.QueueP50)} / {row.QueueMax}" : Format.Whole(row.QueueMax))
            + (row.QueueCapacity > 0 ? full ? $" of {row.QueueCapacity}" : $"/{row.QueueCapacity}" : "");

    private static string Why(Row row, Glyphs glyphs) =>
        row.Reason.Length > 0 ? row.Reason
        : row.Kind == RowKind.Port && row.Peer.Length > 0 ? $"{glyphs.Arrow} {row.Peer}"
        : row is { Kind: RowKind.Device, CpuPercent: { } cpu } ? $"{row.Peer}, CPU {cpu:0} %, {Format.Bytes(row.MemoryBytes)}"
        : row.Peer;

    private static Ink WhyInk(Row row) => row.IsFault ? Assessment.InkOf(row.State) : Ink.Dim;

    /// <summary>The columns for a width; names take what the longest needs.</summary>
    private static Table<Row> Columns(Glyphs glyphs, int width, int name)
    {
        bool beside = width >= WideEnough;
        bool full = width >= FullFigures;
        return new Table<Row>(
        [
            new("STATE", 9, 1, r => $"{glyphs.Symbol(r.State)} {r.Word}", r => Assessment.InkOf(r.State)),
            new("WHAT", name, 1, r => r.Name, r => r.IsFault ? Ink.Strong : Ink.Normal),
            new("HOP p50", 7, 7, r => Format.Latency(r.LatencyP50Ns, glyphs), Figure, Right: true),
            new(full ? "p99" : "HOP p99", 7, 2, r => Format.Latency(r.LatencyP99Ns, glyphs), Figure, Right: true),
            new(full ? "QUEUE p50 / max" : "Q max", full ? 15 : 7, 3, r => QueueText(r, full), QueueInk, Right: true),
            new("", BarWidth, 4, r => QueueBar(r, glyphs, BarWidth), QueueInk),
            new("UTIL", 5, 6, r => Format.Percent(r.Utilisation), Figure, Right: true),
            new("DROPS", 6, 5, r => r.Drops is { } d ? Format.Short(d) : Format.Unknown, r => r.Drops > 0 ? Ink.Warn : Ink.Dim, Right: true),
            .. beside ? [new Column<Row>("REASON", full ? 36 : 28, 1, r => Why(r, glyphs), WhyInk, Grows: true)] : Array.Empty<Column<Row>>(),
        ]);
    }

    private static Ink Figure(Row row) => row.IsFault || row.State == HealthState.Ok ? Ink.Normal : Ink.Dim;
}
