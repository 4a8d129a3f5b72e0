using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Centers;

/// <summary>
/// Decides which devices are silent. A sign of life counts from its arrival here, so that senders' clocks do not
/// matter. A device whose only watcher fell silent is unknown, not silent: nobody looks at it any more. Hosts send
/// only when they have something to say, so they are never called silent: unheard for long, they are unknown. One thread.
/// </summary>
internal sealed class LivenessTracker(long silentAfterNs)
{
    private readonly SortedDictionary<string, Tracked> _devices = new(StringComparer.Ordinal);

    /// <summary>Newest status of every device, ascending by name.</summary>
    public IEnumerable<DeviceStatus> Statuses
    {
        get
        {
            foreach (Tracked tracked in _devices.Values)
            {
                yield return tracked.Status;
            }
        }
    }

    /// <summary>Names a device that must exist; one that was never heard stays unknown.</summary>
    public void Expect(string name, DeviceKind kind) => Find(name, kind);

    /// <summary>A tier of this chain (node or center) gave a sign of life by sending something.</summary>
    public void HeardSender(string name, DeviceKind kind, long nowNs, ICollection<Event> events)
    {
        Tracked tracked = Find(name, kind);
        tracked.ArrivedNs = nowNs;
        tracked.Status.LastSeenNs = nowNs;
        Become(tracked, DeviceState.Up, nowNs, "heard again", events);
    }

    /// <summary>Takes a status that a watcher sent.</summary>
    /// <param name="status">As the watcher sees it; not changed here.</param>
    /// <param name="watcher">Node or center that sent it.</param>
    /// <param name="nowNs">Now.</param>
    /// <param name="trustState">True when the watcher itself decides on silence (a center), false for nodes, which only tell signs of life.</param>
    /// <param name="events">Receives what changed.</param>
    /// <param name="figures">False when the status says nothing about processor and memory.</param>
    public void Heard(DeviceStatus status, string watcher, long nowNs, bool trustState, ICollection<Event> events, bool figures = true)
    {
        Tracked tracked = Find(status.Name, status.Kind);
        if (status.Name == watcher)
        {
            tracked.TakeFigures(status);
            return;
        }

        bool alive = status.State == DeviceState.Up && status.LastSeenNs > tracked.WatcherSeenNs;
        if (!alive && tracked.Watcher.Length > 0 && tracked.Watcher != watcher)
        {
            return; // somebody else looks at it more closely
        }

        if (figures)
        {
            tracked.TakeFigures(status);
        }

        if (alive || trustState)
        {
            tracked.Watcher = watcher;
            tracked.WatcherSeenNs = Math.Max(tracked.WatcherSeenNs, status.LastSeenNs);
            tracked.Status.LastSeenNs = Math.Max(0, tracked.WatcherSeenNs);
        }

        if (alive)
        {
            tracked.ArrivedNs = nowNs;
        }

        if (trustState)
        {
            Become(tracked, status.State, nowNs, "", events: null);
        }
        else if (status.State == DeviceState.Down)
        {
            Become(tracked, DeviceState.Down, nowNs, "reported off", events);
        }
        else if (alive)
        {
            Become(tracked, DeviceState.Up, nowNs, "heard again", events);
        }
    }

    /// <summary>Finds out who fell silent. Watchers are looked at first.</summary>
    /// <param name="nowNs">Now.</param>
    /// <param name="judges">True when this tier decides on every device's silence; false when only on its own senders'.</param>
    /// <param name="events">Receives what changed.</param>
    /// <param name="self">This tier's name where it also watches devices itself, and judges those.</param>
    public void Check(long nowNs, bool judges, ICollection<Event> events, string self = "")
    {
        foreach (Tracked tracked in _devices.Values)
        {
            if (IsTier(tracked.Status.Kind) && tracked.Watcher.Length == 0)
            {
                JudgeSilence(tracked, nowNs, events);
            }
        }

        foreach (Tracked tracked in _devices.Values)
        {
            if (tracked.Watcher.Length == 0)
            {
                continue;
            }

            if (_devices.TryGetValue(tracked.Watcher, out Tracked? watcher) && watcher.Status.State != DeviceState.Up)
            {
                if (tracked.Status.State == DeviceState.Up)
                {
                    Become(tracked, DeviceState.Unspecified, nowNs, $"{tracked.Watcher}, which watched it, is silent", events: null);
                }
            }
            else if (judges || tracked.Watcher == self)
            {
                JudgeSilence(tracked, nowNs, events);
            }
        }
    }

    /// <summary>Takes out the statuses that changed since the last call.</summary>
    public void TakeChanged(ICollection<DeviceStatus> changed, bool all)
    {
        foreach (Tracked tracked in _devices.Values)
        {
            if (all || tracked.Changed)
            {
                tracked.Changed = false;
                changed.Add(tracked.Status.Clone());
            }
        }
    }

    private void JudgeSilence(Tracked tracked, long nowNs, ICollection<Event> events)
    {
        if (tracked.Status.State != DeviceState.Up || nowNs - tracked.ArrivedNs < silentAfterNs)
        {
            return;
        }

        if (tracked.Status.Kind == DeviceKind.Host)
        {
            Become(tracked, DeviceState.Unspecified, nowNs, "", events: null);
        }
        else
        {
            string pause = string.Create(null, $"no sign of life for {(nowNs - tracked.ArrivedNs) / 1_000_000} ms");
            Become(tracked, DeviceState.Silent, nowNs, pause, events);
        }
    }

    private static bool IsTier(DeviceKind kind) => kind is DeviceKind.Node or DeviceKind.Center or DeviceKind.Controller;

    private static void Become(Tracked tracked, DeviceState state, long nowNs, string detail, ICollection<Event>? events)
    {
        DeviceState before = tracked.Status.State;
        tracked.Changed = true;
        if (before == state)
        {
            return;
        }

        tracked.Status.State = state;
        bool down = state is DeviceState.Silent or DeviceState.Down;
        bool wasDown = before is DeviceState.Silent or DeviceState.Down;
        if (events is not null && (down || (wasDown && state == DeviceState.Up)))
        {
            events.Add(new Event
            {
                Kind = down ? EventKind.Silent : EventKind.Back,
                Entity = tracked.Status.Name,
                TimeNs = nowNs,
                Detail = detail,
            });
        }
    }

    private Tracked Find(string name, DeviceKind kind)
    {
        if (!_devices.TryGetValue(name, out Tracked? tracked))
        {
            tracked = new Tracked(new DeviceStatus { Name = name, Kind = kind });
            _devices.Add(name, tracked);
        }

        if (tracked.Status.Kind == DeviceKind.Unspecified)
        {
            tracked.Status.Kind = kind;
        }

        return tracked;
    }

    private sealed class Tracked(DeviceStatus status)
    {
        public DeviceStatus Status { get; } = status;

        public string Watcher { get; set; } = "";

        public long WatcherSeenNs { get; set; } = -1;

        public long ArrivedNs { get; set; } = long.MinValue / 2;

        public bool Changed { get; set; } = true;

        public void TakeFigures(DeviceStatus from)
        {
            Changed = true;
            if (from.HasCpuPercent)
            {
                Status.CpuPercent = from.CpuPercent;
            }
            else
            {
                Status.ClearCpuPercent();
            }

            if (from.HasMemoryBytes)
            {
                Status.MemoryBytes = from.MemoryBytes;
            }
            else
            {
                Status.ClearMemoryBytes();
            }
        }
    }
}
