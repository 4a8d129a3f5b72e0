using Telemetry.Collector.Contracts;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Model;
using Telemetry.Tui.Topology;

namespace Telemetry.Tui.Tests.Topology;

public class LayoutTests
{
    public static TheoryData<string, int, int> Drawn => new()
    {
        { "leafspine", 40, 6 }, { "leafspine", 80, 19 }, { "leafspine", 120, 35 }, { "leafspine", 200, 55 },
        { "linear", 40, 6 }, { "linear", 80, 19 }, { "linear", 120, 35 }, { "linear", 200, 55 },
        { "ring", 80, 19 }, { "skip", 80, 30 }, { "big", 120, 35 }, { "big", 200, 55 },
    };

    [Theory, MemberData(nameof(Drawn))]
    public void Of_Fits_BoxesAreInsideAndApart(string name, int width, int height)
    {
        Layout layout = Layout.Of(Graph(name), width, height)!;

        Area[] boxes = [.. layout.Boxes.Values];
        Assert.All(boxes, b => Assert.True(b.X >= 0 && b.Y >= 0 && b.Right <= width && b.Bottom <= height));
        for (int i = 0; i < boxes.Length; i++)
        {
            Assert.DoesNotContain(boxes[(i + 1)..], b => b.X < boxes[i].Right && boxes[i].X < b.Right && b.Y < boxes[i].Bottom && boxes[i].Y < b.Bottom);
        }
    }

    [Theory, MemberData(nameof(Drawn))]
    public void Of_Fits_RoutesTouchBothEndsAndRunThroughNoBox(string name, int width, int height)
    {
        Graph graph = Graph(name);
        Layout layout = Layout.Of(graph, width, height)!;

        foreach (Route route in layout.Routes)
        {
            GraphEdge edge = graph.Edges.Single(e => e.Key == route.Key);
            Point first = route.Shared.IsEmpty ? route.Own.From : route.Shared[0];
            Assert.True(Touches(layout.Boxes[edge.A], first) || Touches(layout.Boxes[edge.B], first), route.ToString());
            Assert.True(Touches(layout.Boxes[edge.A], route.Own.To) || Touches(layout.Boxes[edge.B], route.Own.To), route.ToString());
            foreach (Point cell in Cells(route))
            {
                Assert.True(cell.X >= 0 && cell.X < width && cell.Y >= 0 && cell.Y < height, route.ToString());
                Assert.DoesNotContain(layout.Boxes.Values, b => cell.X >= b.X && cell.X < b.Right && cell.Y >= b.Y && cell.Y < b.Bottom);
            }
        }
    }

    [Fact]
    public void Of_LeafSpine_SpinesAboveLeavesAboveHosts()
    {
        Layout layout = Layout.Of(Graph("leafspine"), 80, 19)!;

        Assert.Equal((NodeSize.Full, (NodeSize?)NodeSize.Small), (layout.SwitchSize, layout.HostSize));
        Assert.True(layout.Boxes["s5"].Bottom < layout.Boxes["s1"].Y);
        Assert.True(layout.Boxes["s1"].Bottom < layout.Boxes["h1"].Y);
        Assert.Equal(layout.Boxes["s5"].Y, layout.Boxes["s6"].Y);
        string[] leaves = [.. layout.Boxes.Where(b => b.Key is "s1" or "s2" or "s3" or "s4").OrderBy(b => b.Value.X).Select(b => b.Key)];
        Assert.Equal(["s1", "s2", "s3", "s4"], leaves);
        string[] hosts = [.. layout.Boxes.Where(b => b.Key[0] == 'h').OrderBy(b => b.Value.X).Select(b => b.Key)];
        Assert.Equal(["h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8"], hosts);
        Assert.Equal(16, layout.Routes.Length);
    }

    [Fact]
    public void Of_LeafSpine_EveryLinkHasAColumnOfItsOwn()
    {
        Layout layout = Layout.Of(Graph("leafspine"), 80, 19)!;

        (int, int)[] ends = [.. layout.Routes.Select(r => (r.Own.To.X, r.Own.To.Y))];
        Assert.Equal(ends.Length, ends.Distinct().Count());
    }

    [Fact]
    public void Of_Linear_SwitchesInOneRowWithLinesBetween()
    {
        Layout layout = Layout.Of(Graph("linear"), 80, 19)!;

        Assert.True(layout.Boxes["s1"].Right < layout.Boxes["s2"].X && layout.Boxes["s2"].Right < layout.Boxes["s3"].X);
        Route between = layout.Routes.Single(r => r.Key == "s1-s2");
        Assert.Empty(between.Shared);
        Assert.Equal((layout.Boxes["s1"].Right, layout.Boxes["s2"].X - 1), (between.Own.From.X, between.Own.To.X));
        Assert.Equal(between.Own.From.Y, between.Own.To.Y);
        Assert.All(layout.Routes.Where(r => r.Key[0] == 'h'), r => Assert.Equal(r.Own.From.X, r.Own.To.X));
    }

    [Fact]
    public void Of_SmallScreen_LeavesHostsOutBeforeSwitches()
    {
        Layout layout = Layout.Of(Graph("leafspine"), 40, 6)!;

        Assert.Null(layout.HostSize);
        Assert.Equal(6, layout.Boxes.Count);
    }

    [Fact]
    public void Of_NoRoom_IsNull() => Assert.Null(Layout.Of(Graph("leafspine"), 8, 3));

    [Fact]
    public void Of_SameGraph_GivesTheSameDrawing()
    {
        Layout a = Layout.Of(Graph("big"), 120, 35)!;
        Layout b = Layout.Of(Graph("big"), 120, 35)!;

        Assert.Equal(a.Boxes.OrderBy(x => x.Key), b.Boxes.OrderBy(x => x.Key));
        Assert.Equal(a.Routes.Select(r => (r.Key, r.Own)), b.Routes.Select(r => (r.Key, r.Own)));
    }

    [Fact]
    public void LayerOrder_CrossedLinks_AreUncrossed()
    {
        // h1 hangs on s2 and h2 on s1: in order of names the lines would cross.
        Graph graph = new(
            [new("s1", 1, false), new("s2", 1, false), new("h1", 0, true), new("h2", 0, true)],
            [new("h1-s2", "h1", "s2"), new("h2-s1", "h2", "s1")]);

        List<List<GraphNode>> layers = LayerOrder.Of(graph);

        Assert.Equal(
            layers[0].Select(n => n.Name == "s1" ? "h2" : "h1"),
            layers[1].Select(n => n.Name));
    }

    [Fact]
    public void Spacing_WishesCollide_KeepsOrderGapsAndTheMiddle()
    {
        Assert.Equal([3, 9, 15], Spacing.Place([9, 9, 9], [4, 4, 4], 2, 40));
        Assert.Equal([0, 6], Spacing.Place([-5, -5], [4, 4], 2, 40));
        Assert.Equal([30, 36], Spacing.Place([50, 50], [4, 4], 2, 40));
    }

    [Fact]
    public void Graph_LayersMissing_AreDistancesFromTheHosts()
    {
        Inventory inventory = Fabrics.LeafSpine(2, 4, 1);
        foreach (Inventory.Types.Device device in inventory.Devices)
        {
            device.Layer = 0;
        }

        Graph graph = Telemetry.Tui.Topology.Graph.Of(Fabrics.State(new Update.Types.Snapshot { Inventory = inventory }));

        Assert.Equal((0, 1, 2), (Layer("h1"), Layer("s1"), Layer("s5")));

        int Layer(string name) => graph.Nodes.Single(n => n.Name == name).Layer;
    }

    private static bool Touches(Area box, Point point) =>
        (point.X >= box.X && point.X < box.Right && (point.Y == box.Y - 1 || point.Y == box.Bottom))
        || (point.Y >= box.Y && point.Y < box.Bottom && (point.X == box.X - 1 || point.X == box.Right));

    private static IEnumerable<Point> Cells(Route route)
    {
        Point[] corners = [.. route.Shared, route.Own.From, route.Own.To];
        for (int i = 0; i + 1 < corners.Length; i++)
        {
            Point at = corners[i];
            Assert.True(at.X == corners[i + 1].X || at.Y == corners[i + 1].Y, "only right angles");
            while (at != corners[i + 1])
            {
                yield return at;
                at = new Point(at.X + Math.Sign(corners[i + 1].X - at.X), at.Y + Math.Sign(corners[i + 1].Y - at.Y));
            }
        }

        yield return corners[^1];
    }

    private static Graph Graph(string name)
    {
        Inventory inventory = name switch
        {
            "leafspine" => Fabrics.LeafSpine(2, 4, 2),
            "big" => Fabrics.LeafSpine(4, 8, 2),
            _ => Fabrics.Linear(3),
        };
        if (name == "ring")
        {
            Fabrics.Link(inventory, "s1", 4, "s3", 4);
        }
        else if (name == "skip")
        {
            Fabrics.AddSwitch(inventory, "s4", 2);
            Fabrics.AddSwitch(inventory, "s5", 3);
            Fabrics.Link(inventory, "s2", 7, "s4", 1);
            Fabrics.Link(inventory, "s4", 2, "s5", 1);
            Fabrics.Link(inventory, "s1", 7, "s5", 2);
        }

        return Telemetry.Tui.Topology.Graph.Of(Fabrics.State(new Update.Types.Snapshot { Inventory = inventory }));
    }
}
