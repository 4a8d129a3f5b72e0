using Telemetry.Collector.Centers;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Entities;
using Telemetry.Collector.History;
using Telemetry.Collector.Introspecting;
using Telemetry.Collector.Time;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Network;

namespace Telemetry.Collector.DataCenters;

/// <summary>
/// The core of the data center: takes the centers' batches once each, stores them, judges every port's window, raises
/// and ends alerts, keeps the run's totals and feeds watchers. A batch is acknowledged only after the commit that
/// holds its rows and the mark that it was taken, so a crash neither loses nor doubles what was acknowledged. No
/// thread of its own: the caller serialises all calls (but for reading subscriptions) and calls <see cref="Tick"/>
/// each 250 ms or less.
/// </summary>
public sealed partial class DataCenterEngine
{
    private const long DeviceRowNs = 1_000_000_000;

    private readonly DataCenterOptions _options;
    private readonly TimeProvider _time;
    private readonly IHistoryStore _store;
    private readonly IPortDetector _detector;
    private readonly AlertTracker _tracker;
    private readonly NetworkMonitor _network;
    private readonly BatchGate _gate;
    private readonly TierStatuses _tiers = new();
    private readonly Dictionary<string, DeviceDetail> _details = new(StringComparer.Ordinal);
    private readonly OriginBook _origins = new();
    private readonly WindowMerger _merger = new();
    private readonly LivenessTracker _liveness;
    private readonly InventoryUnion _inventory = new();
    private readonly AlertBook _alerts;
    private readonly RunTotals _totals;
    private readonly ReportLedger _reports = new();
    private readonly PortSamples _samples = new();
    private readonly SortedDictionary<LinkId, LinkStatus> _links = [];
    private readonly SortedDictionary<PortId, Inventory.Types.Port?> _ports = [];
    private readonly Dictionary<string, (long TimeNs, DeviceState State)> _deviceRows = new(StringComparer.Ordinal);
    private readonly Queue<Window> _recent = new();
    private readonly HistoryBatch _pending = new();
    private readonly List<Event> _events = [];
    private readonly List<PortAlert> _told = [];
    private readonly List<DeviceStatus> _changedDevices = [];
    private readonly Lock _subscriptionsLock = new();
    private IReadOnlyList<FeedSubscription> _subscriptions = [];
    private double? _cpuPercent;
    private ulong? _memoryBytes;
    private long _judgedNs = long.MinValue;
    private long _lastCommitNs;
    private string _fault = "";

    /// <summary>Creates a data center that goes on where the history ends.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="time">The run's clock.</param>
    /// <param name="store">The history; the caller disposes it after the engine's last call.</param>
    /// <param name="detector">Judges the ports' windows.</param>
    /// <param name="alerts">When verdicts become an alert.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    /// <exception cref="HistoryException">The history cannot be read.</exception>
    public DataCenterEngine(DataCenterOptions options, TimeProvider time, IHistoryStore store, IPortDetector detector, AlertOptions alerts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(alerts);
        options.Validate();
        _options = options;
        _time = time;
        _store = store;
        _detector = detector;
        _tracker = new AlertTracker(alerts, detector.Name);
        _gate = new BatchGate(options.HoldNs);
        _liveness = new LivenessTracker(options.SilentAfterNs);
        _network = new NetworkMonitor(options.Network);
        _alerts = new AlertBook(options.KeptAlerts);
        _totals = new RunTotals(options.MaxFlows, options.DistinctValues);
        _lastCommitNs = RunClock.NowNs(time);
        Restore();
        foreach (string center in options.ExpectedCenters)
        {
            _liveness.Expect(center, DeviceKind.Center);
            _gate.Expect(center, _lastCommitNs);
        }
    }

    /// <summary>What was counted on arrival since the start.</summary>
    public ArrivalStatistics Statistics => new(
        _gate.Missing, _gate.Repeats + _origins.Repeats, _gate.Refused, _gate.Waiting, _merger.MalformedDistributions + _totals.MalformedDistributions, _gate.Accepted);

    /// <summary>Windows that came too late to be judged; they are stored and counted in the totals.</summary>
    public long LateWindows { get; private set; }

    /// <summary>Why the history could not be written the last time; empty when it could.</summary>
    public string Fault => _fault;

    /// <summary>Windows taken since the start.</summary>
    public long Windows { get; private set; }

    /// <summary>Windows that wait for the next commit.</summary>
    public int Uncommitted => _pending.Windows.Count;

    /// <summary>Windows that all watchers together lost since they came, those that left not counted.</summary>
    public long FeedDropped => _subscriptions.Sum(subscription => (long)subscription.WindowsDropped);

    /// <summary>Watchers now.</summary>
    public int Watchers => _subscriptions.Count;

    /// <summary>End of the newest window that is stored; 0 before the first.</summary>
    public long StoredToNs { get; private set; }

    /// <summary>Newest statuses of this data center, once it told one, and of all tiers below.</summary>
    public IReadOnlyList<TierStatus> Tiers => [.. _tiers.All];

    /// <summary>Takes the data center's own status.</summary>
    public void OnStatus(TierStatus status) => _tiers.Take([status]);

    /// <summary>Takes a batch of a center.</summary>
    /// <returns>
    /// Up to where that center may forget; with an error, and without having taken the batch, when it must be sent
    /// again later or its sender is refused.
    /// </returns>
    public Ack Accept(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long nowNs = RunClock.NowNs(_time);
        if (_fault.Length > 0)
        {
            CommitIfDue(nowNs);
        }

        if (_fault.Length > 0 && _pending.Windows.Count >= _options.MaxUncommittedWindows)
        {
            return Refusal(batch, _fault);
        }

        switch (_gate.Accept(batch, nowNs))
        {
            case GateOutcome.Malformed:
                return Refusal(batch, "a batch needs a sender, an epoch and a sequence");
            case GateOutcome.OldEpoch:
                return Refusal(batch, $"a newer {batch.Sender} is known here: two of that name, or its clock went back");
            case GateOutcome.Repeat:
                return _gate.AckOf(batch.Sender);
        }

        _liveness.HeardSender(batch.Sender, DeviceKind.Center, nowNs, _events);
        TakeStates(batch, nowNs);
        Release(nowNs, everything: false);
        PublishStates(nowNs);
        CommitIfDue(nowNs);
        return _gate.AckOf(batch.Sender);
    }

    /// <summary>Up to where a center may forget; epoch 0 for one that was never heard.</summary>
    public Ack AckOf(string sender) => _gate.AckOf(sender);

    /// <summary>Releases what waited long enough, finds silent centers, commits when it is time.</summary>
    public void Tick()
    {
        long nowNs = RunClock.NowNs(_time);
        Release(nowNs, everything: false);
        _liveness.Check(nowNs, judges: false, _events, _options.Name);
        PublishStates(nowNs);
        CommitIfDue(nowNs);
    }

    /// <summary>Releases and commits everything: the end of a run.</summary>
    /// <exception cref="HistoryException">The last rows could not be stored.</exception>
    public void Flush()
    {
        long nowNs = RunClock.NowNs(_time);
        Release(nowNs, everything: true);
        EndShown();
        PublishStates(nowNs);
        Commit(nowNs);
        if (_fault.Length > 0)
        {
            throw new HistoryException(_fault);
        }
    }

    private void Restore()
    {
        _gate.Restore(_store.ReadMarks());
        _origins.Restore(_store.ReadOrigins());
        if (_store.ReadInventory() is { } inventory)
        {
            TakeInventory("", inventory);
        }

        foreach (LinkStatus link in _store.ReadLinks())
        {
            // What it was is worth knowing; what it is, nobody said yet.
            LinkStatus unknown = link.Clone();
            unknown.State = LinkState.Unspecified;
            _links[LinkId.Of(link)] = unknown;
        }

        foreach (Alert alert in _store.ReadOpenAlerts())
        {
            _alerts.Put(alert);
            if ((alert.Kind == "congestion" || NetworkMonitor.Kinds.Contains(alert.Kind)) && _alerts.Close(alert.Kind, alert.Entity, alert.DetectedNs, " (end not seen: the data center restarted)") is { } ended)
            {
                _pending.Alerts[ended.Id] = ended;
            }
        }
    }

    private void Release(long nowNs, bool everything)
    {
        while (_gate.TryRelease(nowNs, everything, out List<Batch> group))
        {
            List<Window> windows = [];
            foreach (Batch batch in group)
            {
                windows.AddRange(batch.Windows);
                TakeEvents(batch.Events);
                foreach (Part part in batch.Parts)
                {
                    if (_origins.TryTake(part))
                    {
                        windows.AddRange(part.Windows);
                        TakeEvents(part.Events);
                        _pending.Origins[(part.Sender, part.Epoch)] = _origins.MarkOf(part);
                    }
                }
            }

            foreach (Window window in _merger.Merge(windows))
            {
                TakeWindow(window);
            }

            _pending.Marks = _gate.Marks();
        }
    }

    private void TakeWindow(Window window)
    {
        Windows++;
        _pending.Windows.Add(window);
        _totals.Add(window);
        _recent.Enqueue(window);
        while (_recent.Count > _options.RecentWindows)
        {
            _recent.Dequeue();
        }

        Publish(new Update { Window = window }, "");
        if (window.StartNs <= _judgedNs)
        {
            LateWindows++;
            return;
        }

        _judgedNs = window.StartNs;
        Judge(window);
    }

    private void TakeAlert(Alert? alert)
    {
        if (alert is not null)
        {
            _pending.Alerts[alert.Id] = alert;
            Publish(new Update { Alert = alert }, string.Create(null, $"{alert.Id}"));
        }
    }

    private void TakeEvents(IEnumerable<Event> events)
    {
        foreach (Event told in events)
        {
            TakeEvent(told);
        }
    }

    private void TakeEvent(Event told)
    {
        _pending.Events.Add(told);
        Publish(new Update { Event = told }, "");
    }

    private void CommitIfDue(long nowNs)
    {
        if (nowNs - _lastCommitNs >= _options.CommitNs || _pending.Windows.Count >= _options.MaxUncommittedWindows)
        {
            Commit(nowNs);
        }
    }

    private void Commit(long nowNs)
    {
        _lastCommitNs = nowNs;
        if (_pending.IsEmpty)
        {
            return;
        }

        try
        {
            _store.Write(_pending);
        }
        catch (HistoryException fault)
        {
            _fault = fault.Message;
            return;
        }

        _fault = "";
        if (_pending.Windows.Count > 0)
        {
            Window newest = _pending.Windows[^1];
            StoredToNs = Math.Max(StoredToNs, newest.StartNs + newest.LengthNs);
        }

        _gate.Confirm(_pending.Marks);
        _pending.Clear();
    }

    private Ack Refusal(Batch batch, string why)
    {
        Ack ack = _gate.AckOf(batch.Sender);
        ack.Error = why;
        return ack;
    }
}
