using System.Globalization;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Screens;

/// <summary>Alerts, active ones first, newest first among equals; the selected one's reasons below when there is room.</summary>
internal sealed class AlertsScreen : IScreen
{
    private const int BarWidth = 16;
    private const int WideEnough = 72;

    public string Title => "Alerts";

    public int SortColumns => 0;

    public IReadOnlyList<string> Keys(ViewModel model) => [.. Alerts(model).Select(Key)];

    public IReadOnlyList<DetailLine> Detail(ViewModel model) =>
        Selected(model) is { } alert ? AlertDetail(alert, model, model.Glyphs) : [];

    public void Draw(Canvas canvas, Area area, ViewModel model)
    {
        AlertEntry[] alerts = [.. Alerts(model)];
        if (alerts.Length == 0)
        {
            string nothing = model.State.HasData && model.Ui.Filter.Length == 0
                ? model.Freshness == Freshness.Live ? "no alerts" : "no alerts known; the feed is not live"
                : OverviewScreen.Nothing(model);
            canvas.Put(area.X + 1, area.Y + 1, nothing, Ink.Dim, area.Width - 1);
            return;
        }

        AlertEntry? selected = Selected(model);
        IReadOnlyList<DetailLine> detail = selected is null ? [] : AlertDetail(selected, model, canvas.Glyphs);
        bool wide = area.Width >= WideEnough;
        int room = area.Height >= 14 ? Math.Min(detail.Count + 1, area.Height / 2) : 0;
        int at = KeyMap.IndexOf([.. alerts.Select(Key)], model.Ui.SelectedKey);
        Columns(canvas.Glyphs, model, wide).Draw(canvas, area.Above(room), alerts, at, null, wide ? null : a => (Assessment.Explain(a), InkOf(a, model)));
        if (room > 0)
        {
            DetailOverlay.DrawLines(canvas, area.Below(area.Height - room), detail, 0);
        }
    }

    private static string Key(AlertEntry alert) => alert.Id.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<AlertEntry> Alerts(ViewModel model) => model.State.Alerts.Values
        .Where(a => (!model.Ui.FaultsOnly || a.IsActive) && RowFilter.Keeps(model.Ui.Filter, a.Entity, a.Kind, a.Explanation, a.Detector, a.IsActive ? "active" : "ended"))
        .OrderByDescending(a => a.IsActive).ThenByDescending(a => a.StartNs).ThenByDescending(a => a.Id);

    private static AlertEntry? Selected(ViewModel model)
    {
        AlertEntry[] alerts = [.. Alerts(model)];
        int at = KeyMap.IndexOf([.. alerts.Select(Key)], model.Ui.SelectedKey);
        return at < 0 ? null : alerts[at];
    }

    private static string Word(AlertEntry alert, ViewModel model) =>
        !alert.IsActive ? "ended" : model.Freshness == Freshness.Live ? "ACTIVE" : "ACTIVE?";

    private static Ink InkOf(AlertEntry alert, ViewModel model) =>
        !alert.IsActive ? Ink.Dim : Assessment.InkOf(Assessment.StateOf(alert));

    private static char SymbolOf(AlertEntry alert, Glyphs glyphs) =>
        alert.IsActive ? glyphs.Symbol(Assessment.StateOf(alert)) : glyphs.Separator;

    private static string Lasted(AlertEntry alert, ViewModel model) =>
        Format.Duration((alert.EndNs ?? model.State.NowNs) - alert.StartNs);

    private static Table<AlertEntry> Columns(Glyphs glyphs, ViewModel model, bool wide) => new(
    [
        new("STATE", 9, 1, a => $"{SymbolOf(a, glyphs)} {Word(a, model)}", a => InkOf(a, model)),
        new("WHAT", 9, 1, a => a.Entity, a => a.IsActive ? Ink.Strong : Ink.Normal),
        new("KIND", 10, 2, a => a.Kind, a => InkOf(a, model)),
        new("START", 10, 5, a => Format.Time(a.StartNs), Right: true),
        new("END", 10, 7, a => a.EndNs is { } end ? Format.Time(end) : Format.Unknown, a => a.IsActive ? Ink.Dim : Ink.Normal, Right: true),
        new("LASTED", 9, 3, a => Lasted(a, model), Right: true),
        new("SCORE", 5, 4, a => a.Score.ToString("0.00", CultureInfo.InvariantCulture), Right: true),
        new("DETECTOR", 10, 8, a => a.Detector, a => Ink.Dim),
        .. wide
            ? [new Column<AlertEntry>("EXPLANATION", 24, 1, Assessment.Explain, a => InkOf(a, model), Grows: true)]
            : Array.Empty<Column<AlertEntry>>(),
    ]);

    /// <summary>An alert in full: times, score, explanation and what contributed.</summary>
    internal static IReadOnlyList<DetailLine> AlertDetail(AlertEntry alert, ViewModel model, Glyphs glyphs)
    {
        string until = alert.EndNs is { } end ? $"to {Format.Time(end)}" : "and lasts";
        List<DetailLine> lines =
        [
            new("alert", $"{alert.Kind} at {alert.Entity}, {Word(alert, model)}", InkOf(alert, model)),
            new("time", $"from {Format.Time(alert.StartNs)} {until}, {Lasted(alert, model)}"),
            new("score", string.Create(CultureInfo.InvariantCulture, $"{alert.Score:0.000} by {alert.Detector}")),
            new("why", Assessment.Explain(alert), Ink.Strong),
        ];
        string label = "reasons";
        foreach (ReasonEntry reason in alert.Reasons.OrderByDescending(r => Math.Abs(r.Contribution)))
        {
            string bar = glyphs.Bar(Math.Abs(reason.Contribution), 0, BarWidth);
            string text = string.Create(
                CultureInfo.InvariantCulture, $"{bar} {reason.Contribution * 100,5:+0;-0;0} %  {reason.Feature} = {reason.Value:0.###}");
            lines.Add(new DetailLine(label, text, Ink.Accent));
            label = "";
        }

        return lines;
    }
}
