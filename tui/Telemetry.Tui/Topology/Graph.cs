using System.Collections.Immutable;
using Telemetry.Collector.Contracts;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Topology;

/// <summary>A device of the drawing.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Layer">0 at the bottom.</param>
/// <param name="IsHost">Hosts are drawn smaller and go first when room is short.</param>
internal sealed record GraphNode(string Name, int Layer, bool IsHost);

/// <summary>A link of the drawing.</summary>
internal sealed record GraphEdge(string Key, string A, string B);

/// <summary>What is drawn, without any health: it changes only when the inventory does.</summary>
/// <param name="Nodes">In natural order of names.</param>
/// <param name="Edges">In natural order of keys; both ends are nodes, and differ.</param>
internal sealed record Graph(ImmutableArray<GraphNode> Nodes, ImmutableArray<GraphEdge> Edges)
{
    /// <summary>The switches and hosts of a state; layers as the inventory has them, else by distance from the hosts.</summary>
    public static Graph Of(FabricState state)
    {
        ImmutableArray<GraphEdge> edges =
        [
            .. state.Links.Where(l => l.Value.A != l.Value.B && IsDrawn(state, l.Value.A) && IsDrawn(state, l.Value.B))
                .Select(l => new GraphEdge(l.Key, l.Value.A, l.Value.B)),
        ];
        DeviceEntry[] devices = [.. state.Devices.Values.Where(d => d.IsHost || d.IsSwitch)];
        Dictionary<string, int>? distance = devices.Any(d => d.IsSwitch && d.Layer == 0) ? Distances(devices, edges) : null;
        return new Graph(
            [.. devices.Select(d => new GraphNode(d.Name, distance?.GetValueOrDefault(d.Name, 1) ?? (d.IsHost ? 0 : d.Layer), d.IsHost))],
            edges);
    }

    /// <summary>The same without hosts and their links.</summary>
    public Graph WithoutHosts()
    {
        HashSet<string> hosts = [.. Nodes.Where(n => n.IsHost).Select(n => n.Name)];
        return new Graph(
            [.. Nodes.Where(n => !n.IsHost)],
            [.. Edges.Where(e => !hosts.Contains(e.A) && !hosts.Contains(e.B))]);
    }

    private static bool IsDrawn(FabricState state, string device) =>
        state.Devices.TryGetValue(device, out DeviceEntry? entry) && (entry.IsHost || entry.IsSwitch);

    private static Dictionary<string, int> Distances(DeviceEntry[] devices, ImmutableArray<GraphEdge> edges)
    {
        Dictionary<string, int> distance = new(StringComparer.Ordinal);
        Queue<string> open = new(devices.Where(d => d.IsHost).Select(d => d.Name));
        foreach (string host in open)
        {
            distance[host] = 0;
        }

        ILookup<string, string> neighbours = edges.SelectMany(e => new[] { (e.A, e.B), (e.B, e.A) }).ToLookup(p => p.Item1, p => p.Item2);
        while (open.TryDequeue(out string? name))
        {
            foreach (string next in neighbours[name].Where(n => !distance.ContainsKey(n)))
            {
                distance[next] = distance[name] + 1;
                open.Enqueue(next);
            }
        }

        return distance;
    }
}
