using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Planning;

/// <summary>Next hops of every switch towards every host, over the fewest links.</summary>
public sealed class SwitchRoutes
{
    private readonly Dictionary<(string Switch, string Host), IReadOnlyList<int>> _ports;

    private readonly Func<Link, bool> _isUp;

    private SwitchRoutes(SwitchGraph graph, Dictionary<(string, string), IReadOnlyList<int>> ports, Func<Link, bool> isUp)
    {
        Graph = graph;
        _ports = ports;
        _isUp = isUp;
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

        return new SwitchRoutes(graph, ports, isUp);
    }

    /// <summary>Egress ports of equal cost, ascending; empty when the host cannot be reached.</summary>
    public IReadOnlyList<int> Ports(string switchName, string hostName) =>
        _ports.GetValueOrDefault((switchName, hostName), []);

    /// <summary>
    /// Ports, ascending, to neighbours that reach the host without this switch, for the moment in which no egress port of
    /// equal cost is alive. A neighbour that has this switch among its own next hops must not send the packet back.
    /// </summary>
    public IReadOnlyList<int> Backups(string switchName, string hostName)
    {
        IReadOnlyList<int> ports = Ports(switchName, hostName);
        if (ports.Count != 1 || Graph.NeighbourAt(switchName, ports[0]) is null)
        {
            return ports.Count > 1 ? ports : []; // of several, another one; behind a host's port is nobody else
        }

        // A neighbour's next hops are nearer than it is by one, this switch by one at most: from any other one no way leads back.
        return [.. Graph.Neighbours(switchName)
            .Where(n => n.Port != ports[0] && _isUp(n.Link)
                && Ports(n.Switch.Name, hostName).Any(p => Graph.NeighbourAt(n.Switch.Name, p) is { } next && next != switchName))
            .Select(n => n.Port)];
    }

    /// <summary>
    /// Shares of the load for each of <see cref="Ports"/>: no more than the ports on the way behind it may take, in smallest
    /// numbers; none where all are alike. A host's own port counts for nothing: there is no way around it.
    /// </summary>
    public IReadOnlyList<int> Shares(string switchName, string hostName, PortWeights weights)
    {
        int[] shares = [.. Ports(switchName, hostName).Select(p => Share(switchName, p, hostName, weights))];
        int divisor = shares.Aggregate(0, (a, b) => (int)System.Numerics.BigInteger.GreatestCommonDivisor(a, b));
        return Array.TrueForAll(shares, s => s == shares[0]) ? [] : [.. shares.Select(s => s / divisor)];
    }

    private int Share(string at, int port, string hostName, PortWeights weights) => Graph.NeighbourAt(at, port) is not { } next
        ? weights.Maximum
        : Math.Min(weights.Of(at, port), Ports(next, hostName).Select(p => Share(next, p, hostName, weights)).DefaultIfEmpty(weights.Maximum).Max());

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
