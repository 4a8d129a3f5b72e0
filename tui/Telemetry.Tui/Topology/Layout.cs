using System.Collections.Immutable;
using Telemetry.Tui.Drawing;

namespace Telemetry.Tui.Topology;

/// <summary>How large devices are drawn.</summary>
internal enum NodeSize
{
    /// <summary>One row, no border.</summary>
    Label = 1,
    /// <summary>A border around one row.</summary>
    Small = 3,
    /// <summary>A border around two rows: name and state.</summary>
    Full = 4,
}

internal readonly record struct Point(int X, int Y);

/// <summary>A link's way over the canvas.</summary>
/// <param name="Key">The link.</param>
/// <param name="Shared">Corners of the part that it may share with other links of the same device; empty when there is none.</param>
/// <param name="Own">Its own straight end, where its state shows: from the first to the last cell.</param>
internal sealed record Route(string Key, ImmutableArray<Point> Shared, (Point From, Point To) Own);

/// <summary>A finished drawing plan: pure data, so that it can be tested without a screen.</summary>
/// <param name="SwitchSize">Size of switches.</param>
/// <param name="HostSize">Size of hosts; null when they are left out.</param>
/// <param name="Boxes">Where each device is drawn.</param>
/// <param name="Routes">Where each link runs.</param>
internal sealed record Layout(
    NodeSize SwitchSize, NodeSize? HostSize, ImmutableDictionary<string, Area> Boxes, ImmutableArray<Route> Routes)
{
    private static readonly (NodeSize Switch, NodeSize? Host)[] Sizes =
    [
        (NodeSize.Full, NodeSize.Small), (NodeSize.Full, NodeSize.Label), (NodeSize.Small, NodeSize.Label),
        (NodeSize.Label, NodeSize.Label), (NodeSize.Small, null), (NodeSize.Label, null),
    ];

    /// <summary>The largest drawing of <paramref name="graph"/> that fits; null when none does (then a list serves better).</summary>
    public static Layout? Of(Graph graph, int width, int height)
    {
        Graph switches = graph.WithoutHosts();
        foreach ((NodeSize size, NodeSize? hostSize) in Sizes)
        {
            Graph drawn = hostSize is null ? switches : graph;
            if (drawn.Nodes.Length > 0 && LayoutBuilder.TryBuild(drawn, size, hostSize, width, height) is { } layout)
            {
                return layout;
            }
        }

        return null;
    }
}
