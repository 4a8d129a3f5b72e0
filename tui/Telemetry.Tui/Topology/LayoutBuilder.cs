using System.Collections.Immutable;
using Telemetry.Tui.Drawing;

namespace Telemetry.Tui.Topology;

/// <summary>
/// Layers as rows of boxes, links as right-angled lines in the gaps between them. In a gap every upper device has one
/// horizontal track that its links share; each then drops on a column of its own into the lower device.
/// </summary>
internal sealed partial class LayoutBuilder
{
    private const int MinGap = 2;
    private const int LinkedGap = 5; // columns between boxes of one row that are linked: room for a line and a cross
    private const int RoomyRows = 4; // more rows than that on top of the tracks separate what belongs together

    private readonly Graph _graph;
    private readonly NodeSize _size;
    private readonly NodeSize? _hostSize;
    private readonly int _width;
    private readonly List<List<GraphNode>> _layers;
    private readonly Dictionary<string, int> _layerOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _placeOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Area> _boxes = new(StringComparer.Ordinal);

    private LayoutBuilder(Graph graph, NodeSize size, NodeSize? hostSize, int width)
    {
        _graph = graph;
        _size = size;
        _hostSize = hostSize;
        _width = width;
        _layers = LayerOrder.Of(graph);
        for (int layer = 0; layer < _layers.Count; layer++)
        {
            for (int place = 0; place < _layers[layer].Count; place++)
            {
                _layerOf[_layers[layer][place].Name] = layer;
                _placeOf[_layers[layer][place].Name] = place;
            }
        }
    }

    /// <summary>The drawing at these sizes; null when it does not fit.</summary>
    public static Layout? TryBuild(Graph graph, NodeSize size, NodeSize? hostSize, int width, int height)
    {
        LayoutBuilder builder = new(graph, size, hostSize, width);
        return builder.PlaceColumns() && builder.PlaceRows(height)
            ? new Layout(size, hostSize, builder._boxes.ToImmutableDictionary(), builder.Routes())
            : null;
    }

    private int HeightOf(GraphNode node) => (int)(node.IsHost ? _hostSize ?? NodeSize.Label : _size);

    private int WidthOf(GraphNode node)
    {
        int name = Canvas.Columns(node.Name) + 2; // with its symbol
        int uplinks = _graph.Edges.Count(e => (e.A == node.Name || e.B == node.Name) && IsDrop(e, node.Name));
        return HeightOf(node) switch
        {
            (int)NodeSize.Full => Math.Max(Math.Max(name, 8) + 4, (uplinks * 2) + 1),
            (int)NodeSize.Small => Math.Max(name + 2, (uplinks * 2) + 1),
            _ => Math.Max(name, uplinks),
        };
    }

    private bool IsDrop(GraphEdge edge, string node) =>
        _layerOf[edge.A] != _layerOf[edge.B] && (edge.A == node ? _layerOf[edge.A] > _layerOf[edge.B] : _layerOf[edge.B] > _layerOf[edge.A]);

    private bool AreNeighbours(GraphEdge edge) =>
        _layerOf[edge.A] == _layerOf[edge.B] && Math.Abs(_placeOf[edge.A] - _placeOf[edge.B]) == 1;

    private bool PlaceColumns()
    {
        int[][] widths = [.. _layers.Select(l => l.Select(WidthOf).ToArray())];
        int[] gaps = [.. _layers.Select((l, i) => _graph.Edges.Any(e => AreNeighbours(e) && _layerOf[e.A] == i) ? LinkedGap : HeightOf(l[0]) == (int)NodeSize.Label ? 1 : MinGap)];
        int[] totals = [.. widths.Select((w, i) => w.Sum() + (gaps[i] * (w.Length - 1)))];
        int lanes = _graph.Edges.Count(IsLong);
        int room = _width - (lanes > 0 ? lanes + 1 : 0);
        if (totals.Length == 0 || totals.Max() > room)
        {
            return false;
        }

        // The fullest layer stands evenly spread; the others follow their neighbours in it, and theirs, outwards.
        int start = Array.IndexOf(totals, totals.Max());
        Dictionary<string, double> centre = new(StringComparer.Ordinal);
        for (int step = 0; step < _layers.Count * 2; step++)
        {
            int layer = start + ((step % 2 == 0 ? 1 : -1) * ((step + 1) / 2));
            if (layer < 0 || layer >= _layers.Count)
            {
                continue;
            }

            PlaceLayer(layer, widths[layer], gaps[layer], room, centre);
        }

        return true;
    }

    private void PlaceLayer(int layer, int[] widths, int gap, int room, Dictionary<string, double> centre)
    {
        List<GraphNode> nodes = _layers[layer];
        double[] wanted = new double[nodes.Count];
        double spread = room / (double)nodes.Count;
        bool whole = nodes.Count > 1 && nodes.All(n => NeighbourCentres(n.Name, centre).Any())
            && nodes.Select(n => Math.Round(NeighbourCentres(n.Name, centre).Average())).Distinct().Count() == 1;
        for (int i = 0; i < nodes.Count; i++)
        {
            double even = (i + 0.5) * spread;

            // Spines that all see the same leaves would pile up in the middle: spread them instead.
            double middle = whole ? even : NeighbourCentres(nodes[i].Name, centre).DefaultIfEmpty(even).Average();
            wanted[i] = middle - (widths[i] / 2.0);
        }

        int[] left = Spacing.Place(wanted, widths, gap, room);
        for (int i = 0; i < nodes.Count; i++)
        {
            _boxes[nodes[i].Name] = new Area(left[i], 0, widths[i], HeightOf(nodes[i]));
            centre[nodes[i].Name] = left[i] + (widths[i] / 2.0);
        }
    }

    private IEnumerable<double> NeighbourCentres(string name, Dictionary<string, double> centre) => _graph.Edges
        .Where(e => (e.A == name || e.B == name) && _layerOf[e.A] != _layerOf[e.B])
        .Select(e => e.A == name ? e.B : e.A)
        .Where(centre.ContainsKey)
        .Select(n => centre[n]);
}
