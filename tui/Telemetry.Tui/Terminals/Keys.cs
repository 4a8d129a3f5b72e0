using System.Text;
using Telemetry.Tui.Input;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;

namespace Telemetry.Tui.Terminals;

/// <summary>Translates the library's keys to ours.</summary>
internal static class Keys
{
    /// <summary>Our key; null for one that means nothing here.</summary>
    public static UiKey? From(Key key) => key.NoShift.KeyCode switch
    {
        KeyCode.CursorUp => UiKeyKind.Up,
        KeyCode.CursorDown => UiKeyKind.Down,
        KeyCode.CursorLeft => UiKeyKind.Left,
        KeyCode.CursorRight => UiKeyKind.Right,
        KeyCode.PageUp => UiKeyKind.PageUp,
        KeyCode.PageDown => UiKeyKind.PageDown,
        KeyCode.Home => UiKeyKind.Home,
        KeyCode.End => UiKeyKind.End,
        KeyCode.Enter => UiKeyKind.Enter,
        KeyCode.Esc => UiKeyKind.Escape,
        KeyCode.Backspace => UiKeyKind.Backspace,
        KeyCode.Tab => key.IsShift ? UiKeyKind.BackTab : UiKeyKind.Tab,
        KeyCode.C | KeyCode.CtrlMask => UiKeyKind.Interrupt,
        _ => key.IsCtrl || key.IsAlt || !key.TryGetPrintableRune(out Rune rune) || !rune.IsBmp ? null : (char)rune.Value,
    };
}
