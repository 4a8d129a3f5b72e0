using Telemetry.Tui.Terminals;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;
using Terminal.Gui.Testing;
using Terminal.Gui.Time;

namespace Telemetry.Tui.Tests.Terminals;

/// <summary>The real view on the library's driver, without a terminal behind it. Nothing is awaited after Begin: the library's context never runs.</summary>
public class RootViewTests
{
    static RootViewTests() => Environment.SetEnvironmentVariable("DisableRealDriverIO", "1");

    [Theory]
    [InlineData(40, 10)]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public async Task Draw_Overview_PutsTheWorstPortOnTheScreen(int width, int height)
    {
        ScriptedFeed feed = new();
        await feed.StartAsync(Fabrics.HotSnapshot(), CancellationToken.None);
        using IApplication app = Start(width, height);
        using RootView root = new(feed.Dashboard, noColor: true, CancellationToken.None);
        app.Begin(root);

        string[] lines = Screen(app);

        int at = Array.FindIndex(lines, l => l.Contains("s1-p3", StringComparison.Ordinal));
        Assert.True(at >= 0, string.Join('\n', lines));
        Assert.Contains("▲ HOT", lines[at], StringComparison.Ordinal);
        Assert.Contains(Fabrics.HotReason, lines[at] + lines[at + 1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Press_Keys_ChangeTheScreenAndQ_Stops()
    {
        ScriptedFeed feed = new();
        await feed.StartAsync(Fabrics.HotSnapshot(), CancellationToken.None);
        using IApplication app = Start(80, 24);
        using RootView root = new(feed.Dashboard, noColor: false, CancellationToken.None);
        app.Begin(root);

        app.InjectKey(Key.D4);
        Assert.Contains("EXPLANATION", string.Join('\n', Screen(app)), StringComparison.Ordinal);
        app.InjectKey(new Key('/'));
        app.InjectKey(Key.Q);
        Assert.Contains("/q_", Screen(app)[23], StringComparison.Ordinal);
        app.InjectKey(Key.Esc);
        Assert.False(feed.Dashboard.Ui.Quit);
        app.InjectKey(Key.Q);
        Assert.True(feed.Dashboard.Ui.Quit);
        Assert.True(root.StopRequested);
    }

    [Fact]
    public async Task Draw_SizeChanges_FillsTheNewScreen()
    {
        ScriptedFeed feed = new();
        await feed.StartAsync(Fabrics.HotSnapshot(), CancellationToken.None);
        using IApplication app = Start(80, 24);
        using RootView root = new(feed.Dashboard, noColor: true, CancellationToken.None);
        app.Begin(root);

        app.Driver!.SetScreenSize(120, 40);

        Assert.Contains("q quit", Screen(app)[39], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refresh_NothingNew_LeavesTheDriverAlone()
    {
        ScriptedFeed feed = new();
        await feed.StartAsync(Fabrics.HotSnapshot(), CancellationToken.None);
        using IApplication app = Start(80, 24);
        using RootView root = new(feed.Dashboard, noColor: true, CancellationToken.None);
        app.Begin(root);
        Screen(app);

        root.Refresh();
        Assert.False(root.NeedsDraw);
        feed.Clock.Now += TimeSpan.FromSeconds(1);
        root.Refresh();
        Assert.True(root.NeedsDraw); // the age on the first line
    }

    [Theory]
    [InlineData(ColorCapabilityLevel.TrueColor, false, false)]
    [InlineData(ColorCapabilityLevel.TrueColor, true, true)]
    [InlineData(ColorCapabilityLevel.NoColor, false, true)]
    public void For_NoColor_HasNone(ColorCapabilityLevel level, bool noColor, bool plain) =>
        Assert.Equal(plain, ReferenceEquals(Palette.For(level, noColor), Palette.None));

    private static IApplication Start(int width, int height)
    {
        IApplication app = Application.Create(new VirtualTimeProvider());
        app.Init(DriverRegistry.Names.ANSI);
        app.Driver!.SetScreenSize(width, height);
        return app;
    }

    private static string[] Screen(IApplication app)
    {
        app.LayoutAndDraw(false);
        return app.Driver!.ToString()!.Split('\n');
    }
}
