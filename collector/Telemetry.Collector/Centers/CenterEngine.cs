using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Entities;
using Telemetry.Collector.Introspecting;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Centers;

/// <summary>
/// The core of a cluster center: takes its nodes' batches once each, lines up what several nodes saw of the same window,
/// keeps of it what matters, judges who is silent, and hands condensed batches to its outbox. A node's batch is acknowledged only once all of it
/// is in the outbox, together with the mark that says so: an outbox on disk makes that survive the center. Windows
/// and events go upward exactly once; states (devices, links, counters, inventory) are repeated harmlessly.
/// No I/O and no thread of its own: the caller serialises all calls and calls <see cref="Tick"/> each 250 ms or less.
/// </summary>
public sealed class CenterEngine
{
    private readonly CenterOptions _options;
    private readonly TimeProvider _time;
    private readonly IBatchSink _upstream;
    private readonly BatchGate _gate;
    private readonly WindowCondenser _condenser;
    private readonly LivenessTracker _liveness;
    private readonly InventoryUnion _inventory = new();
    private readonly SortedDictionary<LinkId, LinkStatus> _links = [];
    private readonly HashSet<LinkId> _changedLinks = [];
    private readonly SortedDictionary<string, ReportCounters> _reports = new(StringComparer.Ordinal);
    private readonly List<Event> _events = [];
    private readonly Queue<(Batch Batch, List<SenderMark> Covers)> _unwritten = new();
    private readonly TierStatuses _tiers = new();
    private readonly SortedDictionary<string, DeviceDetail> _details = new(StringComparer.Ordinal);
    private bool _inventoryChanged;
    private long _lastBatchNs = long.MinValue / 2;
    private long _lastRefreshNs = long.MinValue / 2;
    private string _fault = "";
    private DeviceStatus _self = new();

    /// <summary>Creates a center.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="time">The run's clock.</param>
    /// <param name="upstream">Takes the condensed batches.</param>
    /// <param name="restored">Where an earlier incarnation stood, from its outbox on disk; empty for a fresh start.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public CenterEngine(CenterOptions options, TimeProvider time, IBatchSink upstream, IReadOnlyList<SenderMark>? restored = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(upstream);
        options.Validate();
        _options = options;
        _time = time;
        _upstream = upstream;
        _gate = new BatchGate(options.HoldNs);
        _gate.Restore(restored ?? []);
        _condenser = new WindowCondenser(options.MaxFlowsPerWindow);
        _liveness = new LivenessTracker(options.SilentAfterNs);
        foreach (string node in options.ExpectedNodes)
        {
            _liveness.Expect(node, DeviceKind.Node);
            _gate.Expect(node, RunClock.NowNs(time));
        }
    }

    /// <summary>Name of the center.</summary>
    public string Name => _options.Name;

    /// <summary>Newest status of every device known here, ascending by name.</summary>
    public IReadOnlyList<DeviceStatus> Devices => [.. _liveness.Statuses];

    /// <summary>What was counted on arrival since the start.</summary>
    public ArrivalStatistics Statistics => new(_gate.Missing, _gate.Repeats, _gate.Refused, _gate.Waiting, 0, _gate.Accepted);

    /// <summary>How much smaller what went up is than what came in.</summary>
    public CondenseStatistics Condensed => _condenser.Statistics;

    /// <summary>Newest statuses of this center, once it told one, and of its nodes.</summary>
    public IReadOnlyList<TierStatus> Tiers => [.. _tiers.All];

    /// <summary>Why batches cannot be kept now; empty when they can.</summary>
    public string Fault => _fault;

    /// <summary>Takes the center's own status, to be told upward.</summary>
    public void OnStatus(TierStatus status) => _tiers.Take([status]);

    /// <summary>Takes a batch of a node.</summary>
    /// <returns>
    /// Up to where that node may forget; with an error, and without having taken the batch, when it must be sent again
    /// later or its sender is refused.
    /// </returns>
    public Ack Accept(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long nowNs = RunClock.NowNs(_time);
        WriteUp();
        if (_fault.Length > 0)
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
                _liveness.HeardSender(batch.Sender, DeviceKind.Node, nowNs, _events);
                return _gate.AckOf(batch.Sender);
        }

        _liveness.HeardSender(batch.Sender, DeviceKind.Node, nowNs, _events);
        TakeStates(batch, nowNs);
        Release(nowNs, everything: false);
        return _fault.Length > 0 ? Refusal(batch, _fault) : _gate.AckOf(batch.Sender);
    }

    /// <summary>Up to where a node may forget; epoch 0 for one that was never heard.</summary>
    public Ack AckOf(string sender) => _gate.AckOf(sender);

    /// <summary>Releases what waited long enough, judges silence, and keeps the data center informed that this center lives.</summary>
    public void Tick()
    {
        long nowNs = RunClock.NowNs(_time);
        int events = _events.Count;
        WriteUp();
        Release(nowNs, everything: false);
        _liveness.Check(nowNs, judges: true, _events);
        if (_fault.Length > 0)
        {
            return; // what could not be kept waits already; more of it would only fill the memory
        }

        if (_events.Count > events || _changedLinks.Count > 0 || nowNs - _lastBatchNs >= _options.HeartbeatNs)
        {
            Send(NewBatch(nowNs));
        }
    }

    /// <summary>Releases everything that waits: the end of a run.</summary>
    public void Flush()
    {
        long nowNs = RunClock.NowNs(_time);
        WriteUp();
        Release(nowNs, everything: true);
        Send(NewBatch(nowNs));
    }

    /// <summary>Takes figures of the center itself, to be told upward.</summary>
    public void OnSelf(double? cpuPercent, ulong? memoryBytes)
    {
        DeviceStatus self = new() { Name = _options.Name, Kind = DeviceKind.Center };
        if (cpuPercent is { } cpu)
        {
            self.CpuPercent = cpu;
        }

        if (memoryBytes is { } memory)
        {
            self.MemoryBytes = memory;
        }

        _self = self;
    }

    /// <summary>Takes what a controller knows of links and switches; also its sign of life.</summary>
    /// <returns>What is wrong with it; empty when it was taken.</returns>
    public string Observe(Observation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        if (observation.Sender.Length == 0 || observation.Kind is DeviceKind.Unspecified or DeviceKind.Node or DeviceKind.Center or DeviceKind.DataCenter)
        {
            return $"an observation needs a sender that is no tier of the collector; this is from '{observation.Sender}', {observation.Kind}";
        }

        long nowNs = RunClock.NowNs(_time);
        _liveness.HeardSender(observation.Sender, observation.Kind, nowNs, _events);
        foreach (DeviceStatus status in observation.Devices)
        {
            _liveness.Heard(status, observation.Sender, nowNs, trustState: false, _events);
        }

        foreach (LinkStatus told in observation.Links)
        {
            LinkId id = LinkId.Of(told);
            LinkState before = _links.TryGetValue(id, out LinkStatus? known) ? known.State : LinkState.Unspecified;
            if (told.State != before && (told.State == LinkState.Down || (told.State == LinkState.Up && before == LinkState.Down)))
            {
                _events.Add(new Event
                {
                    Kind = told.State == LinkState.Down ? EventKind.LinkDown : EventKind.LinkUp,
                    Entity = id.Entity,
                    TimeNs = nowNs,
                    Detail = told.Reason,
                });
            }

            LinkStatus link = told.Clone();
            (link.A, link.APort, link.B, link.BPort) = (id.A.Switch, id.A.Port, id.B.Switch, id.B.Port);
            TakeLinks([link]);
        }

        return "";
    }

    private void TakeLinks(IEnumerable<LinkStatus> links)
    {
        foreach (LinkStatus link in links)
        {
            LinkId id = LinkId.Of(link);
            if (!_links.TryGetValue(id, out LinkStatus? known) || link.SinceNs >= known.SinceNs)
            {
                if (!link.Equals(known))
                {
                    _changedLinks.Add(id);
                }

                _links[id] = link;
            }
        }
    }

    private void TakeStates(Batch batch, long nowNs)
    {
        if (batch.Inventory is not null && _inventory.Set(batch.Sender, batch.Inventory))
        {
            _inventoryChanged = true;
            foreach (Inventory.Types.Device device in _inventory.Current!.Devices)
            {
                _liveness.Expect(device.Name, device.Kind);
            }
        }

        foreach (DeviceStatus status in batch.Devices)
        {
            _liveness.Heard(status, batch.Sender, nowNs, trustState: false, _events);
        }

        TakeLinks(batch.Links);
        foreach ((string node, ReportCounters counters) in batch.Reports)
        {
            _reports[node] = counters;
        }

        _tiers.Take(batch.Tiers);
        foreach (DeviceDetail detail in batch.Details)
        {
            _details[detail.Name] = detail;
        }
    }

    private void Release(long nowNs, bool everything)
    {
        while (_fault.Length == 0 && _gate.TryRelease(nowNs, everything, out List<Batch> group))
        {
            Batch batch = NewBatch(nowNs);
            _condenser.Condense(group, batch.Parts);
            Send(batch);
        }
    }

    private Batch NewBatch(long nowNs)
    {
        bool refresh = nowNs - _lastRefreshNs >= _options.RefreshNs;
        Batch batch = new() { Sender = _options.Name, Cluster = _options.Cluster, CreatedNs = nowNs };
        batch.Events.AddRange(_events);
        _events.Clear();
        if (_inventory.Current is not null && (_inventoryChanged || refresh))
        {
            batch.Inventory = _inventory.Current;
            _inventoryChanged = false;
        }

        _liveness.TakeChanged(batch.Devices, all: refresh);
        if (refresh && _self.Name.Length > 0)
        {
            batch.Devices.Add(_self);
        }

        foreach ((LinkId id, LinkStatus link) in _links)
        {
            if (refresh || _changedLinks.Contains(id))
            {
                batch.Links.Add(link);
            }
        }

        _changedLinks.Clear();
        foreach ((string node, ReportCounters counters) in _reports)
        {
            batch.Reports.Add(node, counters);
        }

        _tiers.TakeChanged(batch.Tiers);
        batch.Details.AddRange(_details.Values);
        _details.Clear();
        _lastBatchNs = nowNs;
        _lastRefreshNs = refresh ? nowNs : _lastRefreshNs;
        return batch;
    }

    private void Send(Batch batch)
    {
        _unwritten.Enqueue((batch, _gate.Marks()));
        WriteUp();
    }

    /// <summary>Writes what waits to the outbox; an outbox on disk may refuse, and then nothing is acknowledged or taken.</summary>
    private void WriteUp()
    {
        _fault = "";
        while (_unwritten.TryPeek(out (Batch Batch, List<SenderMark> Covers) next))
        {
            try
            {
                _upstream.Append(next.Batch, next.Covers);
            }
            catch (IOException fault)
            {
                _fault = $"{_options.Name} cannot keep batches: {fault.Message}";
                return;
            }

            _unwritten.Dequeue();
            _gate.Confirm(next.Covers);
        }
    }

    private Ack Refusal(Batch batch, string why)
    {
        Ack ack = _gate.AckOf(batch.Sender);
        ack.Error = why;
        return ack;
    }
}
