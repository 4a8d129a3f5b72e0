using System.Text;
using Terminal.Gui.Text;

namespace Telemetry.Tui.Drawing;

/// <summary>One character cell; <see cref="Continuation"/> is the right half of a wide character.</summary>
internal readonly record struct Cell(Rune Glyph, Style Style)
{
    public static readonly Rune Continuation = new(0);
}

/// <summary>A rectangle of cells.</summary>
internal readonly record struct Area(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    /// <summary>The area without its first <paramref name="rows"/> rows; empty when there are not that many.</summary>
    public Area Below(int rows) => new(X, Y + Math.Min(rows, Height), Width, Math.Max(0, Height - rows));

    /// <summary>The area without its last <paramref name="rows"/> rows; empty when there are not that many.</summary>
    public Area Above(int rows) => this with { Height = Math.Max(0, Height - rows) };
}

/// <summary>
/// What a screen draws on: <paramref name="width"/> x <paramref name="height"/> cells, clipped at the edges. It knows no
/// terminal, so screens are pure functions; control characters from outside become a dot and cannot reach one.
/// </summary>
internal sealed class Canvas(int width, int height, Glyphs glyphs)
{
    private static readonly Cell Blank = new(new Rune(' '), Ink.Normal);
    private readonly Cell[] _cells = NewCells(width, height);

    public Glyphs Glyphs { get; } = glyphs;

    public int Width { get; } = Math.Max(0, width);

    public int Height { get; } = Math.Max(0, height);

    public Area All => new(0, 0, Width, Height);

    public Cell this[int x, int y] => _cells[(y * Width) + x];

    public ReadOnlySpan<Cell> Row(int y) => _cells.AsSpan(y * Width, Width);

    /// <summary>Writes <paramref name="text"/> into at most <paramref name="room"/> columns, cut with an ellipsis.</summary>
    /// <returns>Columns used.</returns>
    public int Put(int x, int y, string text, Style style, int room = int.MaxValue)
    {
        room = Math.Min(room, Width - x);
        if (room <= 0 || y < 0 || y >= Height)
        {
            return 0;
        }

        bool cut = Columns(text) > room;
        int limit = cut ? room - 1 : room;
        int used = 0;
        foreach (Rune raw in text.EnumerateRunes())
        {
            Rune rune = Clean(raw);
            rune = Glyphs.IsAscii && !rune.IsAscii ? new Rune('?') : rune;
            int columns = rune.GetColumns();
            if (columns <= 0)
            {
                continue;
            }

            if (used + columns > limit)
            {
                break;
            }

            Set(x + used, y, rune, style);
            if (columns == 2)
            {
                Set(x + used + 1, y, Cell.Continuation, style);
            }

            used += columns;
        }

        if (cut)
        {
            Set(x + used, y, new Rune(Glyphs.Ellipsis), style);
            used++;
        }

        return used;
    }

    public void Set(int x, int y, Rune glyph, Style style)
    {
        if (x >= 0 && x < Width && y >= 0 && y < Height)
        {
            _cells[(y * Width) + x] = new Cell(glyph, style);
        }
    }

    public void Set(int x, int y, char glyph, Style style) => Set(x, y, new Rune(glyph), style);

    public void Fill(Area area, char glyph, Style style)
    {
        for (int y = area.Y; y < area.Bottom; y++)
        {
            for (int x = area.X; x < area.Right; x++)
            {
                Set(x, y, glyph, style);
            }
        }
    }

    /// <summary>Restyles cells without changing what they show.</summary>
    public void Select(int x, int y, int columns)
    {
        for (int i = Math.Max(0, x); i < Math.Min(Width, x + columns) && y >= 0 && y < Height; i++)
        {
            Cell cell = this[i, y];
            _cells[(y * Width) + i] = cell with { Style = cell.Style with { Selected = true } };
        }
    }

    /// <summary>The text alone, one line a row, trailing blanks kept.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        for (int y = 0; y < Height; y++)
        {
            foreach (Cell cell in Row(y))
            {
                if (cell.Glyph != Cell.Continuation)
                {
                    text.Append(cell.Glyph.ToString());
                }
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Columns that <paramref name="text"/> takes.</summary>
    public static int Columns(string text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            columns += Math.Max(0, Clean(rune).GetColumns());
        }

        return columns;
    }

    private static Rune Clean(Rune rune) => Rune.IsControl(rune) ? new Rune('.') : rune;

    private static Cell[] NewCells(int width, int height)
    {
        Cell[] cells = new Cell[Math.Max(0, width) * Math.Max(0, height)];
        Array.Fill(cells, Blank);
        return cells;
    }
}
