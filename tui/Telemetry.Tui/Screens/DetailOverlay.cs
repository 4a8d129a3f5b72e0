using Telemetry.Tui.Drawing;

namespace Telemetry.Tui.Screens;

/// <summary>Labelled lines over the whole screen or part of it, wrapped at words.</summary>
internal static class DetailOverlay
{
    private const int LabelWidth = 14;

    /// <summary>Draws what fits below a rule, starting with line <paramref name="top"/> after wrapping.</summary>
    public static void DrawLines(Canvas canvas, Area area, IReadOnlyList<DetailLine> lines, int top)
    {
        if (area.Height == 0)
        {
            return;
        }

        for (int x = area.X; x < area.Right; x++)
        {
            canvas.Set(x, area.Y, canvas.Glyphs.Rule, Ink.Dim);
        }

        Area body = area.Below(1);
        int label = area.Width < 50 ? 0 : LabelWidth;
        List<DetailLine> wrapped = [.. lines.SelectMany(l => Wrap(l, body.Width - 2, label))];
        int first = Math.Clamp(top, 0, Math.Max(0, wrapped.Count - body.Height));
        for (int i = 0; i < body.Height && first + i < wrapped.Count; i++)
        {
            DetailLine line = wrapped[first + i];
            if (label > 0)
            {
                canvas.Put(body.X + 1, body.Y + i, line.Label, Ink.Dim, label - 1);
            }

            canvas.Put(body.X + 1 + label, body.Y + i, line.Text, line.Ink, body.Width - 1 - label);
        }
    }

    private static IEnumerable<DetailLine> Wrap(DetailLine line, int width, int label)
    {
        int room = Math.Max(8, width - label);
        string text = label == 0 && line.Label.Length > 0 ? $"{line.Label}: {line.Text}" : line.Text;
        string name = line.Label;
        while (Canvas.Columns(text) > room)
        {
            int cut = text.LastIndexOf(' ', Math.Min(room, text.Length - 1));
            cut = cut <= 0 ? Math.Min(room, text.Length) : cut;
            yield return line with { Label = name, Text = text[..cut] };
            text = text[cut..].TrimStart();
            name = "";
        }

        yield return line with { Label = name, Text = text };
    }
}
