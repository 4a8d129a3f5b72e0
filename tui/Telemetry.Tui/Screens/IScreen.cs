using Telemetry.Tui.Drawing;

namespace Telemetry.Tui.Screens;

/// <summary>One of the pictures that the number keys choose; stateless.</summary>
internal interface IScreen
{
    string Title { get; }

    /// <summary>Keys of the rows it shows, in order.</summary>
    IReadOnlyList<string> Keys(ViewModel model);

    /// <summary>Columns it can sort by; 0 for none.</summary>
    int SortColumns { get; }

    /// <summary>Draws into <paramref name="area"/>, which may be as small as one cell.</summary>
    void Draw(Canvas canvas, Area area, ViewModel model);

    /// <summary>All that is known of the selected row, one line each.</summary>
    IReadOnlyList<DetailLine> Detail(ViewModel model);
}

/// <summary>A line of the detail overlay: a label (empty: goes on) and its text.</summary>
internal readonly record struct DetailLine(string Label, string Text, Ink Ink = Ink.Normal);
