using Telemetry.Controller.App;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.App;

public sealed class BoundRoutesTests
{
    private readonly BoundRoutes _bound = new();

    [Fact]
    public void Of_PlanAgain_GivesTheSameEntries()
    {
        P4Entry[] first = Bind(_ => true, PortWeights.Even);
        P4Entry[] again = Bind(_ => true, PortWeights.Even);

        Assert.All(first.Zip(again), pair => Assert.Same(pair.First, pair.Second));
    }

    [Fact]
    public void Of_AnyDifference_GivesWhatTheProgramBinds()
    {
        Link down = Networks.LeafSpine.Links[4];
        Bind(_ => true, PortWeights.Even);

        foreach ((Func<Link, bool> isUp, PortWeights weights) in new (Func<Link, bool>, PortWeights)[]
        {
            (l => l != down, PortWeights.Even), (_ => true, new PortWeights(4, new Dictionary<(string, int), int> { [("l1", 2)] = 1 })),
        })
        {
            Assert.Equal(Plan(isUp, weights).Select(e => Networks.Program.Bind(e).Text), Bind(isUp, weights).Select(e => e.Text));
        }
    }

    private static IReadOnlyList<EntrySpec> Plan(Func<Link, bool> isUp, PortWeights weights) => RoutePlanner.Plan(
        Networks.LeafSpine, Networks.LeafSpine.Switches[0], SwitchRoutes.Compute(Networks.LeafSpine, isUp), new EcmpGroups(), true, weights);

    private P4Entry[] Bind(Func<Link, bool> isUp, PortWeights weights) => [.. Plan(isUp, weights).Select(e => _bound.Of(e, Networks.Program.Bind))];
}
