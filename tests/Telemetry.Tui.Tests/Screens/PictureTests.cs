using System.Text;
using Telemetry.Collector.Contracts;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;
using Telemetry.Tui.Model;
using Telemetry.Tui.Screens;
using Cell = Telemetry.Tui.Drawing.Cell;

namespace Telemetry.Tui.Tests.Screens;

public class PictureTests
{
    public static TheoryData<int, int> Sizes => new() { { 40, 10 }, { 80, 24 }, { 120, 40 }, { 200, 60 } };

    [Theory, MemberData(nameof(Sizes))]
    public void Draw_Overview_ShowsTheWorstPortItsStateAndWhy(int width, int height)
    {
        string[] lines = Lines(Fabrics.View(Fabrics.State(Fabrics.HotSnapshot())), width, height);

        int at = Array.FindIndex(lines, l => l.Contains("s1-p3", StringComparison.Ordinal));
        Assert.True(at >= 0);
        Assert.Contains("▲ HOT", lines[at], StringComparison.Ordinal);
        Assert.Contains(Fabrics.HotReason, lines[at] + lines[at + 1], StringComparison.Ordinal);
        Assert.Contains("LIVE", lines[0], StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Draw_Header_ShowsReportCounters(int width, int height)
    {
        string header = string.Concat(Lines(Fabrics.View(Fabrics.State(Fabrics.HotSnapshot())), width, height).Take(2));

        Assert.Matches("4.71k|4,711", header);
        Assert.Matches("(bad|malformed) 1 ", header);
        Assert.Contains("lost 2", header, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Draw_Ports_ShowsTheWorstPortFirst(int width, int height)
    {
        string[] lines = Lines(Fabrics.View(Fabrics.State(Fabrics.HotSnapshot()), new UiState { Screen = ScreenId.Ports }), width, height);

        int heading = Array.FindIndex(lines, l => l.StartsWith("STATE", StringComparison.Ordinal));
        Assert.StartsWith("▲ HOT      s1-p3", lines[heading + 1], StringComparison.Ordinal);
        Assert.Contains("9.13 ms", lines[heading + 1], StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Draw_Alerts_ShowsWhatAndWhy(int width, int height)
    {
        string text = Text(Fabrics.View(Fabrics.State(Fabrics.HotSnapshot()), new UiState { Screen = ScreenId.Alerts }), width, height);

        Assert.Contains("▲ ACTIVE   s1-p3", text, StringComparison.Ordinal);
        Assert.Contains(Fabrics.HotReason, text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Draw_Topology_ShowsTheHotSwitchItsLineAndWhy(int width, int height)
    {
        Canvas canvas = new Picture().Draw(Fabrics.View(Fabrics.State(Fabrics.HotSnapshot()), new UiState { Screen = ScreenId.Topology }), width, height);
        string text = canvas.ToString();

        Assert.Matches("▲ ?s1", text);
        Assert.Contains("HOT s1-p3", text, StringComparison.Ordinal);
        Assert.Contains(Cells(canvas), c => c.Glyph.Value == '┃' && c.Style.Ink == Ink.Hot);
        for (int i = 1; i <= 6; i++)
        {
            Assert.Contains($"s{i}", text, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Draw_LinkDown_IsAGapWithACross(int width, int height)
    {
        Inventory inventory = Fabrics.LeafSpine(2, 4, 2);
        LinkStatus down = Fabrics.Status(inventory.Links.Single(l => l is { A: "s2", B: "s6" }), LinkState.Down);
        UiState ui = new() { Screen = ScreenId.Topology };
        FabricState before = Fabrics.State(Fabrics.HotSnapshot());

        Canvas up = new Picture().Draw(Fabrics.View(before, ui), width, height);
        Canvas cut = new Picture().Draw(Fabrics.View(before.Apply(new Update { Link = down }, 0), ui), width, height);

        Assert.Equal(0, Count(up, '✕'));
        Assert.True(Count(cut, '✕') >= 3, "the link and both its ends carry a cross");
        Assert.True(Lines(cut) < Lines(up), "lines are missing where the link was");

        static int Count(Canvas canvas, char glyph) => Cells(canvas).Count(c => c.Glyph.Value == glyph);
        static int Lines(Canvas canvas) => Cells(canvas).Count(c => c.Glyph.Value is >= 0x2500 and < 0x2580);
    }

    [Theory]
    [InlineData(ScreenId.Overview)]
    [InlineData(ScreenId.Topology)]
    [InlineData(ScreenId.Ports)]
    [InlineData(ScreenId.Alerts)]
    internal void Draw_FeedLost_SaysSoAndNothingLooksHealthy(ScreenId screen)
    {
        Update.Types.Snapshot snapshot = Fabrics.HotSnapshot();
        foreach ((int width, int height) in new[] { (40, 10), (80, 24), (120, 40), (200, 60) })
        {
            Canvas canvas = new Picture().Draw(Fabrics.View(Fabrics.State(snapshot), new UiState { Screen = screen }, Freshness.Lost), width, height);
            string text = canvas.ToString();

            Assert.Contains("DISCONNECTED", text, StringComparison.Ordinal);
            Assert.Contains("12 s", text, StringComparison.Ordinal);
            Assert.DoesNotContain("●", text, StringComparison.Ordinal);
            Assert.DoesNotContain("LIVE", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Cells(canvas), c => c.Style.Ink == Ink.Ok);
            Assert.Contains(Cells(canvas), c => c.Style.Ink == Ink.Alarm);
        }
    }

    [Fact]
    public void Draw_FeedStale_IsNoMoreHealthyThanALostOne()
    {
        Canvas canvas = new Picture().Draw(Fabrics.View(Fabrics.State(Fabrics.HotSnapshot()), null, Freshness.Stale), 80, 24);

        Assert.Contains("STALE data 12 s", canvas.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Cells(canvas), c => c.Style.Ink == Ink.Ok);
    }

    [Theory]
    [InlineData(ScreenId.Overview)]
    [InlineData(ScreenId.Topology)]
    [InlineData(ScreenId.Ports)]
    [InlineData(ScreenId.Alerts)]
    internal void Draw_Ascii_UsesNothingElse(ScreenId screen)
    {
        string text = Text(Fabrics.View(Fabrics.State(Fabrics.HotSnapshot()), new UiState { Screen = screen }, ascii: true), 120, 40);

        Assert.DoesNotContain(text.EnumerateRunes(), r => !r.IsAscii);
        Assert.Matches(screen == ScreenId.Alerts ? @"\^ ACTIVE" : @"\^ ?(HOT|s1)", text);
    }

    [Fact]
    public void Draw_AnySize_NeverFails()
    {
        FabricState full = Fabrics.State(Fabrics.HotSnapshot());
        Picture picture = new();
        foreach (FabricState state in new[] { FabricState.Empty, full })
        {
            foreach (ScreenId screen in Enum.GetValues<ScreenId>())
            {
                foreach (Overlay overlay in Enum.GetValues<Overlay>())
                {
                    ViewModel model = Fabrics.View(state, new UiState { Screen = screen, Overlay = overlay }, Freshness.Lost);
                    foreach (int size in new[] { 0, 1, 2, 3, 5, 9, 16, 25, 38, 44 })
                    {
                        Canvas canvas = picture.Draw(model, size, Math.Max(0, 22 - (size / 2)));
                        Assert.Equal(size, canvas.Width);
                    }
                }
            }
        }
    }

    [Fact]
    public void Draw_ControlCharactersInAReason_NeverReachTheTerminal()
    {
        Alert evil = Fabrics.Congestion("s2-p1", 7);
        evil.Explanation = "\e[2J\aboo\r\n";

        string text = Text(Fabrics.View(Fabrics.State(Fabrics.HotSnapshot(), new Update { Alert = evil })), 120, 40);

        Assert.Contains(".[2J.boo..", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void Draw_Detail_TellsAllOfTheSelectedRow()
    {
        FlowWindow flow = new() { Src = "h1", Dst = "h8", Packets = 10, Path = { "s1", "s5", "s4" } };
        FabricState state = Fabrics.State(Fabrics.HotSnapshot(), new Update { Window = new Window { Flows = { flow } } });

        string text = Text(Fabrics.View(state, new UiState { Overlay = Overlay.Detail }), 120, 40);

        Assert.Contains("h1>h8 via s1 s5 s4", text, StringComparison.Ordinal);
        Assert.Contains("queue_max = 0.95", text, StringComparison.Ordinal);
        Assert.Contains("p50 61, max 61 of 64 packets", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_FilterAndFaults_KeepWhatTheySay()
    {
        FabricState state = Fabrics.State(Fabrics.HotSnapshot());

        string faults = Text(Fabrics.View(state, new UiState { FaultsOnly = true }), 120, 40);
        string inverse = Text(Fabrics.View(state, new UiState { Filter = "!s1" }), 120, 40);

        Assert.Contains("s1-p3", faults, StringComparison.Ordinal);
        Assert.DoesNotContain("s2-p1", faults, StringComparison.Ordinal);
        Assert.DoesNotContain("s1-p3", inverse, StringComparison.Ordinal);
        Assert.Contains("s2-p1", inverse, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false, "s1-p1", "s6-p4")] // by name
    [InlineData(1, true, "s6-p4", "s1-p1")]
    [InlineData(12, false, "s1-p3", "s6-p4")] // by the fullest queue, equals by name
    internal void Rows_Sorted_StartAndEndAsTheColumnSays(int column, bool reversed, string first, string last)
    {
        ViewModel model = Fabrics.View(Fabrics.State(Fabrics.HotSnapshot()), new UiState { SortColumn = column, SortReversed = reversed });

        Row[] rows = [.. PortsScreen.Rows(model)];

        Assert.Equal((first, last, 24), (rows[0].Name, rows[^1].Name, rows.Length));
    }

    [Fact]
    public void Draw_SelectionFarDown_StaysInSight()
    {
        UiState ui = new() { Screen = ScreenId.Ports, SortColumn = 1 };
        ui = ui with { Selected = ui.Selected.SetItem(ScreenId.Ports, "Port:s6-p4") };

        Canvas canvas = new Picture().Draw(Fabrics.View(Fabrics.State(Fabrics.HotSnapshot()), ui), 80, 12);

        int row = Enumerable.Range(0, canvas.Height).Single(y => canvas.Row(y)[0].Style.Selected);
        Assert.Contains("s6-p4", canvas.ToString().Split('\n')[row], StringComparison.Ordinal);
    }

    [Fact]
    public void Table_Narrow_DropsTheLeastImportantColumns()
    {
        Table<int> table = new([new("A", 5, 1, _ => "a"), new("B", 5, 3, _ => "b"), new("C", 5, 2, _ => "c", Grows: true)]);

        Assert.Equal(["A", "B", "C"], table.Fit(19).Select(c => c.Column.Title));
        Assert.Equal(["A", "C"], table.Fit(18).Select(c => c.Column.Title));
        Assert.Equal(11, table.Fit(18)[1].Width);
        Assert.Equal(["A"], table.Fit(3).Select(c => c.Column.Title));
    }

    [Fact]
    public void Bar_FractionsOfCapacity_AreSolidThenHatched()
    {
        Assert.Equal("████▒▒··", Glyphs.Unicode.Bar(0.5, 0.75, 8));
        Assert.Equal("####==..", Glyphs.Ascii.Bar(0.5, 0.75, 8));
        Assert.Equal("████████", Glyphs.Unicode.Bar(3, 9, 8));
    }

    [Theory]
    [InlineData(null, "-")]
    [InlineData(850L, "850 ns")]
    [InlineData(12_340L, "12.3 µs")]
    [InlineData(9_130_000L, "9.13 ms")]
    [InlineData(99_960_000L, "100 ms")]
    [InlineData(1_200_000_000L, "1.20 s")]
    public void Latency_AnyMagnitude_HasThreeDigitsAndAUnit(long? ns, string expected) =>
        Assert.Equal(expected, Format.Latency(ns, Glyphs.Unicode));

    private static IEnumerable<Cell> Cells(Canvas canvas) =>
        Enumerable.Range(0, canvas.Height).SelectMany(y => canvas.Row(y).ToArray());

    private static string Text(ViewModel model, int width, int height) => new Picture().Draw(model, width, height).ToString();

    private static string[] Lines(ViewModel model, int width, int height) => Text(model, width, height).Split('\n');
}
