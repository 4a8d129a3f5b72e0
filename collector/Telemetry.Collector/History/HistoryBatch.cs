using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.History;

/// <summary>What is written to the history in one transaction.</summary>
public sealed class HistoryBatch
{
    /// <summary>Windows, in order of arrival.</summary>
    public List<Window> Windows { get; } = [];

    /// <summary>New and changed alerts by id: the newest version of each.</summary>
    public SortedDictionary<ulong, Alert> Alerts { get; } = [];

    /// <summary>Events.</summary>
    public List<Event> Events { get; } = [];

    /// <summary>Statuses of devices, with the time at which each was told.</summary>
    public List<(long TimeNs, DeviceStatus Status)> Devices { get; } = [];

    /// <summary>Counters and tables of devices, as each was read.</summary>
    public List<DeviceDetail> Details { get; } = [];

    /// <summary>Changed states of links, with the time at which each was told.</summary>
    public List<(long TimeNs, LinkStatus Status)> Links { get; } = [];

    /// <summary>The inventory when it changed; else null.</summary>
    public Inventory? Inventory { get; set; }

    /// <summary>Everything that the senders need not keep once this is stored.</summary>
    public IReadOnlyList<SenderMark> Marks { get; set; } = [];

    /// <summary>Which nodes' batches are here, newest state of each incarnation that changed.</summary>
    public SortedDictionary<(string Sender, ulong Epoch), OriginMark> Origins { get; } = [];

    /// <summary>True when there is nothing to store.</summary>
    public bool IsEmpty =>
        Windows.Count + Alerts.Count + Events.Count + Devices.Count + Details.Count + Links.Count + Marks.Count + Origins.Count == 0 && Inventory is null;

    /// <summary>Empties it after it was stored.</summary>
    public void Clear()
    {
        Windows.Clear();
        Alerts.Clear();
        Events.Clear();
        Devices.Clear();
        Details.Clear();
        Links.Clear();
        Inventory = null;
        Marks = [];
        Origins.Clear();
    }
}
