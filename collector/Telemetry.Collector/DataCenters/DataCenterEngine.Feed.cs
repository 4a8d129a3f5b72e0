using Telemetry.Collector.Contracts;
using Telemetry.Collector.History;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.DataCenters;

public sealed partial class DataCenterEngine
{
    /// <summary>Starts a feed: first a snapshot, then every change. Dispose it to end it.</summary>
    /// <param name="client">Who watches, for the log.</param>
    public FeedSubscription Subscribe(string client)
    {
        Update.Types.Snapshot snapshot = new() { NowNs = RunClock.NowNs(_time), Reports = _reports.Sum() };
        if (_inventory.Current is not null)
        {
            snapshot.Inventory = _inventory.Current;
        }

        snapshot.Recent.AddRange(_recent);
        snapshot.Devices.AddRange(DeviceStatuses());
        snapshot.Links.AddRange(_links.Values);
        snapshot.Alerts.AddRange(_alerts.All);
        Update first = new() { NowNs = snapshot.NowNs, Snapshot = snapshot };
        FeedSubscription subscription = new(client, _options.SubscriberQueue, first, Unsubscribe);
        lock (_subscriptionsLock)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }

        return subscription;
    }

    /// <summary>Everything measured, merged: since this data center's start, or over a span of the history.</summary>
    /// <param name="request">Zeros ask for the whole run.</param>
    /// <exception cref="HistoryException">A span was asked for and the history cannot be read.</exception>
    public Totals GetTotals(TotalsRequest? request = null)
    {
        request ??= new TotalsRequest();
        Totals totals = new() { Reports = _reports.Sum(), StoredRows = (ulong)_store.Rows };
        long toNs = request.ToNs == 0 ? long.MaxValue : request.ToNs;
        if (request.FromNs == 0 && request.ToNs == 0)
        {
            _totals.WriteTo(totals);
        }
        else
        {
            RunTotals span = new(_options.MaxFlows, _options.DistinctValues);
            foreach (Window window in _store.ReadWindows(request.FromNs, toNs))
            {
                span.Add(window);
            }

            span.WriteTo(totals);
        }

        totals.Devices.AddRange(DeviceStatuses());
        totals.LinkStates.AddRange(_links.Values);
        totals.Alerts.AddRange(_alerts.All.Where(alert =>
            alert.StartNs < toNs && (!alert.HasEndNs || alert.EndNs >= request.FromNs)));
        return totals;
    }

    /// <summary>Rows of the history; the first carries the columns' names. May be called from any thread.</summary>
    /// <exception cref="HistoryException">The request names no table, or the query failed.</exception>
    public IEnumerable<HistoryRow> GetHistory(HistoryRequest request) => _store.Query(request);

    /// <summary>Everything that is known to exist.</summary>
    public IReadOnlyList<Inventory.Types.Device> KnownDevices => [.. _inventory.Current?.Devices ?? []];

    /// <summary>Newest status of every device, this data center last.</summary>
    public IReadOnlyList<DeviceStatus> Statuses => [.. DeviceStatuses()];

    /// <summary>Newest counters and tables of a device; null when nobody reads any.</summary>
    public DeviceDetail? DetailOf(string name) => _details.GetValueOrDefault(name);

    /// <summary>Takes the devices that operators entered, all of them.</summary>
    public void OnManagedDevices(Inventory inventory) => TakeInventory("operators", inventory);

    /// <summary>A device answered the data center itself.</summary>
    public void OnReached(string name, DeviceKind kind)
    {
        long nowNs = RunClock.NowNs(_time);
        DeviceStatus status = new() { Name = name, Kind = kind, State = DeviceState.Up, LastSeenNs = nowNs };
        _liveness.Heard(status, _options.Name, nowNs, trustState: false, _events, figures: false);
    }

    /// <summary>Takes figures of the data center itself.</summary>
    public void OnSelf(double? cpuPercent, ulong? memoryBytes) => (_cpuPercent, _memoryBytes) = (cpuPercent, memoryBytes);

    private IEnumerable<DeviceStatus> DeviceStatuses()
    {
        foreach (DeviceStatus status in _liveness.Statuses)
        {
            yield return status.Clone();
        }

        DeviceStatus self = new()
        {
            Name = _options.Name,
            Kind = DeviceKind.DataCenter,
            State = DeviceState.Up,
            LastSeenNs = RunClock.NowNs(_time),
        };
        if (_cpuPercent is { } cpu)
        {
            self.CpuPercent = cpu;
        }

        if (_memoryBytes is { } memory)
        {
            self.MemoryBytes = memory;
        }

        yield return self;
    }

    private void Publish(Update update, string state)
    {
        IReadOnlyList<FeedSubscription> subscriptions = _subscriptions;
        if (subscriptions.Count == 0)
        {
            return;
        }

        update.NowNs = RunClock.NowNs(_time);
        for (int i = 0; i < subscriptions.Count; i++)
        {
            // Each watcher's copy carries its own drop counts; what is inside is shared and never changed.
            subscriptions[i].Add(i == 0 ? update : Share(update), state);
        }
    }

    private static Update Share(Update update)
    {
        Update copy = new() { NowNs = update.NowNs };
        switch (update.WhatCase)
        {
            case Update.WhatOneofCase.Window:
                copy.Window = update.Window;
                break;
            case Update.WhatOneofCase.Alert:
                copy.Alert = update.Alert;
                break;
            case Update.WhatOneofCase.Device:
                copy.Device = update.Device;
                break;
            case Update.WhatOneofCase.Link:
                copy.Link = update.Link;
                break;
            case Update.WhatOneofCase.Event:
                copy.Event = update.Event;
                break;
            case Update.WhatOneofCase.Reports:
                copy.Reports = update.Reports;
                break;
            case Update.WhatOneofCase.Inventory:
                copy.Inventory = update.Inventory;
                break;
            default:
                throw new ArgumentException($"An update of {update.WhatCase} is not shared between watchers.", nameof(update));
        }

        return copy;
    }

    private void Unsubscribe(FeedSubscription subscription)
    {
        lock (_subscriptionsLock)
        {
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
        }
    }
}
