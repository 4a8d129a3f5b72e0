using Telemetry.Collector.Centers;
using Telemetry.Collector.Chains;
using Telemetry.Collector.Nodes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Running;

/// <summary>Which collector node and center serve which switches: one of each a cluster of the topology.</summary>
internal sealed class ClusterMap
{
    private readonly Dictionary<string, string> _clusterOfSwitch = new(StringComparer.Ordinal);

    /// <param name="topology">Names the clusters.</param>
    /// <param name="nodePerCluster">False puts all switches into the first cluster: one node hears them all.</param>
    public ClusterMap(Topology topology, bool nodePerCluster = true)
    {
        foreach (SwitchNode node in topology.Switches)
        {
            _clusterOfSwitch.Add(node.Name, nodePerCluster ? node.Cluster : topology.Switches[0].Cluster);
        }

        Clusters = [.. _clusterOfSwitch.Values.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Names, ascending.</summary>
    public IReadOnlyList<string> Clusters { get; }

    public static string NodeName(string cluster) => $"node-{cluster}";

    public static string CenterName(string cluster) => $"center-{cluster}";

    /// <summary>The node that a switch reports to.</summary>
    public string NodeOf(string switchName) => NodeName(_clusterOfSwitch[switchName]);

    public static NodeOptions NodeOptions(string cluster) => new() { Name = NodeName(cluster), Cluster = cluster };

    public static CenterOptions CenterOptions(string cluster) =>
        new() { Name = CenterName(cluster), Cluster = cluster, ExpectedNodes = [NodeName(cluster)] };

    public ChainOptions Chain() => new()
    {
        Clusters = [.. Clusters.Select(c => new ClusterOptions(CenterOptions(c), [NodeOptions(c)]))],
    };
}
