using Telemetry.Tui.Input;

namespace Telemetry.Tui.Tests.Input;

public class KeyMapTests
{
    private static readonly string[] Rows = ["a", "b", "c", "d"];

    [Fact]
    public void Press_QInFilter_IsALetter()
    {
        UiState ui = Type(new UiState(), "/q");

        Assert.False(ui.Quit);
        Assert.Equal("q", ui.Filter);
        Assert.True(Type(new UiState(), "q").Quit);
    }

    [Fact]
    public void Press_EscInFilter_DropsItAndStays()
    {
        UiState ui = Press(Type(new UiState { Screen = ScreenId.Ports }, "/s1"), UiKeyKind.Escape);

        Assert.Equal(("", InputMode.Keys, ScreenId.Ports), (ui.Filter, ui.Mode, ui.Screen));
    }

    [Fact]
    public void Press_EnterInFilter_KeepsIt()
    {
        UiState ui = Press(Type(new UiState(), "/s1x"), UiKeyKind.Backspace, UiKeyKind.Enter);

        Assert.Equal(("s1", InputMode.Keys), (ui.Filter, ui.Mode));
    }

    [Fact]
    public void Press_Esc_TakesBackOneThingAtATime()
    {
        UiState ui = new() { Screen = ScreenId.Alerts, Filter = "x", FaultsOnly = true };

        ui = Press(ui, UiKeyKind.Escape);
        Assert.Equal(("", true, ScreenId.Alerts), (ui.Filter, ui.FaultsOnly, ui.Screen));
        ui = Press(ui, UiKeyKind.Escape);
        Assert.Equal((false, ScreenId.Alerts), (ui.FaultsOnly, ui.Screen));
        ui = Press(ui, UiKeyKind.Escape);
        Assert.Equal((ScreenId.Overview, false), (ui.Screen, ui.Quit));
        Assert.False(Press(ui, UiKeyKind.Escape).Quit);
    }

    [Theory]
    [InlineData("ports", ScreenId.Ports)]
    [InlineData("alerts", ScreenId.Alerts)]
    [InlineData("t", ScreenId.Topology)]
    [InlineData("OVER", ScreenId.Overview)]
    internal void Press_Command_GoesThere(string command, ScreenId expected) =>
        Assert.Equal(expected, Press(Type(new UiState { Screen = ScreenId.Ports }, ":" + command), UiKeyKind.Enter).Screen);

    [Fact]
    public void Press_CommandQ_Quits() => Assert.True(Press(Type(new UiState(), ":q"), UiKeyKind.Enter).Quit);

    [Fact]
    public void Press_CommandUnknown_SaysSoAndWhatThereIs()
    {
        UiState ui = Press(Type(new UiState(), ":nope"), UiKeyKind.Enter);

        Assert.Contains("\"nope\"", ui.Message, StringComparison.Ordinal);
        Assert.Contains("topology", ui.Message, StringComparison.Ordinal);
        Assert.Equal("", Press(ui, UiKeyKind.Down).Message);
    }

    [Fact]
    public void Press_NumbersAndTab_ChooseTheScreen()
    {
        Assert.Equal(ScreenId.Alerts, Type(new UiState(), "4").Screen);
        Assert.Equal(ScreenId.Topology, Press(new UiState(), UiKeyKind.Tab).Screen);
        Assert.Equal(ScreenId.Alerts, Press(new UiState(), UiKeyKind.BackTab).Screen);
    }

    [Fact]
    public void Press_Arrows_MoveTheSelectionWithinTheRows()
    {
        UiState ui = Press(new UiState(), UiKeyKind.Down, UiKeyKind.Down);
        Assert.Equal("c", ui.SelectedKey);
        Assert.Equal("d", Press(ui, UiKeyKind.PageDown).SelectedKey);
        Assert.Equal("a", Press(ui, UiKeyKind.PageUp).SelectedKey);
        Assert.Null(Press(ui, UiKeyKind.Home).SelectedKey);
    }

    [Fact]
    public void Press_ArrowsAfterTheRowIsGone_StartAtTheTop()
    {
        UiState ui = Press(Press(new UiState(), UiKeyKind.Down), UiKeyKind.Down);

        Assert.Equal("y", KeyMap.Press(ui, UiKeyKind.Down, ["x", "y"], 10, 0).SelectedKey);
    }

    [Fact]
    public void Press_SortKeys_OnlyWhereThereIsSomethingToSort()
    {
        UiState ports = KeyMap.Press(new UiState(), UiKeyKind.Left, Rows, 10, 17);
        Assert.Equal(16, ports.SortColumn);
        Assert.True(KeyMap.Press(ports, 'r', Rows, 10, 17).SortReversed);
        Assert.Equal(new UiState(), Type(new UiState(), "r"));
    }

    [Fact]
    public void Press_Overlay_ScrollsAndCloses()
    {
        UiState help = Type(new UiState(), "?j");
        Assert.Equal((Overlay.Help, 1), (help.Overlay, help.OverlayTop));
        Assert.Equal(Overlay.None, Press(help, UiKeyKind.Escape).Overlay);
        UiState left = Type(help, "q");
        Assert.Equal((Overlay.None, false), (left.Overlay, left.Quit));
    }

    [Fact]
    public void Press_CtrlC_QuitsFromEverywhere()
    {
        Assert.True(Press(Type(new UiState(), "/abc"), UiKeyKind.Interrupt).Quit);
        Assert.True(Press(Type(new UiState(), "?"), UiKeyKind.Interrupt).Quit);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("!", true)]
    [InlineData("HOT", true)]
    [InlineData("s1", true)]
    [InlineData("s2", false)]
    [InlineData("!s2", true)]
    [InlineData("!hot", false)]
    public void RowFilter_Keeps_MatchesAnyTextAndItsInverse(string filter, bool expected) =>
        Assert.Equal(expected, RowFilter.Keeps(filter, "s1-p3", "HOT"));

    private static UiState Type(UiState ui, string text) => text.Aggregate(ui, (s, c) => KeyMap.Press(s, c, Rows, 10, 0));

    private static UiState Press(UiState ui, params UiKeyKind[] keys) => keys.Aggregate(ui, (s, k) => KeyMap.Press(s, k, Rows, 10, 0));
}
