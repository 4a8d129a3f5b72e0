using System.Text;
using Telemetry.Tui.Health;

namespace Telemetry.Tui.Drawing;

/// <summary>Line weights of the four arms that meet in one cell: 0 none, 1 light, 2 heavy, 3 dotted, 4 dashed.</summary>
internal readonly record struct Arms(byte Up, byte Right, byte Down, byte Left)
{
    public const byte Light = 1;
    public const byte Heavy = 2;
    public const byte Dotted = 3;
    public const byte Dashed = 4;
}

/// <summary>The characters that shapes are made of: one set for fonts with box drawing, one of ASCII only.</summary>
internal sealed class Glyphs
{
    public static readonly Glyphs Unicode = new(ascii: false);
    public static readonly Glyphs Ascii = new(ascii: true);

    // Index: up + 3 right + 9 down + 27 left, each 0 none, 1 light, 2 heavy.
    private const string Lines =
        " ╵╹╶└┖╺┕┗╷│╿┌├┞┍┝┡╻╽┃┎┟┠┏┢┣╴┘┚─┴┸╼┶┺┐┤┦┬┼╀┮┾╄┒┧┨┰╁╂┲╆╊╸┙┛╾┵┹━┷┻┑┥┩┭┽╃┯┿╇┓┪┫┱╅╉┳╈╋";

    private const string Eighths = " ▏▎▍▌▋▊▉█";
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const string AsciiLevels = "_.-=+*#@";
    private readonly bool _ascii;

    private Glyphs(bool ascii) => _ascii = ascii;

    public bool IsAscii => _ascii;

    public char Ellipsis => _ascii ? '~' : '…';

    public char Separator => _ascii ? '|' : '·';

    public char Rule => _ascii ? '-' : '─';

    public char Pause => _ascii ? '=' : '‖';

    public char Ascending => _ascii ? '^' : '▲';

    public char Descending => _ascii ? 'v' : '▼';

    /// <summary>Corners of a box: top left, top right, bottom left, bottom right.</summary>
    public string Corners => _ascii ? "++++" : "┌┐└┘";

    public char Upright => _ascii ? '|' : '│';

    public string Arrow => _ascii ? "->" : "→";

    public string Micro => _ascii ? "us" : "µs";

    /// <summary>The shape of a state: readable without its colour.</summary>
    public char Symbol(HealthState state) => (state, _ascii) switch
    {
        (HealthState.Ok, false) => '●',
        (HealthState.Ok, true) => '+',
        (HealthState.Idle, false) => '○',
        (HealthState.Idle, true) => '.',
        (HealthState.Warn, _) => '!',
        (HealthState.Silent, false) => '◌',
        (HealthState.Silent, true) => 'o',
        (HealthState.Hot, false) => '▲',
        (HealthState.Hot, true) => '^',
        (HealthState.Down, false) => '✕',
        (HealthState.Down, true) => 'X',
        (HealthState.Stale, _) => '~',
        _ => '?',
    };

    /// <summary>The character of crossing lines.</summary>
    public char Line(Arms arms)
    {
        bool vertical = arms.Up != 0 || arms.Down != 0;
        bool horizontal = arms.Left != 0 || arms.Right != 0;
        byte most = Math.Max(Math.Max(arms.Up, arms.Down), Math.Max(arms.Left, arms.Right));
        if (!vertical && !horizontal)
        {
            return ' ';
        }

        if (_ascii)
        {
            bool heavy = arms.Up == Arms.Heavy || arms.Down == Arms.Heavy || arms.Left == Arms.Heavy || arms.Right == Arms.Heavy;
            return vertical && horizontal ? (heavy ? '#' : '+')
                : vertical ? (most >= Arms.Dotted ? ':' : heavy ? '#' : '|')
                : most >= Arms.Dotted ? '.' : heavy ? '=' : '-';
        }

        return most == Arms.Dotted && !horizontal ? '┊'
            : most == Arms.Dotted && !vertical ? '┈'
            : most == Arms.Dashed && !horizontal ? '╎'
            : most == Arms.Dashed && !vertical ? '╌'
            : Lines[Weight(arms.Up) + (3 * Weight(arms.Right)) + (9 * Weight(arms.Down)) + (27 * Weight(arms.Left))];
    }

    /// <summary>A bar of <paramref name="width"/> columns: solid up to <paramref name="solid"/>, hatched on to <paramref name="hatched"/> (fractions 0..1).</summary>
    public string Bar(double solid, double hatched, int width)
    {
        StringBuilder bar = new(width);
        double first = Math.Clamp(solid, 0, 1) * width;
        double last = Math.Max(first, Math.Clamp(hatched, 0, 1) * width);
        for (int i = 0; i < width; i++)
        {
            double filled = first - i;
            bar.Append(
                filled >= 1 ? (_ascii ? '#' : '█')
                : last - i >= 0.5 && filled < 0.5 ? (_ascii ? '=' : '▒')
                : filled > 0 ? (_ascii ? (filled >= 0.5 ? '#' : '.') : Eighths[Math.Max(1, (int)(filled * 8))])
                : _ascii ? '.' : '·');
        }

        return bar.ToString();
    }

    /// <summary>The newest <paramref name="width"/> values as levels of <paramref name="full"/>; blank where there is none.</summary>
    public string Trend(ReadOnlySpan<double> values, double full, int width)
    {
        string levels = _ascii ? AsciiLevels : Levels;
        StringBuilder trend = new(width);
        int skip = Math.Max(0, values.Length - width);
        trend.Append(' ', width - (values.Length - skip));
        foreach (double value in values[skip..])
        {
            trend.Append(levels[full > 0 ? Math.Clamp((int)(value / full * 8), 0, 7) : 0]);
        }

        return trend.ToString();
    }

    private static int Weight(byte arm) => arm >= Arms.Dotted ? Arms.Light : arm;
}
