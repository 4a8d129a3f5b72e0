using System.Collections.Immutable;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Topology;

internal sealed partial class LayoutBuilder
{
    /// <summary>One horizontal line of a gap: a device's bus, or the last stretch of a single link.</summary>
    private sealed class Net(string owner)
    {
        public string Owner { get; } = owner;

        public int Left { get; private set; } = int.MaxValue;

        public int Right { get; private set; } = int.MinValue;

        public int Track { get; set; }

        public bool NeedsTrack => Right > Left;

        public void Reach(int x)
        {
            Left = Math.Min(Left, x);
            Right = Math.Max(Right, x);
        }
    }

    // Gap g is above layer g; gap 0 is above the top layer and has room only for arcs between boxes of that layer.
    private readonly Dictionary<(int Gap, string Owner), Net> _nets = [];
    private readonly Dictionary<(string Edge, string Node), int> _columns = [];
    private int[] _tracks = [];
    private int[] _gapTop = [];

    private bool IsLong(GraphEdge edge) => Math.Abs(_layerOf[edge.A] - _layerOf[edge.B]) > 1;

    private (string Upper, string Lower) Ends(GraphEdge edge) =>
        _layerOf[edge.A] < _layerOf[edge.B] ? (edge.A, edge.B)
        : _layerOf[edge.A] > _layerOf[edge.B] ? (edge.B, edge.A)
        : _placeOf[edge.A] < _placeOf[edge.B] ? (edge.A, edge.B) : (edge.B, edge.A);

    private int Trunk(string node) => _boxes[node].X + (_boxes[node].Width / 2);

    private bool PlaceRows(int height)
    {
        AssignColumns();
        _tracks = AssignTracks();
        int[] boxes = [.. _layers.Select(l => l.Max(HeightOf))];
        int[] gaps = new int[_layers.Count];
        for (int i = 0; i < gaps.Length; i++)
        {
            gaps[i] = i == 0 ? _tracks[0] : _tracks[i] + 1;
        }

        int spare = height - boxes.Sum() - gaps.Sum();
        if (spare < 0)
        {
            return false;
        }

        for (int round = 0; round < RoomyRows; round++)
        {
            for (int i = 1; i < gaps.Length && spare > 0; i++, spare--)
            {
                gaps[i]++;
            }
        }

        _gapTop = new int[_layers.Count];
        int y = spare / 2;
        for (int i = 0; i < _layers.Count; i++)
        {
            _gapTop[i] = y;
            y += gaps[i];
            foreach (GraphNode node in _layers[i])
            {
                _boxes[node.Name] = _boxes[node.Name] with { Y = y };
            }

            y += boxes[i];
        }

        return true;
    }

    /// <summary>Where each link enters its lower device (or, for arcs, both): left to right as the other ends stand.</summary>
    private void AssignColumns()
    {
        foreach (List<GraphNode> layer in _layers)
        {
            foreach (GraphNode node in layer)
            {
                GraphEdge[] entering =
                [
                    .. _graph.Edges.Where(e => IsDrop(e, node.Name) && (e.A == node.Name || e.B == node.Name) || IsArc(e, node.Name))
                        .OrderBy(e => Trunk(e.A == node.Name ? e.B : e.A)).ThenBy(e => e.Key, NaturalComparer.Instance),
                ];
                SpreadOver(node, entering);
            }
        }
    }

    private bool IsArc(GraphEdge edge, string node) =>
        (edge.A == node || edge.B == node) && _layerOf[edge.A] == _layerOf[edge.B] && !AreNeighbours(edge);

    private void SpreadOver(GraphNode node, GraphEdge[] entering)
    {
        Area box = _boxes[node.Name];
        int border = HeightOf(node) == (int)NodeSize.Label ? 0 : 1;
        int inner = box.Width - (2 * border);
        if (entering.Length == 1 && Trunk(entering[0].A == node.Name ? entering[0].B : entering[0].A) is var above
            && above >= box.X + border && above < box.Right - border && !IsArc(entering[0], node.Name))
        {
            _columns[(entering[0].Key, node.Name)] = above; // straight down
            return;
        }

        HashSet<int> foreign = [.. UpperTrunks(node.Name, entering)];
        HashSet<int> used = [];
        for (int i = 0; i < entering.Length; i++)
        {
            int x = box.X + border + (int)((i + 0.5) * inner / entering.Length);

            // A column under another device's trunk would join two lines that have nothing to do with each other.
            int[] choices = [x, x + 1, x - 1, x + 2, x - 2];
            int free = Array.FindIndex(choices, c =>
                c >= box.X + border && c < box.Right - border && !used.Contains(c) && !(entering.Length > 1 && foreign.Contains(c)));
            x = free >= 0 ? choices[free] : x;
            used.Add(x);
            _columns[(entering[i].Key, node.Name)] = x;
        }
    }

    private IEnumerable<int> UpperTrunks(string node, GraphEdge[] entering)
    {
        int layer = _layerOf[node];
        return layer == 0 || entering.Length == 0 ? [] : _layers[layer - 1].Select(n => Trunk(n.Name));
    }

    /// <summary>Tracks that each gap needs, after giving every net one: left to right, first that is free.</summary>
    private int[] AssignTracks()
    {
        int lane = _width - 1;
        foreach (GraphEdge edge in _graph.Edges.Where(e => !AreNeighbours(e)))
        {
            (string upper, string lower) = Ends(edge);
            if (_layerOf[upper] == _layerOf[lower])
            {
                Net arc = NetOf(_layerOf[lower], edge.Key);
                arc.Reach(_columns[(edge.Key, upper)]);
                arc.Reach(_columns[(edge.Key, lower)]);
                continue;
            }

            Net bus = NetOf(_layerOf[upper] + 1, upper);
            bus.Reach(Trunk(upper));
            if (IsLong(edge))
            {
                _columns[(edge.Key, "")] = lane;
                bus.Reach(lane);
                Net last = NetOf(_layerOf[lower], edge.Key);
                last.Reach(lane--);
                last.Reach(_columns[(edge.Key, lower)]);
            }
            else
            {
                bus.Reach(_columns[(edge.Key, lower)]);
            }
        }

        int[] tracks = new int[_layers.Count];
        for (int gap = 0; gap < tracks.Length; gap++)
        {
            List<int> ends = []; // rightmost column taken on each track
            foreach (Net net in _nets.Where(n => n.Key.Gap == gap && n.Value.NeedsTrack).Select(n => n.Value)
                .OrderBy(n => n.Left).ThenBy(n => n.Right).ThenBy(n => n.Owner, NaturalComparer.Instance))
            {
                int free = ends.FindIndex(end => end + 1 < net.Left);
                if (free < 0)
                {
                    free = ends.Count;
                    ends.Add(0);
                }

                net.Track = free;
                ends[free] = net.Right;
            }

            tracks[gap] = ends.Count;
        }

        return tracks;
    }

    private Net NetOf(int gap, string owner)
    {
        if (!_nets.TryGetValue((gap, owner), out Net? net))
        {
            _nets[(gap, owner)] = net = new Net(owner);
        }

        return net;
    }

    private ImmutableArray<Route> Routes() => [.. _graph.Edges.Select(RouteOf)];

    private Route RouteOf(GraphEdge edge)
    {
        (string upper, string lower) = Ends(edge);
        Area a = _boxes[upper];
        Area b = _boxes[lower];
        if (AreNeighbours(edge))
        {
            int y = b.Y + (b.Height / 2);
            return new Route(edge.Key, [], (new Point(a.Right, y), new Point(b.X - 1, y)));
        }

        int drop = _columns[(edge.Key, lower)];
        int layer = _layerOf[lower];
        if (_layerOf[upper] == layer)
        {
            int arc = TrackRow(layer, edge.Key);
            int from = _columns[(edge.Key, upper)];
            return new Route(edge.Key, [new Point(from, a.Y - 1), new Point(from, arc), new Point(drop, arc)], (new Point(drop, arc), new Point(drop, b.Y - 1)));
        }

        Net bus = NetOf(_layerOf[upper] + 1, upper);
        int trunk = Trunk(upper);
        if (!bus.NeedsTrack)
        {
            return new Route(edge.Key, [], (new Point(drop, a.Bottom), new Point(drop, b.Y - 1)));
        }

        int row = TrackRow(_layerOf[upper] + 1, upper);
        if (!IsLong(edge))
        {
            return new Route(edge.Key, [new Point(trunk, a.Bottom), new Point(trunk, row), new Point(drop, row)], (new Point(drop, row), new Point(drop, b.Y - 1)));
        }

        int lane = _columns[(edge.Key, "")];
        int end = TrackRow(layer, edge.Key);
        return new Route(
            edge.Key,
            [new Point(trunk, a.Bottom), new Point(trunk, row), new Point(lane, row), new Point(lane, end), new Point(drop, end)],
            (new Point(drop, end), new Point(drop, b.Y - 1)));
    }

    private int TrackRow(int gap, string owner) => _gapTop[gap] + NetOf(gap, owner).Track;
}
