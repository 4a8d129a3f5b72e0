using P4.V1;
using Telemetry.SoftSwitch.Time;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>
/// Tells when entries have gone without a hit for their timeout (P4Runtime v1.5, section 15.4). Each waits for its own
/// time; those due within a scan of each other share one notification. Loop's thread.
/// </summary>
internal sealed class IdleWatch : ILoopHandler
{
    /// <summary>The shortest time between two looks: shorter timeouts are served at this pace.</summary>
    private const long ScanNs = 10_000_000;

    private readonly Dictionary<SwitchEntry, Watched> _watched = [];
    private readonly PriorityQueue<Watched, long> _due = new();
    private EventLoop? _loop;
    private Action<uint, IdleTimeoutNotification>? _notify;
    private long _scheduledNs = long.MaxValue;

    /// <summary>Entries that are watched.</summary>
    public int Count => _watched.Count;

    /// <summary>Begins to tell, once the pipeline runs; the entries' time begins then too.</summary>
    public void Start(EventLoop loop, Action<uint, IdleTimeoutNotification> notify)
    {
        _loop = loop;
        _notify = notify;
        foreach ((SwitchEntry entry, Watched watched) in _watched)
        {
            entry.LastHitNs = Math.Max(entry.LastHitNs, loop.NowNs);
            Enqueue(watched);
        }
    }

    public void Stop() => _notify = null;

    /// <summary>Watches an entry by the timeout it has now, or no longer.</summary>
    public void Update(BoundTable table, SwitchEntry entry)
    {
        if (entry.IdleTimeoutNs <= 0)
        {
            _watched.Remove(entry);
            return;
        }

        if (_watched.TryGetValue(entry, out Watched? known) && known.TimeoutNs == entry.IdleTimeoutNs)
        {
            return;
        }

        Watched watched = new(table, entry, entry.IdleTimeoutNs) { ToldNs = known?.ToldNs ?? 0 };
        _watched[entry] = watched;
        if (_notify is not null)
        {
            Enqueue(watched);
        }
    }

    public void Remove(SwitchEntry entry) => _watched.Remove(entry);

    public void OnEvent(long arg)
    {
        if (arg != _scheduledNs || _notify is null || _loop is null)
        {
            return; // another look was scheduled before this one, or the pipeline is gone
        }

        _scheduledNs = long.MaxValue;
        long nowNs = _loop.NowNs;
        SortedDictionary<uint, IdleTimeoutNotification> notifications = [];
        while (_due.TryPeek(out Watched? watched, out long dueNs) && dueNs <= nowNs)
        {
            _due.Dequeue();
            if (!_watched.TryGetValue(watched.Entry, out Watched? current) || current != watched)
            {
                continue; // removed, or given another timeout
            }

            if (watched.DueNs <= nowNs)
            {
                watched.ToldNs = nowNs;
                TableEntry entry = watched.Table.FormatKey(watched.Entry);
                entry.IdleTimeoutNs = watched.TimeoutNs;
                entry.ControllerMetadata = watched.Entry.ControllerMetadata;
                entry.Metadata = Google.Protobuf.ByteString.CopyFrom(watched.Entry.Metadata);
                if (!notifications.TryGetValue(watched.Table.Info.Id, out IdleTimeoutNotification? message))
                {
                    message = notifications[watched.Table.Info.Id] = new IdleTimeoutNotification { Timestamp = (_loop.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100 };
                }

                message.TableEntry.Add(entry);
            }

            _due.Enqueue(watched, watched.DueNs);
        }

        Schedule();
        foreach ((uint table, IdleTimeoutNotification message) in notifications)
        {
            _notify(table, message);
        }
    }

    private void Enqueue(Watched watched)
    {
        _due.Enqueue(watched, watched.DueNs);
        Schedule();
    }

    private void Schedule()
    {
        if (_loop is not null && _due.TryPeek(out _, out long dueNs))
        {
            long atNs = Math.Max(dueNs, _loop.NowNs + ScanNs);
            if (atNs < _scheduledNs)
            {
                _scheduledNs = atNs;
                _loop.Schedule(atNs, this, atNs);
            }
        }
    }

    private sealed class Watched(BoundTable table, SwitchEntry entry, long timeoutNs)
    {
        public BoundTable Table { get; } = table;

        public SwitchEntry Entry { get; } = entry;

        public long TimeoutNs { get; } = timeoutNs;

        public long ToldNs { get; set; }

        public long DueNs
        {
            get
            {
                long fromNs = Math.Max(Entry.LastHitNs, ToldNs);
                return fromNs > long.MaxValue - TimeoutNs ? long.MaxValue : fromNs + TimeoutNs;
            }
        }
    }
}
