using Telemetry.Collector.Contracts;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;
using Telemetry.Tui.Model;
using Telemetry.Tui.Topology;

namespace Telemetry.Tui.Screens;

internal sealed partial class TopologyScreen
{
    /// <summary>Opens the borders of boxes where lines reach them.</summary>
    private static void DrawJunctions(Canvas canvas, Area area, Layout layout, ViewModel model)
    {
        foreach (Route route in layout.Routes)
        {
            if (!model.State.Links.TryGetValue(route.Key, out LinkEntry? link) || IsCut(StateOf(link, route.Key, model)))
            {
                continue;
            }

            byte weight = WeightOf(StateOf(link, route.Key, model));
            (Point start, Point end) = route.Own;
            if (route.Shared.IsEmpty && start.Y == end.Y && start.X != end.X)
            {
                Open(canvas, area, start with { X = start.X - 1 }, new Arms(Arms.Light, weight, Arms.Light, 0), canvas.Glyphs.Upright);
                Open(canvas, area, end with { X = end.X + 1 }, new Arms(Arms.Light, 0, Arms.Light, weight), canvas.Glyphs.Upright);
                continue;
            }

            Point first = route.Shared.IsEmpty ? start : route.Shared[0];
            Open(canvas, area, first with { Y = first.Y - 1 }, new Arms(0, Arms.Light, weight, Arms.Light), canvas.Glyphs.Rule);
            Open(canvas, area, end with { Y = end.Y + 1 }, new Arms(weight, Arms.Light, 0, Arms.Light), canvas.Glyphs.Rule);
        }
    }

    private static void Open(Canvas canvas, Area area, Point at, Arms arms, char border)
    {
        (int x, int y) = (area.X + at.X, area.Y + at.Y);
        if (x >= 0 && y >= 0 && x < canvas.Width && y < canvas.Height && canvas[x, y].Glyph.Value == border)
        {
            canvas.Set(x, y, canvas.Glyphs.Line(arms), canvas[x, y].Style);
        }
    }

    private static void DrawRoutes(Canvas canvas, Area area, Layout layout, ViewModel model)
    {
        LineGrid grid = new(area.Width, area.Height);
        List<(Route Route, HealthState State, Ink Ink)> routes =
        [
            .. layout.Routes.Where(r => model.State.Links.ContainsKey(r.Key)).Select(r =>
            {
                HealthState state = StateOf(model.State.Links[r.Key], r.Key, model);
                return (r, state, IsFaded(r.Key, state, model) ? Ink.Dim : LineInk(state));
            }),
        ];

        // Worst last: where links share cells, the fault is what one sees.
        foreach ((Route route, HealthState state, Ink ink) in routes.Where(r => !IsCut(r.State)).OrderBy(r => r.State))
        {
            byte weight = WeightOf(state);
            Point first = route.Shared.IsEmpty ? route.Own.From : route.Shared[0];
            grid.Add(route.Shared, weight, ink);
            grid.Add([route.Own.From, route.Own.To], weight, ink);
            Attach(grid, route, first, weight, ink);
        }

        grid.Draw(canvas, area.X, area.Y);
        foreach ((Route route, HealthState state, Ink ink) in routes.Where(r => IsCut(r.State)))
        {
            DrawCut(canvas, area, route, canvas.Glyphs.Symbol(state), ink);
        }
    }

    // Lines reach the boxes they belong to.
    private static void Attach(LineGrid grid, Route route, Point first, byte weight, Ink ink)
    {
        (Point start, Point end) = route.Own;
        if (route.Shared.IsEmpty && start.Y == end.Y && start.X != end.X)
        {
            grid.Arm(start, start with { X = start.X - 1 }, weight, ink);
            grid.Arm(end, end with { X = end.X + 1 }, weight, ink);
            return;
        }

        bool arc = route.Shared.Length == 3 && route.Shared[1].Y <= route.Shared[0].Y && route.Shared[0].Y == end.Y;
        grid.Arm(first, first with { Y = first.Y + (arc ? 1 : -1) }, weight, ink);
        grid.Arm(end, end with { Y = end.Y + 1 }, weight, ink);
    }

    /// <summary>A link that is down: a gap with a cross, on the part that is its own.</summary>
    private static void DrawCut(Canvas canvas, Area area, Route route, char cross, Ink ink)
    {
        (Point from, Point to) = route.Own;
        canvas.Set(area.X + ((from.X + to.X) / 2), area.Y + ((from.Y + to.Y + 1) / 2), cross, ink);
    }

    private static bool IsCut(HealthState state) => state == HealthState.Down;

    private static byte WeightOf(HealthState state) => state switch
    {
        HealthState.Hot => Arms.Heavy,
        HealthState.Warn => Arms.Dashed,
        HealthState.Unknown or HealthState.Stale or HealthState.Silent => Arms.Dotted,
        _ => Arms.Light,
    };

    private static Ink LineInk(HealthState state) => state switch
    {
        HealthState.Ok => Ink.Ok,
        HealthState.Idle => Ink.Idle,
        _ => Assessment.InkOf(state),
    };

    private static void DrawNode(Canvas canvas, Area box, string name, ViewModel model)
    {
        (HealthState state, string word) = StateOf(name, model);
        Ink ink = IsFaded(name, state, model) ? Ink.Dim : Assessment.InkOf(state);
        char symbol = canvas.Glyphs.Symbol(state);
        bool selected = model.Ui.SelectedKey == $"{RowKind.Device}:{name}";
        if (box.Height == (int)NodeSize.Label)
        {
            canvas.Put(box.X, box.Y, $"{symbol}{name}", ink, box.Width);
        }
        else
        {
            DrawBox(canvas, box, state >= HealthState.Warn ? ink : Ink.Dim);
            canvas.Set(box.X + 1, box.Y + 1, symbol, ink);
            canvas.Put(box.X + 3, box.Y + 1, name, Ink.Strong, box.Width - 4);
            if (box.Height == (int)NodeSize.Full)
            {
                canvas.Put(box.X + 1, box.Y + 2, word, ink, box.Width - 2);
            }
        }

        if (selected)
        {
            for (int y = box.Y; y < box.Bottom; y++)
            {
                canvas.Select(box.X, y, box.Width);
            }
        }
    }

    private static void DrawBox(Canvas canvas, Area box, Ink ink)
    {
        Glyphs glyphs = canvas.Glyphs;
        canvas.Fill(box, ' ', Ink.Normal);
        for (int x = box.X + 1; x < box.Right - 1; x++)
        {
            canvas.Set(x, box.Y, glyphs.Rule, ink);
            canvas.Set(x, box.Bottom - 1, glyphs.Rule, ink);
        }

        for (int y = box.Y + 1; y < box.Bottom - 1; y++)
        {
            canvas.Set(box.X, y, glyphs.Upright, ink);
            canvas.Set(box.Right - 1, y, glyphs.Upright, ink);
        }

        canvas.Set(box.X, box.Y, glyphs.Corners[0], ink);
        canvas.Set(box.Right - 1, box.Y, glyphs.Corners[1], ink);
        canvas.Set(box.X, box.Bottom - 1, glyphs.Corners[2], ink);
        canvas.Set(box.Right - 1, box.Bottom - 1, glyphs.Corners[3], ink);
    }
}
