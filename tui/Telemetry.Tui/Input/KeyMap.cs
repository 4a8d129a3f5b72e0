namespace Telemetry.Tui.Input;

/// <summary>What the keys do, as a pure function from state and key to state.</summary>
internal static class KeyMap
{
    private const int LongestInput = 60;

    private static readonly (string Name, Func<UiState, UiState> Run)[] Commands =
    [
        ("overview", s => Go(s, ScreenId.Overview)),
        ("topology", s => Go(s, ScreenId.Topology)),
        ("ports", s => Go(s, ScreenId.Ports)),
        ("alerts", s => Go(s, ScreenId.Alerts)),
        ("faults", s => s with { FaultsOnly = !s.FaultsOnly }),
        ("freeze", s => s with { Frozen = !s.Frozen }),
        ("help", s => s with { Overlay = Overlay.Help, OverlayTop = 0 }),
        ("quit", s => s with { Quit = true }),
    ];

    /// <summary>The state after a key.</summary>
    /// <param name="ui">State before.</param>
    /// <param name="key">The key.</param>
    /// <param name="rows">Keys of the rows that the screen shows, in order; what the selection moves over.</param>
    /// <param name="page">Rows of a page, at least 1.</param>
    /// <param name="sortColumns">Columns the screen can sort by; 0 when it cannot.</param>
    public static UiState Press(UiState ui, UiKey key, IReadOnlyList<string> rows, int page, int sortColumns)
    {
        ui = ui with { Message = "" };
        return key.Kind == UiKeyKind.Interrupt ? ui with { Quit = true }
            : ui.Mode == InputMode.Filter ? EditFilter(ui, key)
            : ui.Mode == InputMode.Command ? EditCommand(ui, key)
            : ui.Overlay != Overlay.None ? InOverlay(ui, key, page)
            : Plain(ui, key, rows, Math.Max(1, page), sortColumns);
    }

    private static UiState EditFilter(UiState ui, UiKey key) => key.Kind switch
    {
        UiKeyKind.Character => ui with { Filter = Longer(ui.Filter, key.Character) },
        UiKeyKind.Backspace when ui.Filter.Length > 0 => ui with { Filter = ui.Filter[..^1] },
        UiKeyKind.Backspace => ui with { Mode = InputMode.Keys },
        UiKeyKind.Enter => ui with { Mode = InputMode.Keys },
        UiKeyKind.Escape => ui with { Mode = InputMode.Keys, Filter = "" },
        _ => ui,
    };

    private static UiState EditCommand(UiState ui, UiKey key) => key.Kind switch
    {
        UiKeyKind.Character => ui with { Command = Longer(ui.Command, key.Character) },
        UiKeyKind.Backspace when ui.Command.Length > 0 => ui with { Command = ui.Command[..^1] },
        UiKeyKind.Backspace or UiKeyKind.Escape => ui with { Mode = InputMode.Keys, Command = "" },
        UiKeyKind.Tab when Match(ui.Command) is { } match => ui with { Command = match.Name },
        UiKeyKind.Enter => RunCommand(ui with { Mode = InputMode.Keys, Command = "" }, ui.Command.Trim()),
        _ => ui,
    };

    private static UiState RunCommand(UiState ui, string command) =>
        command.Length == 0 ? ui
        : Match(command) is { } match ? match.Run(ui)
        : ui with { Message = $"no command \"{command}\"; there are: {string.Join(' ', Commands.Select(c => c.Name))}" };

    // The first command that starts with what was typed: ":p" is ":ports", ":q" is ":quit".
    private static (string Name, Func<UiState, UiState> Run)? Match(string typed)
    {
        foreach ((string Name, Func<UiState, UiState> Run) command in Commands)
        {
            if (typed.Length > 0 && command.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            {
                return command;
            }
        }

        return null;
    }

    private static string Longer(string text, char character) => text.Length < LongestInput ? text + character : text;

    private static UiState InOverlay(UiState ui, UiKey key, int page) => key.Kind switch
    {
        UiKeyKind.Down => ui with { OverlayTop = ui.OverlayTop + 1 },
        UiKeyKind.Up => ui with { OverlayTop = Math.Max(0, ui.OverlayTop - 1) },
        UiKeyKind.PageDown => ui with { OverlayTop = ui.OverlayTop + page },
        UiKeyKind.PageUp => ui with { OverlayTop = Math.Max(0, ui.OverlayTop - page) },
        UiKeyKind.Escape or UiKeyKind.Enter => ui with { Overlay = Overlay.None },
        UiKeyKind.Character => key.Character switch
        {
            'j' => ui with { OverlayTop = ui.OverlayTop + 1 },
            'k' => ui with { OverlayTop = Math.Max(0, ui.OverlayTop - 1) },
            '?' when ui.Overlay == Overlay.Help => ui with { Overlay = Overlay.None },
            'q' => ui with { Overlay = Overlay.None },
            >= '1' and <= '4' => Go(ui, (ScreenId)(key.Character - '1')),
            _ => ui,
        },
        _ => ui,
    };

    private static UiState Plain(UiState ui, UiKey key, IReadOnlyList<string> rows, int page, int sortColumns) => key.Kind switch
    {
        UiKeyKind.Up => Move(ui, rows, -1),
        UiKeyKind.Down => Move(ui, rows, 1),
        UiKeyKind.PageUp => Move(ui, rows, -page),
        UiKeyKind.PageDown => Move(ui, rows, page),
        UiKeyKind.Home => ui with { Selected = ui.Selected.Remove(ui.Screen) },
        UiKeyKind.End => Move(ui, rows, rows.Count),
        UiKeyKind.Tab => Go(ui, (ScreenId)(((int)ui.Screen + 1) % 4)),
        UiKeyKind.BackTab => Go(ui, (ScreenId)(((int)ui.Screen + 3) % 4)),
        UiKeyKind.Left => Sort(ui, -1, sortColumns),
        UiKeyKind.Right => Sort(ui, 1, sortColumns),
        UiKeyKind.Enter when rows.Count > 0 => ui with { Overlay = Overlay.Detail, OverlayTop = 0 },
        UiKeyKind.Escape => Back(ui),
        UiKeyKind.Character => Character(ui, key.Character, rows, page, sortColumns),
        _ => ui,
    };

    private static UiState Character(UiState ui, char character, IReadOnlyList<string> rows, int page, int sortColumns) => character switch
    {
        >= '1' and <= '4' => Go(ui, (ScreenId)(character - '1')),
        '/' => ui with { Mode = InputMode.Filter, Filter = "" },
        ':' => ui with { Mode = InputMode.Command, Command = "" },
        '?' => ui with { Overlay = Overlay.Help, OverlayTop = 0 },
        'q' => ui with { Quit = true },
        'f' => ui with { FaultsOnly = !ui.FaultsOnly },
        'p' => ui with { Frozen = !ui.Frozen },
        'r' when sortColumns > 0 => ui with { SortReversed = !ui.SortReversed },
        's' => Sort(ui, 1, sortColumns),
        'j' => Move(ui, rows, 1),
        'k' => Move(ui, rows, -1),
        'g' => ui with { Selected = ui.Selected.Remove(ui.Screen) },
        'G' => Move(ui, rows, rows.Count),
        ' ' => Move(ui, rows, page),
        _ => ui,
    };

    private static UiState Go(UiState ui, ScreenId screen) => ui with { Screen = screen, Overlay = Overlay.None };

    // Esc takes back one thing at a time: the filter, the faults-only view, then the way to the overview.
    private static UiState Back(UiState ui) =>
        ui.Filter.Length > 0 ? ui with { Filter = "" }
        : ui.FaultsOnly ? ui with { FaultsOnly = false }
        : Go(ui, ScreenId.Overview);

    private static UiState Sort(UiState ui, int step, int columns) =>
        columns == 0 ? ui : ui with { SortColumn = (ui.SortColumn + step + columns) % columns, SortReversed = false };

    private static UiState Move(UiState ui, IReadOnlyList<string> rows, int step)
    {
        if (rows.Count == 0)
        {
            return ui;
        }

        int at = Math.Clamp(Math.Max(0, IndexOf(rows, ui.SelectedKey)) + step, 0, rows.Count - 1);
        return ui with { Selected = ui.Selected.SetItem(ui.Screen, rows[at]) };
    }

    /// <summary>Where a row is; the first one when it is gone or none was chosen, -1 without rows.</summary>
    public static int IndexOf(IReadOnlyList<string> rows, string? key)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i] == key)
            {
                return i;
            }
        }

        return rows.Count > 0 ? 0 : -1;
    }
}
