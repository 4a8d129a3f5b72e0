using Telemetry.Controller.App;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.App;

public sealed class LoadShifterTests
{
    private static readonly LinkEnd Port = new("s1", 3);
    private readonly LoadShifter _shifter = new(new ClosedLoopOptions
    {
        MaximumWeight = 4, MinimumWeight = 1, Hold = TimeSpan.FromSeconds(1), Calm = TimeSpan.FromSeconds(5), CalmMaximum = TimeSpan.FromSeconds(20),
    });

    private int _weight = 4;

    [Fact]
    public void Tick_AlertLasts_TakesOneAHoldDownToTheMinimum()
    {
        Alert(true, 0);

        Assert.Equal([(0.0, 3), (1.0, 2), (2.0, 1)], Run(0, 30));
    }

    [Fact]
    public void Tick_AlertEnds_GivesOneBackAfterEachCalm()
    {
        Alert(true, 0);
        Run(0, 1);
        Alert(false, 1.5);

        Assert.Equal([(6.5, 3), (11.5, 4)], Run(1.5, 60));
    }

    [Fact]
    public void Tick_AlertFlaps_NeverChangesFasterThanTheHold()
    {
        List<(double At, int Weight)> changes = [];
        for (double at = 0; at < 60; at += 0.2)
        {
            Alert((int)(at * 5) % 2 == 0, at);
            changes.AddRange(Run(at, at));
        }

        Assert.Equal([3, 2, 1], changes.Select(c => c.Weight)); // and stays there: it was never calm
        Assert.All(changes.Zip(changes.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At >= 0.999));
    }

    [Fact]
    public void Tick_AlertReturnsAfterEachGain_WaitsTwiceAsLongEachTime()
    {
        List<double> gains = [];
        Alert(true, 0);
        double at = 0;
        while (gains.Count < 4)
        {
            Run(at, at + 0.5);
            Alert(false, at += 0.5);
            (double gained, int _) = Run(at, at + 100, first: true)[0];
            gains.Add(Math.Round(gained - at));
            at = gained + 1;
            Alert(true, at);
        }

        Assert.Equal([5, 10, 20, 20], gains);
    }

    [Fact]
    public void OnAlert_EndOfOneThatNeverBegan_IsNothing()
    {
        Alert(false, 0);

        Assert.Empty(Run(0, 10));
    }

    private void Alert(bool active, double at) => _shifter.OnAlert(Port, active, (long)Math.Round(at * 1e9));

    private List<(double At, int Weight)> Run(double from, double to, bool first = false)
    {
        List<(double, int)> changes = [];
        for (int tick = (int)Math.Round(from * 10); tick <= Math.Round(to * 10) && !(first && changes.Count > 0); tick++)
        {
            if (_shifter.Tick(tick * 100_000_000L) is { } weights)
            {
                Assert.Equal(1, Math.Abs(weights.Of("s1", 3) - _weight));
                _weight = weights.Of("s1", 3);
                changes.Add((tick / 10.0, _weight));
            }
        }

        return changes;
    }
}
