using Telemetry.Collector.History;
using Telemetry.Controller.App;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Topologies;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Tests.Running;

/// <summary>The hosts of leaf s1 send 9 Mbit/s over two uplinks; from 10 s to 30 s the one to s5 carries 3 Mbit/s only.</summary>
public class ClosedLoopTests
{
    private static readonly ClosedLoopOptions s_bounds = new()
    {
        MaximumWeight = 8, MinimumWeight = 2, Hold = TimeSpan.FromSeconds(1), Calm = TimeSpan.FromSeconds(4), CalmMaximum = TimeSpan.FromSeconds(6),
    };

    [ProgramFact]
    public void Uplink_BecomesSlow_LoadMovesAwayWithinBoundsAndBackWithoutSwinging()
    {
        (long lostEven, List<(double At, int Weight)> none) = Run(null);
        (long lostShifted, List<(double At, int Weight)> changes) = Run(s_bounds);

        Assert.Empty(none);
        Assert.True(lostShifted < lostEven / 2, $"{lostShifted} packets lost, {lostEven} without the loop");
        Assert.Equal([7, 6], changes.Take(2).Select(c => c.Weight));
        Assert.All(changes, c => Assert.InRange(c.Weight, 2, 8));
        Assert.All(changes.Zip(changes.Skip(1)), pair =>
        {
            Assert.Equal(1, Math.Abs(pair.Second.Weight - pair.First.Weight));
            Assert.True(pair.Second.At - pair.First.At >= 0.999, $"changes at {pair.First.At} and {pair.Second.At} s");
        });
        Assert.True(changes.Count(c => c.At < 32) <= 12, "it swings"); // a step every second or two would be twice as many
        Assert.Equal(8, changes[^1].Weight); // all is well again
    }

    private static (long Lost, List<(double At, int Weight)> Changes) Run(ClosedLoopOptions? loop)
    {
        LabOptions options = new() { Topology = TopologyCatalog.Load("leafspine-2x4"), Seed = 2, Seconds = 60, ClosedLoop = loop, Plan = Plan };
        int port = options.Topology.Links.Single(l => l.A.Device == "s1" && l.B.Device == "s5").A.Port;
        DetectorSet detectors = DetectorSet.LoadShipped();
        using IHistoryStore store = new Telemetry.Lab.Training.DiscardedHistory();
        using VirtualLab lab = new(options, store, detectors.CreateShipped(), detectors.ShippedAlerts);
        List<(double, int)> changes = [];
        lab.WeightsChanged += weights => changes.Add((lab.NowSeconds, weights.Of("s1", port)));
        LabResult result = lab.Run();
        return (result.Truth!.Flows.Sum(f => f.PacketsLost), changes);
    }

    private static ScenarioPlan Plan(ScenarioContext context)
    {
        string[] near = [.. context.Topology.Links.Where(l => l.B.Device == "s1" || l.A.Device == "s1").Select(l => l.A.Device).Where(d => d.StartsWith('h'))];
        string[] far = [.. context.HostNames.Except(near)];
        List<FlowPlan> flows = [.. Enumerable.Range(0, 60).Select(i => new FlowPlan(
            near[i % near.Length], far[i % far.Length], new PoissonTraffic(150_000), context.StartNs, context.EndNs, 500))];
        long start = context.StartNs + 10_000_000_000;
        return new ScenarioPlan("slow uplink", context.Seed, flows, [])
        {
            SlowActions = [new(start, "s1", "s5", 0, 0, 3_000_000), new(start + 20_000_000_000, "s1", "s5", 0)],
        };
    }
}
