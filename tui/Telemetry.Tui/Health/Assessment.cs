using System.Collections.Immutable;
using System.Globalization;
using Telemetry.Collector.Contracts;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Health;

/// <summary>
/// What a state means: the state of every port, link and device with its reason. One rule stands above all others:
/// what is unknown, old or disconnected is never <see cref="HealthState.Ok"/>.
/// </summary>
internal sealed partial class Assessment
{
    /// <summary>Figures older than this on the run's clock say nothing about now.</summary>
    public const long FreshNs = 3_000_000_000;

    /// <summary>A queue this full deserves a look before any detector speaks; the fraction of the congestion truth.</summary>
    public const double FullQueue = 0.7;

    private readonly FabricState _state;
    private readonly Freshness _freshness;
    private readonly Glyphs _glyphs;
    private readonly Dictionary<string, AlertEntry> _alerts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Row> _byKey = new(StringComparer.Ordinal);

    private Assessment(FabricState state, Freshness freshness, Glyphs glyphs)
    {
        _state = state;
        _freshness = freshness;
        _glyphs = glyphs;
        foreach (AlertEntry alert in state.Alerts.Values.Where(a => a.IsActive))
        {
            if (!_alerts.TryGetValue(alert.Entity, out AlertEntry? other)
                || (StateOf(alert), alert.Score).CompareTo((StateOf(other), other.Score)) > 0)
            {
                _alerts[alert.Entity] = alert;
            }
        }

        LinkRows = [.. state.Links.Select(l => Link(l.Key, l.Value))];
        DeviceRows = [.. state.Devices.Values.Select(Device)];
        PortRows = [.. state.Ports.Values.Select(Port)];
        ImmutableArray<Row> others = [.. Others()];
        foreach (Row row in (IEnumerable<Row>)[.. PortRows, .. LinkRows, .. DeviceRows, .. others])
        {
            _byKey[row.Key] = row;
        }

        // A host without a status and its cable are on the topology; here the switch port next to them says it all.
        WorstFirst =
        [
            .. PortRows.Concat(LinkRows.Where(Listed)).Concat(DeviceRows.Where(Listed)).Concat(others)
                .OrderByDescending(r => r.Rank).ThenByDescending(r => r.Score).ThenBy(r => r.Kind)
                .ThenBy(r => r.Name, NaturalComparer.Instance),
        ];
        Counts = WorstFirst.CountBy(r => r.State).ToImmutableSortedDictionary(c => c.Key, c => c.Value);
    }

    public ImmutableArray<Row> PortRows { get; }

    public ImmutableArray<Row> LinkRows { get; }

    public ImmutableArray<Row> DeviceRows { get; }

    /// <summary>Everything that the overview lists, worst first, causes before consequences, equals by kind and name.</summary>
    public ImmutableArray<Row> WorstFirst { get; }

    /// <summary>How many of <see cref="WorstFirst"/> are in each state.</summary>
    public ImmutableSortedDictionary<HealthState, int> Counts { get; }

    public int ActiveAlerts => _state.Alerts.Values.Count(a => a.IsActive);

    public static Assessment Of(FabricState state, Freshness freshness, Glyphs glyphs) => new(state, freshness, glyphs);

    public Row? Find(RowKind kind, string name) => _byKey.GetValueOrDefault($"{kind}:{name}");

    public Row? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>What an active alert of this kind makes of the thing it names.</summary>
    public static HealthState StateOf(AlertEntry alert) => alert.Kind switch
    {
        "linkdown" => HealthState.Down,
        "congestion" or "microburst" or "synflood" or "udpflood" or "loss" or "qos" => HealthState.Hot,
        "silent" => HealthState.Silent,
        _ => HealthState.Warn,
    };

    public static string Word(HealthState state) => state switch
    {
        HealthState.Ok => "ok",
        HealthState.Idle => "idle",
        HealthState.Stale => "stale",
        HealthState.Unknown => "unknown",
        HealthState.Warn => "WARN",
        HealthState.Silent => "SILENT",
        HealthState.Hot => "HOT",
        _ => "DOWN",
    };

    public static Ink InkOf(HealthState state) => state switch
    {
        HealthState.Ok => Ink.Ok,
        HealthState.Idle => Ink.Idle,
        HealthState.Stale => Ink.Unknown,
        HealthState.Unknown => Ink.Unknown,
        HealthState.Warn => Ink.Warn,
        HealthState.Silent => Ink.Silent,
        HealthState.Hot => Ink.Hot,
        _ => Ink.Down,
    };

    /// <summary>An alert's text: its explanation, else its kind, else what contributed most.</summary>
    public static string Explain(AlertEntry alert)
    {
        if (alert.Explanation.Length > 0)
        {
            return alert.Explanation;
        }

        string reasons = string.Join(", ", alert.Reasons
            .OrderByDescending(r => Math.Abs(r.Contribution))
            .Take(3)
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Feature} {r.Value:0.##}")));
        return reasons.Length > 0 ? $"{alert.Kind}: {reasons}" : alert.Kind;
    }

    private bool Listed(Row row) => row.IsFault || row.Kind switch
    {
        RowKind.Link => _state.Links[row.Name].State != LinkState.Unspecified || !TouchesHost(_state.Links[row.Name]),
        RowKind.Device => _state.Devices[row.Name] is var device && (device.State != DeviceState.Unspecified || !device.IsHost),
        _ => true,
    };

    private bool TouchesHost(LinkEntry link) => IsHost(link.A) || IsHost(link.B);

    private bool IsHost(string device) => _state.Devices.TryGetValue(device, out DeviceEntry? entry) && entry.IsHost;

    /// <summary>Row with the state as the feed's freshness allows: nothing old is good, and old faults carry a question mark.</summary>
    private Row Judge(RowKind kind, string name, HealthState state) =>
        _freshness == Freshness.Live ? new Row(kind, name, state, Word(state))
        : state is HealthState.Ok or HealthState.Idle or HealthState.Stale ? new Row(kind, name, HealthState.Stale, Word(HealthState.Stale))
        : state == HealthState.Unknown ? new Row(kind, name, state, Word(state))
        : new Row(kind, name, state, Word(state) + "?");

    private bool IsFresh(long lastNs) => lastNs > 0 && _state.NowNs - lastNs <= FreshNs;

    private long? Age(long lastNs) => lastNs > 0 ? Math.Max(0, _state.NowNs - lastNs) : null;
}
