namespace Telemetry.Tui.Drawing;

/// <summary>What a piece of text means; the palette decides what that looks like on this terminal.</summary>
internal enum Ink
{
    Normal,
    Dim,
    Strong,
    Title,
    Accent,
    Ok,
    Idle,
    Unknown,
    Warn,
    Silent,
    Hot,
    Down,
    /// <summary>White on red: the backend is lost.</summary>
    Alarm,
    /// <summary>Dark on amber: stale or frozen.</summary>
    Caution,
    Selected,
}

/// <summary>Ink plus whether the row under it is selected.</summary>
internal readonly record struct Style(Ink Ink, bool Selected = false)
{
    public static implicit operator Style(Ink ink) => new(ink);
}
