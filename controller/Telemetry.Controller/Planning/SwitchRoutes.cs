using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Planning;

/// <summary>Next hops of every switch towards every host, over the fewest links.</summary>
public sealed class SwitchRoutes
{
    private readonly Dictionary<(string Switch, string Host), IReadOnlyList<int>> _ports;

    private SwitchRoutes(SwitchGraph graph, Dictionary<(string, string), IReadOnlyList<int>> ports)
    {
        Graph = graph;
        _ports = ports;
    }

    /// <summary>The whole network, links that are down included.</summary>
    internal SwitchGraph Graph { get; }

    /// <summary>Computes routes over the links that are up; links between a host and its switch always count.</summary>
    /// <param name="topology">The network.</param>
    /// <param name="isUp">Whether a switch-to-switch link may be used.</param>
    public static SwitchRoutes Compute(Topology topology, Func<Link, bool> isUp)
    {
        SwitchGraph graph = new(topology);
        Dictionary<(string, string), IReadOnlyList<int>> ports = [];
        foreach (IGrouping<string, Attachment> edge in graph.Hosts.GroupBy(h => h.Switch.Name))
        {
            Dictionary<string, int> distances = Distances(graph, edge.Key, isUp);
            foreach (SwitchNode node in topology.Switches)
            {
                int[] towards = node.Name == edge.Key || !distances.TryGetValue(node.Name, out int distance)
                    ? []
                    : [.. graph.Neighbours(node.Name)
                        .Where(n => isUp(n.Link) && distances.GetValueOrDefault(n.Switch.Name, int.MaxValue) == distance - 1)
                        .Select(n => n.Port)];
                foreach (Attachment host in edge)
                {
                    ports[(node.Name, host.Host.Name)] = node.Name == edge.Key ? [host.Port] : towards;
                }
            }
        }

        return new SwitchRoutes(graph, ports);
    }

    /// <summary>Egress ports of equal cost, ascending; empty when the host cannot be reached.</summary>
    public IReadOnlyList<int> Ports(string switchName, string hostName) =>
        _ports.GetValueOrDefault((switchName, hostName), []);

    private static Dictionary<string, int> Distances(SwitchGraph graph, string from, Func<Link, bool> isUp)
    {
        Dictionary<string, int> distances = new() { [from] = 0 };
        Queue<string> queue = new([from]);
        while (queue.TryDequeue(out string? at))
        {
            foreach (Neighbour next in graph.Neighbours(at))
            {
                if (isUp(next.Link) && distances.TryAdd(next.Switch.Name, distances[at] + 1))
                {
                    queue.Enqueue(next.Switch.Name);
                }
            }
        }

        return distances;
    }
}
