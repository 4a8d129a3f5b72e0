using System.Collections.Immutable;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Feed;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;

namespace Telemetry.Tui.Screens;

/// <summary>The whole terminal: header, banner while the feed is not live, the chosen screen, footer.</summary>
internal sealed class Picture
{
    private const int FullHeader = 76; // narrower screens get the short one

    private static readonly HealthState[] WorstToBest = [.. Enum.GetValues<HealthState>().Reverse()];

    private readonly ImmutableArray<IScreen> _screens = [new OverviewScreen(), new TopologyScreen(), new PortsScreen(), new AlertsScreen()];

    public IScreen Screen(ScreenId id) => _screens[(int)id];

    /// <summary>Draws <paramref name="model"/> onto a new canvas of this size; any size, even 1 x 1.</summary>
    public Canvas Draw(ViewModel model, int width, int height)
    {
        Canvas canvas = new(width, height, model.Glyphs);
        Area body = canvas.All.Below(DrawHeader(canvas, model)).Above(height > 3 ? 1 : 0);
        if (model.Ui.Overlay == Overlay.Help)
        {
            DetailOverlay.DrawLines(canvas, body, HelpText.Lines(model.Glyphs), model.Ui.OverlayTop);
        }
        else if (model.Ui.Overlay == Overlay.Detail)
        {
            DetailOverlay.DrawLines(canvas, body, Screen(model.Ui.Screen).Detail(model), model.Ui.OverlayTop);
        }
        else
        {
            Screen(model.Ui.Screen).Draw(canvas, body, model);
        }

        if (height > 3)
        {
            DrawFooter(canvas, model);
        }

        return canvas;
    }

    private int DrawHeader(Canvas canvas, ViewModel model)
    {
        bool wide = canvas.Width >= FullHeader;
        int rows = 0;
        int x = wide ? canvas.Put(1, rows, "TELEMETRY", Ink.Title) + 3 : 0;
        x += wide && model.State.Name.Length > 0 ? canvas.Put(x, rows, model.State.Name, Ink.Strong, 24) + 2 : 0;
        x = DrawConnection(canvas, x, rows, model);
        if (wide)
        {
            DrawReports(canvas, x + 3, rows++, model, right: true);
            int tabs = DrawTabs(canvas, rows, model);
            bool words = tabs + CountsWidth(model, words: true) + 2 < canvas.Width;
            DrawCounts(canvas, canvas.Width - CountsWidth(model, words) - 1, rows++, model, words);
        }
        else
        {
            DrawCounts(canvas, x + 2, rows++, model, words: false);
            if (canvas.Height >= 6)
            {
                DrawReports(canvas, 0, rows++, model, right: false);
            }
        }

        return canvas.Height > rows + 2 && Banner(model) is { } banner ? DrawBanner(canvas, rows, banner, model) : rows;
    }

    private static int DrawConnection(Canvas canvas, int x, int y, ViewModel model)
    {
        string age = model.DataAge is { } a ? Format.Age(a) : "none";
        Glyphs glyphs = canvas.Glyphs;
        (string text, Ink ink) = model.Freshness switch
        {
            Freshness.Live => ($"{glyphs.Symbol(HealthState.Ok)} LIVE {age}", model.FrozenFor is null ? Ink.Ok : Ink.Idle),
            Freshness.Stale => ($" {glyphs.Symbol(HealthState.Stale)} STALE data {age} ", Ink.Caution),
            _ when !model.State.HasData && model.Feed.Reason.Length == 0 => ($"{glyphs.Symbol(HealthState.Unknown)} CONNECTING", Ink.Caution),
            _ => ($" {glyphs.Symbol(HealthState.Down)} DISCONNECTED data {age} ", Ink.Alarm),
        };
        x += canvas.Put(x, y, text, ink);
        return model.FrozenFor is { } frozen ? x + 1 + canvas.Put(x + 1, y, $" {glyphs.Pause} FROZEN {Format.Age(frozen)} ", Ink.Caution) : x;
    }

    private static string? Banner(ViewModel model) => model.Freshness switch
    {
        Freshness.Live => null,
        Freshness.Stale => $"No news from {model.Address}: what is below may no longer be true",
        _ when model.Feed.Reason.Length == 0 => $"Connecting to {model.Address}",
        _ => $"Lost {model.Address}: {model.Feed.Reason}. {Retry(model)}{(model.State.HasData ? "; all below is old" : "")}",
    };

    private static string Retry(ViewModel model) =>
        model.Feed.Phase == FeedPhase.Lost && model.RetryIn is { } wait ? $"Retry {model.Feed.Attempt} in {Format.Age(wait)}" : $"Retry {model.Feed.Attempt} now";

    private static int DrawBanner(Canvas canvas, int y, string text, ViewModel model)
    {
        Ink ink = model.Freshness == Freshness.Lost && model.Feed.Reason.Length > 0 ? Ink.Alarm : Ink.Caution;
        canvas.Fill(new Area(0, y, canvas.Width, 1), ' ', ink);
        canvas.Put(1, y, text, ink, canvas.Width - 1);
        return y + 1;
    }

    private static void DrawReports(Canvas canvas, int x, int y, ViewModel model, bool right)
    {
        Model.ReportTotals reports = model.State.Reports;
        (string Long, string Short, ulong Count, bool Bad)[] parts =
        [
            ("reports", "rep", reports.Received, false),
            ("decoded", "dec", reports.Decoded, false),
            ("malformed", "bad", reports.Malformed, true),
            ("lost", "lost", reports.Lost, true),
            .. reports.Dropped > 0 ? [("dropped", "drop", reports.Dropped, true)] : Array.Empty<(string, string, ulong, bool)>(),
            .. model.State.WindowsDropped > 0 ? [("windows missed", "missed", model.State.WindowsDropped, true)] : Array.Empty<(string, string, ulong, bool)>(),
        ];

        // The longest of three wordings that fits.
        (string Text, bool Bad)[] shown = [];
        int gap = 1;
        int needed = 0;
        for (int wording = 0; wording < 3; wording++)
        {
            shown = [.. parts.Select(p => ($"{(wording < 2 ? p.Long : p.Short)} {(wording == 0 ? Format.Count(p.Count) : Format.Short(p.Count))}", p is { Bad: true, Count: > 0 }))];
            gap = wording == 0 ? 3 : wording == 1 ? 2 : 1;
            needed = shown.Sum(s => s.Text.Length) + (gap * (shown.Length - 1));
            if (x + needed + 1 <= canvas.Width)
            {
                break;
            }
        }

        x = right ? Math.Max(x, canvas.Width - needed - 1) : x;
        foreach ((string text, bool bad) in shown)
        {
            x += canvas.Put(x, y, text, bad ? Ink.Warn : Ink.Dim) + gap;
        }
    }

    private int DrawTabs(Canvas canvas, int y, ViewModel model)
    {
        int x = 1;
        for (int i = 0; i < _screens.Length; i++)
        {
            bool here = (int)model.Ui.Screen == i;
            string title = i == (int)ScreenId.Alerts && model.Assessment.ActiveAlerts > 0
                ? $"{_screens[i].Title}({model.Assessment.ActiveAlerts})" : _screens[i].Title;
            x += canvas.Put(x, y, here ? $"[{i + 1} {title}]" : $" {i + 1} {title} ", here ? Ink.Title : Ink.Dim);
        }

        return x;
    }

    private static string CountText(HealthState state, int count, Glyphs glyphs, bool words) =>
        words ? $"{glyphs.Symbol(state)} {count} {Assessment.Word(state).ToLowerInvariant()}" : $"{glyphs.Symbol(state)}{count}";

    private static int CountsWidth(ViewModel model, bool words) =>
        model.Assessment.Counts.Sum(c => CountText(c.Key, c.Value, model.Glyphs, words).Length + (words ? 2 : 1)) - (words ? 2 : 1);

    private static void DrawCounts(Canvas canvas, int x, int y, ViewModel model, bool words)
    {
        foreach (HealthState state in WorstToBest)
        {
            if (model.Assessment.Counts.TryGetValue(state, out int count))
            {
                x += canvas.Put(x, y, CountText(state, count, model.Glyphs, words), Assessment.InkOf(state)) + (words ? 2 : 1);
            }
        }
    }

    private void DrawFooter(Canvas canvas, ViewModel model)
    {
        int y = canvas.Height - 1;
        UiState ui = model.Ui;
        if (ui.Mode == InputMode.Filter)
        {
            canvas.Put(0, y, $"/{ui.Filter}_", Ink.Accent);
            return;
        }

        if (ui.Mode == InputMode.Command)
        {
            canvas.Put(0, y, $":{ui.Command}_", Ink.Accent);
            return;
        }

        if (ui.Message.Length > 0)
        {
            canvas.Put(0, y, ui.Message, Ink.Warn);
            return;
        }

        string trail = Screen(ui.Screen).Title
            + (ui.Overlay == Overlay.Help ? " > Help" : ui.Overlay == Overlay.Detail ? " > Detail" : "")
            + (ui.FaultsOnly ? " > faults" : "")
            + (ui.Filter.Length > 0 ? $" > /{ui.Filter}" : "");
        int x = 1 + canvas.Put(1, y, trail, Ink.Accent) + 2;
        string keys = ui.Overlay != Overlay.None ? "Esc back  arrows scroll"
            : "1-4 screens  / filter  : command  f faults  p freeze  Enter detail  ? help  q quit";
        string[] wordings = ui.Overlay != Overlay.None ? [keys, "Esc back"]
            : [keys, "1-4 screens  / filter  f faults  p freeze  ? help  q quit", "/ filter  ? help  q quit", "? help  q quit"];
        string shown = wordings.FirstOrDefault(w => w.Length <= canvas.Width - x - 1, "");
        canvas.Put(Math.Max(x, canvas.Width - shown.Length - 1), y, shown, Ink.Dim);
    }
}
