using System.Globalization;
using System.Net;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Topologies;

/// <summary>
/// The network of the original system: three clusters of two switches and eight hosts behind a router each, all joined
/// at the data-center switch; a firewall before the last host; a node and a center beside each cluster's switches, and
/// the data center, on management links.
/// </summary>
internal static class CampusTopology
{
    private const int Clusters = 3;
    private const int HostsOfSwitch = 4;

    /// <summary>Between clusters, all eight hosts of one at nearly full rate fit: routers have queues that INT does not see.</summary>
    private const long TrunkBitsPerSecond = 60_000_000;

    public static Topology Create(string name)
    {
        TopologyBuilder builder = new();
        string[][] switches = [.. Enumerable.Range(1, Clusters).Select(c => new[]
        {
            builder.AddSwitch(layer: 1, Name("c", c)),
            builder.AddSwitch(layer: 1, Name("c", c)),
        })];
        string core = builder.AddSwitch(layer: 3, Name("c", 2));
        for (int c = 1; c <= Clusters; c++)
        {
            builder.AddRouter(Name("r", c), SwitchRole.Router, layer: 2, Name("c", c));
        }

        // What no lab's scenario sends: remote shells and switch management from elsewhere.
        IPNetwork guarded = new(new IPAddress([10, 0, 6, HostsOfSwitch]), 32);
        builder.AddRouter(
            "fw1",
            SwitchRole.Firewall,
            layer: 1,
            Name("c", Clusters),
            new FirewallRule { Allow = true, Source = new(new IPAddress([10, 0, 6, 0]), 24), Destination = guarded },
            new FirewallRule { Allow = false, Protocol = 6, Destination = guarded, DestinationPorts = new(22, 23) },
            new FirewallRule { Allow = false, Protocol = 17, Destination = guarded, DestinationPorts = new(161, 162) });
        for (int c = 1; c <= Clusters; c++)
        {
            string[] pair = switches[c - 1];
            for (int host = 0; host < 2 * HostsOfSwitch; host++)
            {
                string on = pair[host / HostsOfSwitch];
                bool last = c == Clusters && host == (2 * HostsOfSwitch) - 1;
                if (last)
                {
                    builder.Connect(on, "fw1", TopologyBuilder.HostRateBitsPerSecond);
                }

                builder.AddHost(last ? "fw1" : on, on);
            }

            builder.Connect(pair[0], pair[1]);
            builder.Connect(pair[0], Name("r", c), TrunkBitsPerSecond);
            builder.Connect(pair[1], Name("r", c), TrunkBitsPerSecond);
            builder.Connect(Name("r", c), core, TrunkBitsPerSecond);
            Place(builder, c, pair);
        }

        builder.AddTier("dc", TierRole.DataCenter, "");
        builder.Manage(core, "dc");
        builder.Manage("fw1", Name("n", Clusters));
        return builder.Build(name);
    }

    /// <summary>A node that hears the cluster's switches and its router, and a center that the data-center switch joins to the data center.</summary>
    private static void Place(TopologyBuilder builder, int cluster, string[] pair)
    {
        string node = Name("n", cluster);
        string center = Name("center", cluster);
        builder.AddTier(node, TierRole.Node, Name("c", cluster));
        builder.AddTier(center, TierRole.Center, Name("c", cluster));
        foreach (string device in pair.Append(Name("r", cluster)))
        {
            builder.Manage(device, node);
        }

        builder.Manage(node, center);
        builder.Manage(center, "s7");
    }

    private static string Name(string prefix, int number) => prefix + number.ToString(CultureInfo.InvariantCulture);
}
