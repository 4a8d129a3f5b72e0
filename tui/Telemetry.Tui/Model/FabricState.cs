using System.Collections.Immutable;
using System.Globalization;
using Telemetry.Collector.Contracts;

namespace Telemetry.Tui.Model;

/// <summary>
/// All that the feed has told, immutable: <see cref="Apply"/> answers the next state and changes nothing, so the screen
/// can keep (freeze) any of them. It knows no health: that depends on how old it is, see <c>Health.Assessment</c>.
/// </summary>
internal sealed partial record FabricState
{
    /// <summary>Ended alerts and events kept.</summary>
    public const int History = 500;

    /// <summary>Flows kept; the longest silent one goes first.</summary>
    public const int Flows = 4096;

    public static readonly FabricState Empty = new();

    public string Name { get; init; } = "";

    /// <summary>False until the first snapshot.</summary>
    public bool HasData { get; init; }

    public ImmutableSortedDictionary<string, DeviceEntry> Devices { get; init; } = Sorted<DeviceEntry>();

    public ImmutableSortedDictionary<string, PortEntry> Ports { get; init; } = Sorted<PortEntry>();

    public ImmutableSortedDictionary<string, LinkEntry> Links { get; init; } = Sorted<LinkEntry>();

    public ImmutableDictionary<FlowId, FlowEntry> FlowsById { get; init; } = ImmutableDictionary<FlowId, FlowEntry>.Empty;

    public ImmutableSortedDictionary<ulong, AlertEntry> Alerts { get; init; } = ImmutableSortedDictionary<ulong, AlertEntry>.Empty;

    /// <summary>Oldest first.</summary>
    public ImmutableArray<EventEntry> Events { get; init; } = [];

    public ReportTotals Reports { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>The run's clock as of the newest update.</summary>
    public long NowNs { get; init; }

    /// <summary>Windows that the data center dropped for this subscriber because it read too slowly.</summary>
    public ulong WindowsDropped { get; init; }

    /// <summary>Reader's clock (<see cref="TimeProvider.GetTimestamp"/>) when the newest update arrived.</summary>
    public long ReceivedAt { get; init; }

    public static string PortName(string device, uint port) => string.Create(CultureInfo.InvariantCulture, $"{device}-p{port}");

    public static string LinkName(string a, string b) => string.CompareOrdinal(a, b) <= 0 ? $"{a}-{b}" : $"{b}-{a}";

    /// <summary>The state after <paramref name="update"/>.</summary>
    /// <param name="update">Any update; unset fields change nothing.</param>
    /// <param name="receivedAt">Reader's clock, see <see cref="ReceivedAt"/>.</param>
    public FabricState Apply(Update update, long receivedAt)
    {
        FabricState next = update.WhatCase switch
        {
            Update.WhatOneofCase.Snapshot => FromSnapshot(update.Snapshot),
            Update.WhatOneofCase.Window => WithWindow(update.Window),
            Update.WhatOneofCase.Alert => WithAlert(update.Alert),
            Update.WhatOneofCase.Device => WithDevice(update.Device),
            Update.WhatOneofCase.Link => WithLink(update.Link),
            Update.WhatOneofCase.Event => WithEvent(update.Event),
            Update.WhatOneofCase.Reports => WithReports(update.Reports),
            Update.WhatOneofCase.Inventory => WithInventory(update.Inventory),
            _ => this,
        };
        return next with
        {
            NowNs = Math.Max(next.NowNs, update.NowNs),
            WindowsDropped = update.WindowsDropped,
            ReceivedAt = receivedAt,
        };
    }

    private static ImmutableSortedDictionary<string, T> Sorted<T>() =>
        ImmutableSortedDictionary.Create<string, T>(NaturalComparer.Instance);

    /// <summary>Starts over: a data center that restarted knows nothing of what it said before.</summary>
    private static FabricState FromSnapshot(Update.Types.Snapshot snapshot)
    {
        FabricState state = Empty with { HasData = true, NowNs = snapshot.NowNs };
        if (snapshot.Inventory is { } inventory)
        {
            state = state.WithInventory(inventory);
        }

        state = snapshot.Recent.Aggregate(state, (s, window) => s.WithWindow(window));
        state = snapshot.Devices.Aggregate(state, (s, device) => s.WithDevice(device));
        state = snapshot.Links.Aggregate(state, (s, link) => s.WithLink(link));
        state = snapshot.Alerts.Aggregate(state, (s, alert) => s.WithAlert(alert));
        return snapshot.Reports is { } reports ? state.WithReports(reports) : state;
    }
}
