using System.Globalization;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;
using Telemetry.Tui.Model;
using Telemetry.Tui.Topology;

namespace Telemetry.Tui.Screens;

/// <summary>The fabric as boxes and lines, layer by layer; where it does not fit, the links as a list.</summary>
internal sealed partial class TopologyScreen : IScreen
{
    private (Graph Graph, int Width, int Height, Layout? Layout) _cache = (new Graph([], []), 0, 0, null);

    public string Title => "Topology";

    public int SortColumns => 0;

    public IReadOnlyList<string> Keys(ViewModel model) => [.. Devices(model).Select(d => $"{RowKind.Device}:{d.Name}")];

    public IReadOnlyList<DetailLine> Detail(ViewModel model)
    {
        if (Selected(model) is not { } row)
        {
            return [];
        }

        List<DetailLine> lines = [.. RowDetail.Of(row, model)];
        string label = "ports";
        foreach (Row port in PortsOf(row.Name, model))
        {
            string text = $"{model.Glyphs.Symbol(port.State)} {port.Word,-8} {port.Name} {model.Glyphs.Arrow} {port.Peer}  {port.Reason}";
            lines.Add(new DetailLine(label, text, Assessment.InkOf(port.State)));
            label = "";
        }

        return lines;
    }

    public void Draw(Canvas canvas, Area area, ViewModel model)
    {
        Graph graph = Graph.Of(model.State);
        if (graph.Nodes.IsEmpty)
        {
            canvas.Put(area.X + 1, area.Y + 1, model.State.HasData ? "the inventory has no devices" : "no data yet", Ink.Dim, area.Width - 1);
            return;
        }

        bool roomy = area.Height >= 16;
        int foot = roomy ? 2 : area.Height >= 4 ? 1 : 0;
        Area picture = area.Above(foot);
        Layout? layout = LayoutOf(graph, picture.Width, picture.Height);
        if (layout is null)
        {
            DrawList(canvas, picture, model);
        }
        else
        {
            DrawRoutes(canvas, picture, layout, model);
            foreach ((string name, Area box) in layout.Boxes)
            {
                DrawNode(canvas, box with { X = box.X + picture.X, Y = box.Y + picture.Y }, name, model);
            }

            DrawJunctions(canvas, picture, layout, model);
        }

        if (roomy)
        {
            DrawOthers(canvas, area.X, area.Bottom - 2, area.Width, model);
        }

        if (foot > 0)
        {
            DrawStatus(canvas, area.X, area.Bottom - 1, area.Width, model);
        }
    }

    private Layout? LayoutOf(Graph graph, int width, int height)
    {
        bool same = _cache.Width == width && _cache.Height == height
            && _cache.Graph.Nodes.SequenceEqual(graph.Nodes) && _cache.Graph.Edges.SequenceEqual(graph.Edges);
        if (!same)
        {
            _cache = (graph, width, height, Layout.Of(graph, width, height));
        }

        return _cache.Layout;
    }

    // Top layer first, as they stand; hosts last.
    private static IEnumerable<DeviceEntry> Devices(ViewModel model) => model.State.Devices.Values
        .Where(d => d.IsSwitch || d.IsHost).OrderByDescending(d => d.IsHost ? -1 : d.Layer).ThenBy(d => d.Name, NaturalComparer.Instance);

    private static Row? Selected(ViewModel model)
    {
        string[] keys = [.. Devices(model).Select(d => $"{RowKind.Device}:{d.Name}")];
        int at = KeyMap.IndexOf(keys, model.Ui.SelectedKey);
        return at < 0 ? null : model.Assessment.Find(keys[at]);
    }

    private static IEnumerable<Row> PortsOf(string device, ViewModel model) => model.State.Ports.Values
        .Where(p => p.Device == device).Select(p => model.Assessment.Find(RowKind.Port, p.Name)).OfType<Row>()
        .OrderByDescending(r => r.State).ThenBy(r => r.Name, NaturalComparer.Instance);

    /// <summary>A device is as bad as itself or its worst port that is at fault.</summary>
    internal static (HealthState State, string Word) StateOf(string device, ViewModel model)
    {
        Row? own = model.Assessment.Find(RowKind.Device, device);
        HealthState state = own?.State ?? HealthState.Unknown;
        Row? port = PortsOf(device, model).FirstOrDefault();
        return port is { IsFault: true } && port.State > state
            ? (port.State, $"{port.Name[(device.Length + 1)..]} {port.Word}")
            : (state, own?.Word ?? Assessment.Word(HealthState.Unknown));
    }

    /// <summary>A link is as bad as itself or the ports at its ends; a silent link with a busy port carries something.</summary>
    internal static HealthState StateOf(LinkEntry link, string key, ViewModel model)
    {
        HealthState state = model.Assessment.Find(RowKind.Link, key)?.State ?? HealthState.Unknown;
        foreach ((string device, uint port) in new[] { (link.A, link.APort), (link.B, link.BPort) })
        {
            if (model.Assessment.Find(RowKind.Port, FabricState.PortName(device, port)) is { } row)
            {
                bool better = state == HealthState.Unknown && row.State is HealthState.Ok or HealthState.Idle or HealthState.Stale
                    && link.State == LinkStateUnknown;
                state = better || (row.IsFault && row.State > state) ? row.State : state;
            }
        }

        return state;
    }

    private const Collector.Contracts.LinkState LinkStateUnknown = Collector.Contracts.LinkState.Unspecified;

    private static bool IsFaded(string name, HealthState state, ViewModel model) =>
        (model.Ui.FaultsOnly && state < HealthState.Warn) || !RowFilter.Keeps(model.Ui.Filter, name, Assessment.Word(state));

    private static void DrawStatus(Canvas canvas, int x, int y, int width, ViewModel model)
    {
        Row? worst = model.Assessment.WorstFirst.FirstOrDefault();
        Row? chosen = model.Ui.SelectedKey is null ? null : Selected(model);
        Row? row = chosen is not null ? PortsOf(chosen.Name, model).FirstOrDefault(p => p.IsFault) ?? chosen
            : worst is { IsFault: true } ? worst : null;
        string text = row is null
            ? $"no faults known  {canvas.Glyphs.Separator}  arrows choose a device, Enter shows it"
            : $"{canvas.Glyphs.Symbol(row.State)} {row.Word} {row.Name}  {row.Reason}";
        canvas.Put(x + 1, y, text, row is null ? Ink.Dim : Assessment.InkOf(row.State), width - 1);
    }

    /// <summary>The collector's own parts, which no link leads to.</summary>
    private static void DrawOthers(Canvas canvas, int x, int y, int width, ViewModel model)
    {
        int at = x + 1;
        foreach (DeviceEntry device in model.State.Devices.Values.Where(d => !d.IsHost && !d.IsSwitch))
        {
            if (model.Assessment.Find(RowKind.Device, device.Name) is { } row && at < x + width)
            {
                string cpu = row.CpuPercent is { } percent ? string.Create(CultureInfo.InvariantCulture, $" {percent:0} %") : "";
                at += canvas.Put(at, y, $"{canvas.Glyphs.Symbol(row.State)} {row.Name} {row.Word}{cpu}", Assessment.InkOf(row.State), x + width - at) + 3;
            }
        }
    }

    private static void DrawList(Canvas canvas, Area area, ViewModel model)
    {
        IEnumerable<Row> rows = model.Assessment.LinkRows.OrderByDescending(r => r.State).ThenBy(r => r.Name, NaturalComparer.Instance);
        int y = area.Y;
        foreach (Row row in rows.Take(area.Height))
        {
            Glyphs glyphs = canvas.Glyphs;
            HealthState state = StateOf(model.State.Links[row.Name], row.Name, model);
            canvas.Put(area.X + 1, y++, $"{glyphs.Symbol(state)} {Assessment.Word(state),-8} {row.Name}  {row.Reason}", Assessment.InkOf(state), area.Width - 1);
        }
    }
}
