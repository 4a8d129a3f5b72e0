using Telemetry.Tui.Health;
using Telemetry.Tui.Input;
using Telemetry.Tui.Screens;

namespace Telemetry.Tui.Tests.Terminals;

public class DashboardTests
{
    [Fact]
    public async Task Model_TimePassesWithoutNews_TurnsStaleThenStaysSo()
    {
        using CancellationTokenSource stop = new();
        ScriptedFeed feed = new();
        await feed.StartAsync(Fabrics.HotSnapshot(), stop.Token);
        Assert.Equal(Freshness.Live, feed.Dashboard.Model().Freshness);

        feed.Clock.Now += feed.Options.StaleAfter;

        ViewModel model = feed.Dashboard.Model();
        Assert.Equal((Freshness.Stale, feed.Options.StaleAfter), (model.Freshness, model.DataAge));
        Assert.DoesNotContain(model.Assessment.WorstFirst, r => r.State == HealthState.Ok);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Model_FeedDies_KeepsTheDataAndItsAge()
    {
        using CancellationTokenSource stop = new();
        ScriptedFeed feed = new();
        await feed.StartAsync(Fabrics.HotSnapshot(), stop.Token);

        await feed.DieAsync();
        feed.Clock.Now += TimeSpan.FromMinutes(2);

        ViewModel model = feed.Dashboard.Model();
        Assert.Equal((Freshness.Lost, TimeSpan.FromMinutes(2)), (model.Freshness, model.DataAge));
        Assert.Equal("leafspine-2x4", model.State.Name);
        Assert.Equal("HOT?", model.Assessment.WorstFirst[0].Word);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Press_Freeze_HoldsThePictureWhichThenAges()
    {
        using CancellationTokenSource stop = new();
        ScriptedFeed feed = new();
        await feed.StartAsync(Fabrics.HotSnapshot(), stop.Token);

        feed.Dashboard.Press('p', 10);
        Assert.Contains(feed.Dashboard.Model().Assessment.WorstFirst, r => r.State == HealthState.Ok);
        feed.Clock.Now += feed.Options.StaleAfter;

        ViewModel frozen = feed.Dashboard.Model();
        Assert.Equal(feed.Options.StaleAfter, frozen.FrozenFor);
        Assert.DoesNotContain(frozen.Assessment.WorstFirst, r => r.State == HealthState.Ok);
        feed.Dashboard.Press('p', 10);
        Assert.Null(feed.Dashboard.Model().FrozenFor);
        await stop.CancelAsync();
    }

    [Fact]
    public void Model_NothingYet_IsNotLive()
    {
        ViewModel model = new ScriptedFeed().Dashboard.Model();

        Assert.Equal(Freshness.Lost, model.Freshness);
        Assert.Contains("CONNECTING", new Picture().Draw(model, 80, 24).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Press_Down_MovesOverTheScreensOwnRows()
    {
        ScriptedFeed feed = new();

        feed.Dashboard.Press(UiKeyKind.Down, 10);

        Assert.Null(feed.Dashboard.Ui.SelectedKey); // no rows, nothing to choose
    }
}
