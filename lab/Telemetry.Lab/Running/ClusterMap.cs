using Telemetry.Collector.Centers;
using Telemetry.Collector.Chains;
using Telemetry.Collector.Nodes;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Reports;

namespace Telemetry.Lab.Running;

/// <summary>Which collector node and center serve which switches: one of each a cluster of the topology.</summary>
internal sealed class ClusterMap
{
    private readonly ReportProfile _reports;
    private readonly IReadOnlyList<TierNode> _tiers;
    private readonly Dictionary<string, string> _clusterOfSwitch = new(StringComparer.Ordinal);

    /// <param name="topology">Names the clusters.</param>
    /// <param name="program">Says how its reports are read.</param>
    /// <param name="nodePerCluster">False puts all switches into the first cluster: one node hears them all.</param>
    public ClusterMap(Topology topology, P4Program program, bool nodePerCluster = true)
    {
        _reports = LabInventory.ReportsOf(program);
        _tiers = nodePerCluster ? topology.Tiers : [];
        foreach (SwitchNode node in topology.Switches)
        {
            _clusterOfSwitch.Add(node.Name, nodePerCluster ? node.Cluster : topology.Switches[0].Cluster);
        }

        Clusters = [.. _clusterOfSwitch.Values.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Names, ascending.</summary>
    public IReadOnlyList<string> Clusters { get; }

    /// <summary>Name of the data center, as the topology places it.</summary>
    public string DataCenterName => _tiers.FirstOrDefault(t => t.Role == TierRole.DataCenter)?.Name ?? "datacenter";

    public string NodeName(string cluster) => PlaceOf(TierRole.Node, cluster) ?? $"node-{cluster}";

    public string CenterName(string cluster) => PlaceOf(TierRole.Center, cluster) ?? $"center-{cluster}";

    /// <summary>The node that a switch reports to.</summary>
    public string NodeOf(string switchName) => NodeName(_clusterOfSwitch[switchName]);

    public NodeOptions NodeOptions(string cluster) => new() { Name = NodeName(cluster), Cluster = cluster, Reports = _reports };

    public CenterOptions CenterOptions(string cluster) =>
        new() { Name = CenterName(cluster), Cluster = cluster, ExpectedNodes = [NodeName(cluster)] };

    public ChainOptions Chain() => new()
    {
        Clusters = [.. Clusters.Select(c => new ClusterOptions(CenterOptions(c), [NodeOptions(c)]))],
        DataCenter = new() { Name = DataCenterName },
    };

    private string? PlaceOf(TierRole role, string cluster) =>
        _tiers.FirstOrDefault(t => t.Role == role && t.Cluster == cluster)?.Name;
}
