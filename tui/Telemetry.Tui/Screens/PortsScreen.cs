using Telemetry.Tui.Drawing;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Screens;

/// <summary>Every port with all its figures, sorted by the column of choice.</summary>
internal sealed class PortsScreen : IScreen
{
    private const int TrendWidth = 16;

    // One entry a column; the order is the screen's. Keys compare so that the first row is the interesting one.
    private static readonly (string Title, Comparison<Row> Order)[] Sorts =
    [
        ("STATE", Descending(r => (double)r.State)),
        ("PORT", (a, b) => NaturalComparer.Instance.Compare(a.Name, b.Name)),
        ("PEER", (a, b) => NaturalComparer.Instance.Compare(a.Peer, b.Peer)),
        ("RATE", Descending(r => r.RateBps)),
        ("UTIL", Descending(r => r.Utilisation)),
        ("TX b/s", Descending(r => r.TxBps)),
        ("RX b/s", Descending(r => r.RxBps)),
        ("INT p/s", Descending(r => r.PacketsPerSecond)),
        ("HOP p50", Descending(r => r.LatencyP50Ns)),
        ("HOP p99", Descending(r => r.LatencyP99Ns)),
        ("HOP max", Descending(r => r.LatencyMaxNs)),
        ("Q p50", Descending(r => r.QueueP50)),
        ("Q max", Descending(r => r.QueueFraction ?? r.QueueMax / 1e9)),
        ("Q cap", Descending(r => r.QueueCapacity)),
        ("DROPS", Descending(r => r.Drops)),
        ("ERRS", Descending(r => r.Errors)),
        ("AGE", Descending(r => r.AgeNs)),
    ];

    public string Title => "Ports";

    public int SortColumns => Sorts.Length;

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
            canvas.Put(area.X + 1, area.Y + 1, OverviewScreen.Nothing(model), Ink.Dim, area.Width - 1);
            return;
        }

        string sorted = Sorts[model.Ui.SortColumn % Sorts.Length].Title;
        char mark = model.Ui.SortReversed ? canvas.Glyphs.Ascending : canvas.Glyphs.Descending;
        int selected = KeyMap.IndexOf([.. rows.Select(r => r.Key)], model.Ui.SelectedKey);
        Columns(canvas.Glyphs, model.State, sorted)
            .Draw(canvas, area, rows, selected, c => c.Title == sorted ? mark : null);
    }

    /// <summary>Filtered and sorted; equal keys keep their natural order by name.</summary>
    internal static IEnumerable<Row> Rows(ViewModel model)
    {
        List<Row> rows =
        [
            .. model.Assessment.PortRows.Where(r =>
                (!model.Ui.FaultsOnly || r.IsFault) && RowFilter.Keeps(model.Ui.Filter, r.Name, r.Word, r.Reason, r.Peer)),
        ];
        Comparison<Row> order = Sorts[model.Ui.SortColumn % Sorts.Length].Order;
        int sign = model.Ui.SortReversed ? -1 : 1;
        rows.Sort((a, b) => order(a, b) * sign is int o and not 0 ? o : NaturalComparer.Instance.Compare(a.Name, b.Name));
        return rows;
    }

    // Unknown figures sort last whatever the direction of the known ones would be.
    private static Comparison<Row> Descending(Func<Row, double?> key) => (a, b) => Nullable.Compare(key(b), key(a));

    private static Table<Row> Columns(Glyphs glyphs, FabricState state, string sorted)
    {
        Column<Row>[] columns =
        [
            new("STATE", 9, 1, r => $"{glyphs.Symbol(r.State)} {r.Word}", r => Assessment.InkOf(r.State)),
            new("PORT", 8, 1, r => r.Name, r => r.IsFault ? Ink.Strong : Ink.Normal),
            new("PEER", 6, 8, r => r.Peer.Length > 0 ? r.Peer : Format.Unknown, r => Ink.Dim),
            new("RATE", 6, 13, r => r.RateBps > 0 ? Format.Rate(r.RateBps) : Format.Unknown, r => Ink.Dim, Right: true),
            new("UTIL", 5, 6, r => Format.Percent(r.Utilisation), Right: true),
            new("TX b/s", 7, 9, r => Format.Rate(r.TxBps), Right: true),
            new("RX b/s", 7, 12, r => Format.Rate(r.RxBps), Right: true),
            new("INT p/s", 8, 14, r => r.PacketsPerSecond is { } p ? Format.Short(p) : Format.Unknown, Right: true),
            new("HOP p50", 8, 5, r => Format.Latency(r.LatencyP50Ns, glyphs), Right: true),
            new("HOP p99", 8, 2, r => Format.Latency(r.LatencyP99Ns, glyphs), Right: true),
            new("HOP max", 8, 15, r => Format.Latency(r.LatencyMaxNs, glyphs), Right: true),
            new("Q p50", 6, 10, r => Format.Whole(r.QueueP50), Right: true),
            new("Q max", 6, 3, r => Format.Whole(r.QueueMax), OverviewScreen.QueueInk, Right: true),
            new("Q cap", 6, 11, r => r.QueueCapacity > 0 ? Format.Whole(r.QueueCapacity) : Format.Unknown, r => Ink.Dim, Right: true),
            new("", 8, 7, r => OverviewScreen.QueueBar(r, glyphs, 8), OverviewScreen.QueueInk),
            new("DROPS", 6, 4, r => r.Drops is { } d ? Format.Short(d) : Format.Unknown, r => r.Drops > 0 ? Ink.Warn : Ink.Dim, Right: true),
            new("ERRS", 5, 16, r => r.Errors is { } e ? Format.Short(e) : Format.Unknown, r => r.Errors > 0 ? Ink.Warn : Ink.Dim, Right: true),
            new("AGE", 7, 17, r => r.AgeNs is { } ns ? Format.Duration(ns) : Format.Unknown, r => Ink.Dim, Right: true),
            new("QUEUE TREND", TrendWidth, 18, r => Trend(r, state, glyphs), r => Ink.Accent),
            new("REASON", 12, 19, r => r.Reason, r => Assessment.InkOf(r.State), Grows: true),
        ];

        // The column that decides the order stays in sight.
        return new Table<Row>([.. columns.Select(c => c.Title == sorted ? c with { Priority = 1 } : c)]);
    }

    private static string Trend(Row row, FabricState state, Glyphs glyphs)
    {
        if (!state.Ports.TryGetValue(row.Name, out PortEntry? port))
        {
            return "";
        }

        double[] depths = [.. port.Recent.Select(s => (double)(s.QueueDepth.Max ?? 0))];
        double full = port.QueueCapacity > 0 ? port.QueueCapacity : depths.DefaultIfEmpty(0).Max();
        return glyphs.Trend(depths, full, TrendWidth);
    }
}
