using Telemetry.Controller.Planning;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Planning;

public sealed class RolloutOrderTests
{
    [Fact]
    public void Waves_LinkFails_LeavesComeBeforeTheSpineThatSendsBackOverThem()
    {
        // s1 reaches h1 over another leaf: all of them must have left s1 for h1 by then.
        Assert.Equal("l1 l2 l3 l4 s2 / s1", Waves(without: [], next: ["l1-s1"]));
    }

    [Fact]
    public void Waves_SwitchReturns_ItHasItsRoutesBeforeAnybodySendsThere() =>
        Assert.Equal("s1 s2 / l1 l2 l3 l4", Waves(without: ["l1-s1", "l2-s1", "l3-s1", "l4-s1"], next: []));

    [Fact]
    public void Waves_NothingChanges_AreOne() => Assert.Equal("l1 l2 l3 l4 s1 s2", Waves(without: [], next: []));

    private static string Waves(string[] without, string[] next) => string.Join(
        " / ", RolloutOrder.Waves(Networks.LeafSpine, Routes(without), Routes(next)).Select(w => string.Join(' ', w)));

    private static SwitchRoutes Routes(string[] down) =>
        SwitchRoutes.Compute(Networks.LeafSpine, (Link l) => !down.Contains($"{l.A.Device}-{l.B.Device}"));
}
