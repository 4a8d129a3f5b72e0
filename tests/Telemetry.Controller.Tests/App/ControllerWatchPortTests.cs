using P4.V1;
using Telemetry.Controller.App;
using Telemetry.Controller.Tests.Fakes;

namespace Telemetry.Controller.Tests.App;

/// <summary>Groups watch ports where the switch can: each switch of a fabric by itself.</summary>
public sealed class ControllerWatchPortTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void WatchPorts_OneSwitchIsBmv2_OnlyThatOneWatchesNone()
    {
        ManualTime.TakeThread();
        FakeNetwork network = new(Networks.LeafSpine, _time);
        network.Switches["l1"].ApiVersion = "1.3.0";
        network.Switches["l2"].ApiVersion = "1.5.0";
        ControllerApp app = new(
            Networks.LeafSpine,
            new ControllerOptions { Program = Networks.Program, ProbeKey = [1], DriftCheck = TimeSpan.FromSeconds(1) },
            _time,
            node => network.Switches[node.Name].Connect());
        List<string> drift = [];
        app.DriftFound += (name, found) => drift.Add($"{name} {found}");
        Assert.True(app.StartAsync().IsCompletedSuccessfully);
        _time.Advance(3000);

        ActionProfileAction[] unwatched = Choices(network.Switches["l1"]);
        Assert.Contains(unwatched, c => c.Weight > 0);
        Assert.All(unwatched, c => Assert.Equal(ActionProfileAction.WatchKindOneofCase.None, c.WatchKindCase));
        ActionProfileAction[] watched = Choices(network.Switches["l2"]);
        Assert.Equal(unwatched.Length, watched.Length);
        Assert.All(watched, c => Assert.Equal(ActionProfileAction.WatchKindOneofCase.WatchPort, c.WatchKindCase));
        Assert.Empty(drift);
        Assert.All(app.Switches, s => Assert.Equal(SwitchState.Primary, s.State));
        Assert.True(app.DisposeAsync().AsTask().IsCompletedSuccessfully);
    }

    private static ActionProfileAction[] Choices(FakeSwitch fake) =>
    [
        .. fake.Entities.Values.Select(e => e.TableEntry?.Action?.ActionProfileActionSet).OfType<ActionProfileActionSet>().SelectMany(s => s.ActionProfileActions),
    ];
}
