using Telemetry.Tui.Drawing;
using Telemetry.Tui.Topology;

namespace Telemetry.Tui.Screens;

/// <summary>Collects lines that meet and cross, then draws each cell with the character that joins its arms.</summary>
internal sealed class LineGrid(int width, int height)
{
    private readonly (Arms Arms, Ink Ink)[] _cells = new (Arms, Ink)[width * height];

    /// <summary>Adds straight lines from corner to corner; what is added later wins the ink of shared cells.</summary>
    public void Add(IReadOnlyList<Point> corners, byte weight, Ink ink)
    {
        for (int i = 0; i + 1 < corners.Count; i++)
        {
            Point at = corners[i];
            while (at != corners[i + 1])
            {
                Point next = new(at.X + Math.Sign(corners[i + 1].X - at.X), at.Y + Math.Sign(corners[i + 1].Y - at.Y));
                Join(at, next, weight, ink);
                at = next;
            }
        }
    }

    /// <summary>Gives both cells an arm towards each other; one of them may be outside, e.g. under a box.</summary>
    public void Join(Point a, Point b, byte weight, Ink ink)
    {
        Arm(a, b, weight, ink);
        Arm(b, a, weight, ink);
    }

    /// <summary>Gives one cell an arm towards a neighbour.</summary>
    public void Arm(Point cell, Point towards, byte weight, Ink ink)
    {
        if (cell.X < 0 || cell.Y < 0 || cell.X >= width || cell.Y >= height)
        {
            return;
        }

        ref (Arms Arms, Ink Ink) slot = ref _cells[(cell.Y * width) + cell.X];
        Arms arms = slot.Arms;
        slot = (
            towards.Y < cell.Y ? arms with { Up = weight }
            : towards.Y > cell.Y ? arms with { Down = weight }
            : towards.X < cell.X ? arms with { Left = weight }
            : arms with { Right = weight },
            ink);
    }

    public void Draw(Canvas canvas, int x, int y)
    {
        for (int i = 0; i < _cells.Length; i++)
        {
            if (_cells[i].Arms != default)
            {
                canvas.Set(x + (i % width), y + (i / width), canvas.Glyphs.Line(_cells[i].Arms), _cells[i].Ink);
            }
        }
    }
}
