using Telemetry.Collector.Contracts;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Feed;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;
using Telemetry.Tui.Model;
using Telemetry.Tui.Screens;

namespace Telemetry.Tui.Tests;

/// <summary>Feeds for tests: inventories, windows and a leaf-spine fabric with one congested port.</summary>
internal static class Fabrics
{
    public const long Second = 1_000_000_000;
    public const long Now = 100 * Second;
    public const string HotReason = "queue at 61 of 64 for 0.4 s";

    public static Distribution Values(params (ulong Value, ulong Count)[] values)
    {
        Distribution result = new();
        ulong last = 0;
        foreach ((ulong value, ulong count) in values.OrderBy(v => v.Value))
        {
            result.Deltas.Add(value - last);
            result.Counts.Add(count);
            last = value;
        }

        return result;
    }

    public static Inventory LeafSpine(int spines, int leaves, int hostsPerLeaf)
    {
        Inventory inventory = new() { Name = $"leafspine-{spines}x{leaves}", SharedClock = true };
        for (int leaf = 1; leaf <= leaves; leaf++)
        {
            AddSwitch(inventory, $"s{leaf}", 1);
            for (int host = 1; host <= hostsPerLeaf; host++)
            {
                AddHost(inventory, $"h{((leaf - 1) * hostsPerLeaf) + host}");
                Link(inventory, $"h{((leaf - 1) * hostsPerLeaf) + host}", 0, $"s{leaf}", (uint)host);
            }
        }

        for (int spine = 1; spine <= spines; spine++)
        {
            AddSwitch(inventory, $"s{leaves + spine}", 2);
            for (int leaf = 1; leaf <= leaves; leaf++)
            {
                Link(inventory, $"s{leaf}", (uint)(hostsPerLeaf + spine), $"s{leaves + spine}", (uint)leaf);
            }
        }

        return inventory;
    }

    public static Inventory Linear(int switches)
    {
        Inventory inventory = new() { Name = "linear" };
        for (int i = 1; i <= switches; i++)
        {
            AddSwitch(inventory, $"s{i}", 1);
            AddHost(inventory, $"h{i}");
            Link(inventory, $"h{i}", 0, $"s{i}", 1);
            if (i > 1)
            {
                Link(inventory, $"s{i - 1}", 3, $"s{i}", 2);
            }
        }

        return inventory;
    }

    public static void AddSwitch(Inventory inventory, string name, uint layer) =>
        inventory.Devices.Add(new Inventory.Types.Device { Name = name, Kind = DeviceKind.Switch, Layer = layer });

    public static void AddHost(Inventory inventory, string name) =>
        inventory.Devices.Add(new Inventory.Types.Device { Name = name, Kind = DeviceKind.Host });

    public static void Link(Inventory inventory, string a, uint aPort, string b, uint bPort)
    {
        inventory.Links.Add(new Inventory.Types.Link { A = a, APort = aPort, B = b, BPort = bPort, RateBps = 10_000_000 });
        foreach ((string device, uint port) in new[] { (a, aPort), (b, bPort) }.Where(e => e.Item1[0] == 's'))
        {
            inventory.Ports.Add(new Inventory.Types.Port { Device = device, Port_ = port, RateBps = 10_000_000, QueueCapacity = 64 });
        }
    }

    public static PortWindow Port(string device, uint port, ulong queue = 2, ulong latencyNs = 8_000, ulong packets = 10, ulong drops = 0) => new()
    {
        Switch = device,
        Port = port,
        Packets = packets,
        HopLatencyNs = packets > 0 ? Values((latencyNs, packets)) : new Distribution(),
        QueueDepth = packets > 0 ? Values((queue, packets)) : new Distribution(),
        QueueCapacity = 64,
        TxPackets = packets,
        TxBytes = packets * 1000,
        Drops = drops,
    };

    public static Alert Congestion(string entity = "s1-p3", ulong id = 1, double score = 0.97) => new()
    {
        Id = id,
        Kind = "congestion",
        Entity = entity,
        StartNs = Now - (2 * Second),
        Score = score,
        Detector = "fasttree",
        Explanation = HotReason,
        Reasons = { new Reason { Feature = "queue_max", Value = 0.95, Contribution = 0.7 } },
    };

    /// <summary>Leaf-spine 2x4 with fresh windows on all ports, all switches and their links up, and s1-p3 congested.</summary>
    public static Update.Types.Snapshot HotSnapshot(Inventory? inventory = null, string hot = "s1-p3")
    {
        inventory ??= LeafSpine(2, 4, 2);
        Window window = new() { StartNs = Now - (Second / 2), LengthNs = Second / 2 };
        foreach (Inventory.Types.Port port in inventory.Ports)
        {
            bool isHot = FabricState.PortName(port.Device, port.Port_) == hot;
            window.Ports.Add(Port(port.Device, port.Port_, isHot ? 61u : 2u, isHot ? 9_130_000u : 8_000u));
        }

        Update.Types.Snapshot snapshot = new()
        {
            Inventory = inventory,
            NowNs = Now,
            Recent = { window },
            Alerts = { Congestion(hot) },
            Reports = new ReportCounters { Received = 4_711, Decoded = 4_710, Malformed = 1, Lost = 2 },
        };
        snapshot.Devices.AddRange(inventory.Devices.Where(d => d.Kind == DeviceKind.Switch).Select(d => Up(d.Name)));
        snapshot.Links.AddRange(inventory.Links.Where(l => l.A[0] == 's').Select(l => Status(l, LinkState.Up)));
        return snapshot;
    }

    public static DeviceStatus Up(string name) => new() { Name = name, Kind = DeviceKind.Switch, State = DeviceState.Up, LastSeenNs = Now };

    public static LinkStatus Status(Inventory.Types.Link link, LinkState state, string reason = "") =>
        new() { A = link.A, APort = link.APort, B = link.B, BPort = link.BPort, State = state, Reason = reason };

    public static FabricState State(Update.Types.Snapshot snapshot, params Update[] updates) =>
        updates.Aggregate(FabricState.Empty.Apply(Of(snapshot), 0), (state, update) => state.Apply(update, 0));

    public static Update Of(Update.Types.Snapshot snapshot) => new() { NowNs = snapshot.NowNs, Snapshot = snapshot };

    public static Assessment Assess(FabricState state, Freshness freshness = Freshness.Live) =>
        Assessment.Of(state, freshness, Glyphs.Unicode);

    public static ViewModel View(FabricState state, UiState? ui = null, Freshness freshness = Freshness.Live, bool ascii = false)
    {
        Glyphs glyphs = ascii ? Glyphs.Ascii : Glyphs.Unicode;
        FeedStatus feed = freshness == Freshness.Lost
            ? new FeedStatus(FeedPhase.Lost, 3, "Connection refused", 1)
            : new FeedStatus(FeedPhase.Connected, 0, "", 0);
        return new ViewModel(
            state,
            Assessment.Of(state, freshness, glyphs),
            feed,
            freshness,
            TimeSpan.FromSeconds(freshness == Freshness.Live ? 0.2 : 12),
            freshness == Freshness.Lost ? TimeSpan.FromSeconds(2) : null,
            null,
            ui ?? new UiState(),
            "127.0.0.1:9559",
            glyphs);
    }
}
