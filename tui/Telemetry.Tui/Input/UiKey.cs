namespace Telemetry.Tui.Input;

internal enum UiKeyKind
{
    /// <summary>A printable character, see <see cref="UiKey.Character"/>.</summary>
    Character,
    Enter,
    Escape,
    Backspace,
    Tab,
    BackTab,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    /// <summary>Ctrl-C.</summary>
    Interrupt,
}

/// <summary>A key press, free of any terminal library.</summary>
internal readonly record struct UiKey(UiKeyKind Kind, char Character = '\0')
{
    public static implicit operator UiKey(char character) => new(UiKeyKind.Character, character);

    public static implicit operator UiKey(UiKeyKind kind) => new(kind);
}
