using Telemetry.Tui.Model;

namespace Telemetry.Tui.Topology;

/// <summary>Who stands beside whom: nodes by layer, top layer first, ordered by barycentre sweeps with ties broken by name.</summary>
internal static class LayerOrder
{
    private const int Sweeps = 4;

    /// <summary>Layers from top to bottom, each from left to right; the same graph always gives the same order.</summary>
    public static List<List<GraphNode>> Of(Graph graph)
    {
        List<List<GraphNode>> layers =
        [
            .. graph.Nodes.GroupBy(n => n.Layer).OrderByDescending(g => g.Key)
                .Select(g => g.OrderBy(n => n.Name, NaturalComparer.Instance).ToList()),
        ];
        ILookup<string, string> neighbours = graph.Edges
            .SelectMany(e => new[] { (e.A, e.B), (e.B, e.A) })
            .ToLookup(p => p.Item1, p => p.Item2, StringComparer.Ordinal);
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            for (int i = 1; i < layers.Count; i++)
            {
                Sort(layers[i], layers[i - 1], neighbours);
            }

            for (int i = layers.Count - 2; i >= 0; i--)
            {
                Sort(layers[i], layers[i + 1], neighbours);
            }
        }

        return layers;
    }

    // A node without neighbours in the other layer keeps its place.
    private static void Sort(List<GraphNode> layer, List<GraphNode> other, ILookup<string, string> neighbours)
    {
        Dictionary<string, double> place = new(StringComparer.Ordinal);
        for (int i = 0; i < other.Count; i++)
        {
            place[other[i].Name] = (i + 0.5) / other.Count;
        }

        Dictionary<string, double> centre = new(StringComparer.Ordinal);
        for (int i = 0; i < layer.Count; i++)
        {
            string name = layer[i].Name;
            centre[name] = neighbours[name].Where(place.ContainsKey).Select(n => place[n]).DefaultIfEmpty((i + 0.5) / layer.Count).Average();
        }

        layer.Sort((a, b) => (Math.Round(centre[a.Name], 6).CompareTo(Math.Round(centre[b.Name], 6)), NaturalComparer.Instance.Compare(a.Name, b.Name)) switch
        {
            (0, int name) => name,
            (int byCentre, _) => byCentre,
        });
    }
}
