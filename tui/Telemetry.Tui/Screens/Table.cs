using Telemetry.Tui.Drawing;

namespace Telemetry.Tui.Screens;

/// <summary>A column of a <see cref="Table{T}"/>.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Width">Columns; the smallest useful width for the one that grows.</param>
/// <param name="Priority">1 is never dropped; the larger, the earlier it goes when room is short.</param>
/// <param name="Text">The cell's text.</param>
/// <param name="Ink">The cell's ink; null is <see cref="Drawing.Ink.Normal"/>.</param>
/// <param name="Right">Aligned to the right, for figures.</param>
/// <param name="Grows">Takes the room that is left, at most one column of a table.</param>
internal sealed record Column<T>(
    string Title, int Width, int Priority, Func<T, string> Text, Func<T, Ink>? Ink = null, bool Right = false, bool Grows = false);

/// <summary>Aligned columns that drop out by priority when the screen is narrow.</summary>
internal sealed class Table<T>(IReadOnlyList<Column<T>> columns)
{
    private const int Gap = 2;

    /// <summary>The columns that fit into <paramref name="width"/>, in order, with the width each gets.</summary>
    public IReadOnlyList<(Column<T> Column, int Width)> Fit(int width)
    {
        List<Column<T>> shown = [.. columns];
        while (shown.Count > 1 && Total(shown) > width && shown.Any(c => c.Priority > 1))
        {
            // Of equals the rightmost goes first.
            Column<T> least = shown.Where(c => c.Priority > 1).Reverse().MaxBy(c => c.Priority)!;
            shown.Remove(least);
        }

        int spare = Math.Max(0, width - Total(shown));
        return [.. shown.Select(c => (c, c.Grows ? c.Width + spare : c.Width))];
    }

    /// <summary>Draws headings and rows.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="area">Part of it; the first row is for the headings.</param>
    /// <param name="rows">All rows.</param>
    /// <param name="selected">Index of the selected row, kept in sight; -1 for none.</param>
    /// <param name="heading">Mark beside a heading, e.g. the sort arrow; null for none.</param>
    /// <param name="below">Lines to draw under a row, e.g. its reason; null for none.</param>
    public void Draw(
        Canvas canvas,
        Area area,
        IReadOnlyList<T> rows,
        int selected,
        Func<Column<T>, char?>? heading = null,
        Func<T, (string Text, Ink Ink)?>? below = null)
    {
        IReadOnlyList<(Column<T> Column, int Width)> shown = Fit(area.Width);
        DrawHeadings(canvas, area, shown, heading);
        Area body = area.Below(1);
        int y = body.Y;
        for (int i = FirstVisible(rows, selected, body.Height, below); i < rows.Count && y < body.Bottom; i++)
        {
            DrawRow(canvas, body, y, rows[i], shown);
            int height = 1;
            if (below?.Invoke(rows[i]) is { } line && y + 1 < body.Bottom)
            {
                canvas.Put(body.X + 2, y + 1, line.Text, line.Ink, body.Width - 2);
                height = 2;
            }

            if (i == selected)
            {
                canvas.Select(body.X, y, body.Width);
            }

            y += height;
        }
    }

    private static int Total(List<Column<T>> shown) => shown.Sum(c => c.Width) + (Gap * (shown.Count - 1));

    private static int FirstVisible(IReadOnlyList<T> rows, int selected, int height, Func<T, (string Text, Ink Ink)?>? below)
    {
        int first = Math.Clamp(selected, 0, Math.Max(0, rows.Count - 1));
        int used = rows.Count > 0 ? Height(rows[first], below) : 0;
        while (first > 0 && used + Height(rows[first - 1], below) <= height)
        {
            used += Height(rows[--first], below);
        }

        return first;
    }

    private static int Height(T row, Func<T, (string Text, Ink Ink)?>? below) => below?.Invoke(row) is null ? 1 : 2;

    private static void DrawHeadings(
        Canvas canvas, Area area, IReadOnlyList<(Column<T> Column, int Width)> shown, Func<Column<T>, char?>? heading)
    {
        int x = area.X;
        foreach ((Column<T> column, int width) in shown)
        {
            char? mark = heading?.Invoke(column);
            string title = mark is { } m ? $"{column.Title}{m}" : column.Title;
            PutAligned(canvas, x, area.Y, title, mark is null ? Ink.Dim : Ink.Accent, Math.Min(width, area.Right - x), column.Right);
            x += width + Gap;
        }
    }

    private static void DrawRow(Canvas canvas, Area area, int y, T row, IReadOnlyList<(Column<T> Column, int Width)> shown)
    {
        int x = area.X;
        foreach ((Column<T> column, int width) in shown)
        {
            PutAligned(canvas, x, y, column.Text(row), column.Ink?.Invoke(row) ?? Ink.Normal, Math.Min(width, area.Right - x), column.Right);
            x += width + Gap;
        }
    }

    private static void PutAligned(Canvas canvas, int x, int y, string text, Ink ink, int width, bool right)
    {
        int shift = right ? Math.Max(0, width - Canvas.Columns(text)) : 0;
        canvas.Put(x + shift, y, text, ink, width - shift);
    }
}
