using Telemetry.Tui.Drawing;
using Terminal.Gui.Drawing;
using Terminal.Gui.Drivers;
using Attribute = Terminal.Gui.Drawing.Attribute;

namespace Telemetry.Tui.Terminals;

/// <summary>
/// What inks look like: calm RGB where the terminal has it, its own 16 colours otherwise, and bold, underline and
/// reverse alone without colours. The background stays the terminal's own.
/// </summary>
internal sealed class Palette
{
    private readonly Attribute[] _plain;
    private readonly Attribute[] _selected;

    private Palette(Func<Ink, Attribute> of)
    {
        _plain = [.. Enum.GetValues<Ink>().Select(of)];
        _selected = [.. _plain.Select(a => a with { Style = a.Style | TextStyle.Reverse })];
    }

    public static readonly Palette None = new(WithoutColor);
    public static readonly Palette Sixteen = new(WithSixteen);
    public static readonly Palette Rgb = new(WithRgb);

    public Attribute this[Style style] => (style.Selected ? _selected : _plain)[(int)style.Ink];

    /// <summary>The palette for a terminal.</summary>
    public static Palette For(ColorCapabilityLevel level, bool noColor) =>
        noColor || level == ColorCapabilityLevel.NoColor ? None : level == ColorCapabilityLevel.TrueColor ? Rgb : Sixteen;

    private static Attribute Of(Color foreground, TextStyle style = TextStyle.None) => new(foreground, Color.None, style);

    private static Attribute WithRgb(Ink ink) => ink switch
    {
        Ink.Dim => Of(new Color(128, 134, 146)),
        Ink.Strong => Of(Color.None, TextStyle.Bold),
        Ink.Title => Of(new Color(97, 160, 214), TextStyle.Bold),
        Ink.Accent => Of(new Color(97, 160, 214)),
        Ink.Ok => Of(new Color(98, 168, 108)),
        Ink.Idle => Of(new Color(128, 134, 146)),
        Ink.Unknown => Of(new Color(140, 148, 178)),
        Ink.Warn => Of(new Color(208, 160, 62)),
        Ink.Silent => Of(new Color(176, 132, 214), TextStyle.Bold),
        Ink.Hot => Of(new Color(236, 98, 70), TextStyle.Bold),
        Ink.Down => Of(new Color(232, 72, 110), TextStyle.Bold),
        Ink.Alarm => new Attribute(new Color(255, 255, 255), new Color(176, 36, 48), TextStyle.Bold),
        Ink.Caution => new Attribute(new Color(20, 20, 20), new Color(208, 160, 62), TextStyle.Bold),
        _ => Of(Color.None),
    };

    private static Attribute WithSixteen(Ink ink) => ink switch
    {
        Ink.Dim => Of(new Color(ColorName16.DarkGray)),
        Ink.Strong => Of(Color.None, TextStyle.Bold),
        Ink.Title => Of(new Color(ColorName16.Cyan), TextStyle.Bold),
        Ink.Accent => Of(new Color(ColorName16.Cyan)),
        Ink.Ok => Of(new Color(ColorName16.Green)),
        Ink.Idle => Of(new Color(ColorName16.DarkGray)),
        Ink.Unknown => Of(new Color(ColorName16.DarkGray)),
        Ink.Warn => Of(new Color(ColorName16.Yellow)),
        Ink.Silent => Of(new Color(ColorName16.Magenta), TextStyle.Bold),
        Ink.Hot => Of(new Color(ColorName16.BrightRed), TextStyle.Bold),
        Ink.Down => Of(new Color(ColorName16.BrightMagenta), TextStyle.Bold),
        Ink.Alarm => new Attribute(new Color(ColorName16.White), new Color(ColorName16.Red), TextStyle.Bold),
        Ink.Caution => new Attribute(new Color(ColorName16.Black), new Color(ColorName16.Yellow)),
        _ => Of(Color.None),
    };

    private static Attribute WithoutColor(Ink ink) => ink switch
    {
        Ink.Strong or Ink.Title or Ink.Silent => Of(Color.None, TextStyle.Bold),
        Ink.Accent or Ink.Warn => Of(Color.None, TextStyle.Underline),
        Ink.Hot or Ink.Down => Of(Color.None, TextStyle.Bold | TextStyle.Underline),
        Ink.Alarm or Ink.Caution => Of(Color.None, TextStyle.Bold | TextStyle.Reverse),
        _ => Of(Color.None),
    };
}
