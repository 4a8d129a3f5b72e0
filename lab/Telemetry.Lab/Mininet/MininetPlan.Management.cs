using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Mininet;

public static partial class MininetPlan
{
    /// <summary>Switch n has the n-th management address from this one in the tiers' network.</summary>
    private const int FirstSwitchAddress = 100;

    /// <summary>Whether a topology places the collector's tiers, all three, so that they can run there.</summary>
    internal static bool PlacesTiers(Topology topology) =>
        topology.Tiers.Any(t => t.Role == TierRole.DataCenter)
        && topology.Switches.Where(s => s.RunsP4).All(s => TierOf(topology, TierRole.Node, s.Cluster) is not null && TierOf(topology, TierRole.Center, s.Cluster) is not null);

    /// <summary>Where a switch serves P4Runtime for tiers: on its management interface.</summary>
    internal static string ManagementUrl(Topology topology, SwitchNode node) =>
        string.Create(CultureInfo.InvariantCulture, $"{ManagementAddress(topology, node)}:{GrpcPort(node)}");

    internal static TierNode? TierOf(Topology topology, TierRole role, string cluster) =>
        topology.Tiers.FirstOrDefault(t => t.Role == role && (role == TierRole.DataCenter || t.Cluster == cluster));

    private static JsonObject? Management(Topology topology)
    {
        if (!PlacesTiers(topology))
        {
            return null;
        }

        TierNode first = topology.Tiers[0];
        return new JsonObject
        {
            ["network"] = new IPNetwork(Network(first), first.PrefixLength).ToString(),
            ["tiers"] = Array(topology.Tiers.Select(t => new JsonObject
            {
                ["name"] = t.Name,
                ["address"] = t.Address.ToString(),
                ["prefix_length"] = t.PrefixLength,
                ["mac"] = t.Mac,
                ["own_namespace"] = t.Role != TierRole.DataCenter,
            })),
            ["switches"] = Array(topology.Switches.Where(s => s.RunsP4).Select(s => new JsonObject
            {
                ["name"] = s.Name,
                ["address"] = ManagementAddress(topology, s).ToString(),
                ["node"] = TierOf(topology, TierRole.Node, s.Cluster)!.Name,
            })),
            ["links"] = Array(topology.Management.Select(l => new JsonArray(l.A, l.B))),
        };
    }

    private static IPAddress Network(TierNode tier)
    {
        byte[] address = tier.Address.GetAddressBytes();
        for (int bit = tier.PrefixLength; bit < address.Length * 8; bit++)
        {
            address[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(address);
    }

    private static IPAddress ManagementAddress(Topology topology, SwitchNode node)
    {
        byte[] address = Network(topology.Tiers[0]).GetAddressBytes();
        int place = FirstSwitchAddress + node.NodeId;
        address[2] += (byte)(place >> 8);
        address[3] = (byte)place;
        return new IPAddress(address);
    }
}
