using Telemetry.Controller.Topologies;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Topologies;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Tests.Scenarios;

public class ScenarioTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData("steady")]
    [InlineData("incast")]
    [InlineData("linkfail")]
    [InlineData("elephant")]
    [InlineData("flashcrowd")]
    [InlineData("grayloss")]
    [InlineData("linkflap")]
    [InlineData("microburst")]
    [InlineData("mixed")]
    [InlineData("pathchange")]
    [InlineData("qosdegrade")]
    [InlineData("reportloss")]
    [InlineData("slowlink")]
    [InlineData("synflood")]
    [InlineData("switchdown")]
    [InlineData("udpflood")]
    public void Plan_SameSeed_SamePlan(string name)
    {
        ScenarioPlan first = Plan(name, "leafspine-2x4", 7);
        Assert.Equal(first.Flows, Plan(name, "leafspine-2x4", 7).Flows);
        Assert.NotEqual(first.Flows, Plan(name, "leafspine-2x4", 8).Flows);
        Assert.All(first.Flows, f => Assert.InRange(f.StopNs, f.StartNs + 1, 61 * Second));
        Assert.All(first.Flows, f => Assert.NotEqual(f.Source, f.Destination));
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("linear-8")]
    [InlineData("leafspine-2x4")]
    [InlineData("star-5")]
    [InlineData("ring-8")]
    [InlineData("tree")]
    public void Steady_AnyTopology_NoHostGetsMoreThanHalfItsRate(string topology)
    {
        ScenarioPlan plan = Plan("steady", topology, 3);
        foreach (IGrouping<string, FlowPlan> host in plan.Flows.GroupBy(f => f.Destination))
        {
            Assert.InRange(host.Sum(f => LinkLoad.Peak(f.Pattern)), 1, 5_000_000);
        }

        Topology built = Load(topology);
        Assert.Equal(1, LinkLoad.FactorToStayBelow(built, plan.Flows, 0.5), 9);
        Assert.Equal(4 * built.Hosts.Count, plan.Flows.Count);
    }

    [Fact]
    public void Incast_Minute_HasCrowdsOfTwoToEightInTurn()
    {
        ScenarioPlan plan = Plan("incast", "leafspine-2x4", 7);
        IGrouping<long, FlowPlan>[] crowds = [.. plan.Flows.Where(f => f.StartNs > Second).GroupBy(f => f.StartNs).OrderBy(g => g.Key)];
        Assert.InRange(crowds.Length, 12, 40);
        Assert.All(crowds, c => Assert.Single(c.Select(f => f.Destination).Distinct()));
        Assert.All(crowds, c => Assert.InRange(c.Count(), 2, 8));
        Assert.All(crowds, c => Assert.InRange(c.Sum(f => LinkLoad.Peak(f.Pattern)) / 10_000_000, 0.5, 1.5));
        Assert.Contains(crowds, c => c.First().StopNs - c.Key < 100_000_000);
        for (int i = 1; i < crowds.Length; i++)
        {
            Assert.True(crowds[i].Key - crowds[i - 1].First().StopNs >= 700_000_000);
        }
    }

    [Theory]
    [InlineData("leafspine-2x4")]
    [InlineData("ring-4")]
    [InlineData("linear")]
    public void LinkFail_AnySeed_CutsOneSwitchLinkOnce(string topology)
    {
        Topology built = Load(topology);
        for (ulong seed = 1; seed <= 20; seed++)
        {
            LinkAction action = Assert.Single(Plan("linkfail", topology, seed).LinkActions);
            Assert.False(action.Up);
            Assert.InRange(action.AtNs, 20 * Second, 30 * Second);
            Assert.Contains(built.Links, l => l.A.Device == action.A && l.B.Device == action.B);
            Assert.DoesNotContain(built.Hosts, h => h.Name == action.A || h.Name == action.B);
        }
    }

    [Fact]
    public void Plan_UnknownName_SaysWhichAreKnown()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => Plan("flood", "linear", 1));
        Assert.Contains("no scenario flood; known: elephant, flashcrowd, grayloss, incast, linkfail, linkflap, ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LinkFail_OneSwitch_SaysWhy()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => Plan("linkfail", "linear-1", 1));
        Assert.Contains("no link between switches", fault.Message, StringComparison.Ordinal);
    }

    private static ScenarioPlan Plan(string scenario, string topology, ulong seed) =>
        ScenarioCatalog.Plan(scenario, new ScenarioContext(Load(topology), seed, Second, 61 * Second));

    private static Topology Load(string name) =>
        BuiltInTopologies.TryCreate(name, out Topology? topology) ? topology! : throw new ArgumentException(name);
}
