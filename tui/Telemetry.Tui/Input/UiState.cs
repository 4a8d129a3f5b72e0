using System.Collections.Immutable;

namespace Telemetry.Tui.Input;

internal enum ScreenId
{
    Overview,
    Topology,
    Ports,
    Alerts,
}

/// <summary>What printable keys do.</summary>
internal enum InputMode
{
    /// <summary>They are commands.</summary>
    Keys,
    /// <summary>They edit the filter.</summary>
    Filter,
    /// <summary>They edit a command line.</summary>
    Command,
}

/// <summary>What lies over the screen.</summary>
internal enum Overlay
{
    None,
    Help,
    Detail,
}

/// <summary>Everything the user chose; immutable, changed by <see cref="KeyMap"/> only.</summary>
internal sealed record UiState
{
    public ScreenId Screen { get; init; }

    /// <summary>Text that rows must contain; a leading <c>!</c> turns it around. Empty: all rows.</summary>
    public string Filter { get; init; } = "";

    public bool FaultsOnly { get; init; }

    public bool Frozen { get; init; }

    public InputMode Mode { get; init; }

    /// <summary>The line being edited in <see cref="InputMode.Command"/>.</summary>
    public string Command { get; init; } = "";

    /// <summary>One line to the user, until the next key.</summary>
    public string Message { get; init; } = "";

    public Overlay Overlay { get; init; }

    /// <summary>First line shown of an overlay.</summary>
    public int OverlayTop { get; init; }

    /// <summary>Key of the selected row on each screen; without an entry the first row is.</summary>
    public ImmutableDictionary<ScreenId, string> Selected { get; init; } = ImmutableDictionary<ScreenId, string>.Empty;

    /// <summary>Column that the ports table is sorted by, index into its columns.</summary>
    public int SortColumn { get; init; }

    public bool SortReversed { get; init; }

    /// <summary>True once the user asked to leave.</summary>
    public bool Quit { get; init; }

    public string? SelectedKey => Selected.GetValueOrDefault(Screen);
}
