using Telemetry.Controller.Topologies;
using Telemetry.Lab.Mininet;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Topologies;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Tests.Mininet;

public sealed class SwitchBudgetTests
{
    private const int DatagramBytes = 1000;
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData("linear", SwitchTarget.Bmv2)]
    [InlineData("leafspine-2x4", SwitchTarget.Bmv2)]
    [InlineData("leafspine-2x4", SwitchTarget.Soft)]
    public void FactorFor_NetworkThatTwoProcessorsCarry_LeavesTraffic(string name, SwitchTarget target)
    {
        SwitchBudget budget = Budget(name, target, processors: 2);

        _ = Background(name, budget);

        Assert.Equal(1, budget.Factor);
        Assert.Null(budget.Note());
    }

    [Theory]
    [InlineData(SwitchTarget.Bmv2)]
    [InlineData(SwitchTarget.Soft)]
    public void FactorFor_NetworkThatTwoProcessorsCannotCarry_LeavesSomeToOthers(SwitchTarget target)
    {
        SwitchBudget budget = Budget("campus", target, processors: 2);

        IReadOnlyList<FlowPlan> flows = Background("campus", budget);

        Assert.InRange(budget.Factor, 0.1, 0.99);
        Assert.Contains("2 processors", budget.Note(), StringComparison.Ordinal);
        Assert.Equal(1, budget.FactorFor(flows), 1e-6);
        Assert.InRange(budget.Needed, 0.5, 1.3);
    }

    [Fact]
    public void FactorFor_MoreProcessors_LeavesMoreTraffic()
    {
        SwitchBudget few = Budget("campus", SwitchTarget.Bmv2, processors: 2);
        SwitchBudget many = Budget("campus", SwitchTarget.Bmv2, processors: 16);

        _ = Background("campus", few);
        _ = Background("campus", many);

        Assert.Equal(1, many.Factor);
        Assert.Equal(few.Needed, many.Needed);
    }

    [Fact]
    public void FactorFor_LongerPath_NeedsAsMuchForEachSwitchAndNothingForRouters()
    {
        SwitchBudget budget = Budget("campus", SwitchTarget.Soft, processors: 2);
        Topology topology = TopologyCatalog.Load("campus");
        double Needed(string source, string destination)
        {
            FlowPlan flow = new(source, destination, new ConstantTraffic(1_000_000), 0, Second, DatagramBytes);
            _ = budget.FactorFor([flow]);
            return budget.Needed;
        }

        string[] near = [.. topology.Hosts.Take(2).Select(h => h.Name)];
        double one = Needed(near[0], near[1]);
        double three = Needed(near[0], topology.Hosts[8].Name); // over a router, the data center's switch and a router

        Assert.True(one > 0);
        Assert.Equal(3 * one, three, 1e-9);
    }

    private static SwitchBudget Budget(string name, SwitchTarget target, int processors) =>
        new(TopologyCatalog.Load(name), _ => target, processors, target == SwitchTarget.Bmv2 ? DatagramBytes : 0);

    private static IReadOnlyList<FlowPlan> Background(string name, SwitchBudget budget) => ScenarioCatalog.Plan(
        "steady", new ScenarioContext(TopologyCatalog.Load(name), 11, 0, 10 * Second) { BackgroundLimit = budget.FactorFor }).Flows;
}
