using System.Globalization;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Mininet;

/// <summary>
/// How much background traffic switch processes can carry on this machine. A network that has more to do than its
/// machine can do drops and delays for that alone: nothing in it is steady, whatever the scenario says.
/// </summary>
/// <param name="topology">The network.</param>
/// <param name="targetOf">What a switch is.</param>
/// <param name="processors">Of this machine.</param>
/// <param name="evenFrameBytes">Size of all datagrams; 0 where each flow has its own.</param>
internal sealed class SwitchBudget(Topology topology, Func<SwitchNode, SwitchTarget> targetOf, int processors, int evenFrameBytes)
{
    /// <summary>
    /// Processor time for a packet's hop, INT and report included, with the packet's share of host and node: `campus`, steady, on two processors.
    /// </summary>
    private const double SoftHopSeconds = 33e-6;

    /// <summary>The same with BMv2 built without logging: 1.4 processors carried 10,000 hops a second.</summary>
    private const double Bmv2HopSeconds = 140e-6;

    /// <summary>Collector, controller and whoever watches have the rest.</summary>
    private const double Share = 0.65;

    /// <summary>What a node or a center of its own takes besides, in processors.</summary>
    private const double TierProcessors = 0.06;

    private readonly double _available = Math.Max(
        processors / 4.0, (processors * Share) - (TierProcessors * topology.Tiers.Count(t => t.Role != TierRole.DataCenter)));

    /// <summary>What the flows that were asked about last need, in processors.</summary>
    public double Needed { get; private set; }

    /// <summary>The factor on their rates that keeps within the share of switches; 1 when they do.</summary>
    public double Factor { get; private set; } = 1;

    /// <summary>The factor that these flows must have.</summary>
    public double FactorFor(IReadOnlyList<FlowPlan> flows)
    {
        Dictionary<string, List<(string Device, int Link)>> neighbours = LinkLoad.Neighbours(topology);
        Dictionary<string, double> costs = topology.Switches.ToDictionary(s => s.Name, Cost, StringComparer.Ordinal);
        Dictionary<string, Dictionary<string, int>> distances = new(StringComparer.Ordinal);
        Needed = 0;
        foreach (FlowPlan flow in flows)
        {
            if (!distances.TryGetValue(flow.Destination, out Dictionary<string, int>? distance))
            {
                distances.Add(flow.Destination, distance = LinkLoad.DistancesTo(flow.Destination, neighbours));
            }

            Needed += PacketsPerSecond(flow) * PathSeconds(flow.Source, neighbours, distance, costs);
        }

        return Factor = Math.Min(1, _available / Math.Max(Needed, double.Epsilon));
    }

    /// <summary>Says what was taken off; null when nothing was.</summary>
    public string? Note() => Factor >= 1 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"background traffic is {Factor:P0} of the usual: all of it would keep {Needed:F1} of this machine's {processors} processors busy with switching, and the collector needs some too");

    private double Cost(SwitchNode node) =>
        !node.RunsP4 ? 0 : targetOf(node) == SwitchTarget.Bmv2 ? Bmv2HopSeconds : SoftHopSeconds;

    private double PacketsPerSecond(FlowPlan flow) => flow.Pattern switch
    {
        OnOffTraffic onOff => LinkLoad.Peak(onOff) * onOff.MeanOnNs / (onOff.MeanOnNs + onOff.MeanOffNs) / 8 / DatagramBytes(flow),
        TcpTraffic tcp => 2 * LinkLoad.Peak(tcp) / 8 / flow.FrameBytes, // each is acknowledged
        TrafficPattern other => LinkLoad.Peak(other) / 8 / DatagramBytes(flow),
    };

    private int DatagramBytes(FlowPlan flow) => evenFrameBytes > 0 ? evenFrameBytes : flow.FrameBytes;

    // Ways of equal cost cross as many switches.
    private static double PathSeconds(
        string source, Dictionary<string, List<(string Device, int Link)>> neighbours, Dictionary<string, int> distance, Dictionary<string, double> costs)
    {
        double seconds = 0;
        string current = source;
        while (distance.TryGetValue(current, out int left) && left > 0)
        {
            seconds += costs.GetValueOrDefault(current);
            current = neighbours[current].First(n => distance.TryGetValue(n.Device, out int next) && next == left - 1).Device;
        }

        return seconds;
    }
}
