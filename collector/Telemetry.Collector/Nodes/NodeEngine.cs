using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Entities;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Nodes;

/// <summary>
/// The core of a collector node: turns reports, counters and probes into windows and hands one batch a window to the
/// sink. No I/O and no thread of its own: the caller serialises all calls. Times come from the TimeProvider; a report
/// belongs to the window in which its packet left the last switch (see NodeEngine.Slots.cs). Windows are sent by
/// <see cref="Tick"/>, which the caller calls once all that has arrived was handed over. A report of a known flow allocates nothing.
/// </summary>
public sealed partial class NodeEngine
{
    // An idle machine that slept does not replay hours of empty windows.
    private const int MaxEmptyWindowsAtOnce = 50;
    private const long FlowSweepWindows = 100;

    private readonly NodeOptions _options;
    private readonly TimeProvider _time;
    private readonly IBatchSink _sink;
    private readonly Dictionary<ExporterKey, ExporterState> _exporters = [];
    private readonly Dictionary<uint, SwitchState> _switchesById = [];
    private readonly SortedDictionary<string, SwitchState> _switchesByName = new(StringComparer.Ordinal);
    private readonly Dictionary<LinkId, LinkMeter> _links = [];
    private readonly Dictionary<LinkId, ClockOffset> _offsets = [];
    private readonly Dictionary<LinkId, SteadyOffset> _steadyOffsets = [];
    private readonly Dictionary<ulong, FlowPath> _paths = [];
    private readonly FlowTable _flows = new();
    private readonly Dictionary<(UInt128 Source, UInt128 Destination), PairState> _pairs = [];
    private readonly Dictionary<PortState, long> _lastQueueEvent = [];
    private readonly SortedDictionary<string, DeviceTrack> _devices = new(StringComparer.Ordinal);
    private readonly SortedDictionary<LinkId, LinkStatus> _linkStates = [];
    private readonly Dictionary<uint, string> _namesById = [];
    private readonly Dictionary<UInt128, DeviceTrack> _hostsByAddress = [];
    private readonly List<FlowState> _activeFlows = [];
    private readonly List<Event> _events = [];
    private readonly List<LinkStatus> _changedLinks = [];
    private readonly ReportCounters _counters = new();
    private readonly DeviceTrack _self;
    private readonly ThresholdWatch? _thresholds;
    private Inventory? _inventory;
    private bool _inventoryChanged;
    private long _windowStartNs;
    private long _windowNumber;
    private long _lastRefreshNs = long.MinValue / 2;
    private int _ports;
    private int _eventsInWindow;
    private long _flowPacketsOmitted;
    private long _flowsEvicted;
    private long _flowsTracked;
    private long _flowsPromoted;
    private long _flowBytesErrorMax;
    private long _entitiesOmitted;
    private long _eventsOmitted;
    private long _exporterRestarts;
    private long _clockFaults;
    private long _incompletePaths;

    /// <summary>Creates a node whose first window holds the current time.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="time">The run's clock.</param>
    /// <param name="sink">Takes one batch a window.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public NodeEngine(NodeOptions options, TimeProvider time, IBatchSink sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(sink);
        options.Validate();
        _options = options;
        _time = time;
        _sink = sink;
        _newDevices = new NewcomerGate(options.NewDevicesPerSecond, options.MaxUnlistedDevices);
        _newPorts = new NewcomerGate(options.MaxUnlistedPorts / 4, options.MaxUnlistedPorts);
        _thresholds = options.Thresholds.Count > 0 ? new ThresholdWatch(options.Thresholds) : null;
        _self = new DeviceTrack(options.Name, DeviceKind.Node);
        _devices.Add(options.Name, _self);
        long nowNs = RunClock.NowNs(time);
        _windowStartNs = nowNs - (nowNs % options.WindowNs);
    }

    /// <summary>Name of the node.</summary>
    public string Name => _options.Name;

    /// <summary>What was counted of reports since the start; a copy.</summary>
    public ReportCounters Counters
    {
        get
        {
            FinishPending();
            NameErrors();
            return _counters.Clone();
        }
    }

    /// <summary>What was counted otherwise since the start.</summary>
    public NodeStatistics Statistics
    {
        get
        {
            FinishPending();
            return new(
                _flows.Count, _flowsTracked, _flowPacketsOmitted, _entitiesOmitted, _eventsOmitted, _exporterRestarts,
                CounterResets, _clockFaults, _incompletePaths, _lateReports, _windowNumber, _flowsEvicted, _flowsPromoted, _flowBytesErrorMax, _newDevices.Refused + _newPorts.Refused);
        }
    }

    /// <summary>Exporters and destinations, those that lost most first.</summary>
    /// <param name="most">How many.</param>
    public IReadOnlyList<ExporterCount> Exporters(int most) =>
    [
        .. _exporters.Values.OrderByDescending(exporter => exporter.Lost).ThenByDescending(exporter => exporter.Received).Take(most).Select(exporter => new ExporterCount(
            exporter.NodeId,
            exporter.Key.HardwareId,
            exporter.Switch?.Name ?? $"node-{exporter.NodeId}",
            exporter.Key.Address,
            exporter.Key.Destination,
            exporter.Received,
            exporter.Lost,
            exporter.Sequence.Restarts)),
    ];

    private long CounterResets { get; set; }

    /// <summary>
    /// Says what exists. Two switches with one node id are told as an event, and reports of that id go to
    /// <c>node-ID</c>, which is neither of them.
    /// </summary>
    public void SetInventory(Inventory inventory)
    {
        FinishPending();
        ArgumentNullException.ThrowIfNull(inventory);
        CloseOpen(); // what was measured so far carries the old names
        _inventory = inventory.Clone();
        _inventoryChanged = true;
        _namesById.Clear();
        _hostsByAddress.Clear();
        HashSet<uint> duplicates = [];
        foreach (Inventory.Types.Device device in inventory.Devices)
        {
            DeviceTrack track = Track(device.Name, device.Kind);
            if (device.NodeId != 0 && !_namesById.TryAdd(device.NodeId, device.Name))
            {
                duplicates.Add(device.NodeId);
                AddEvent(EventKind.InventoryFault, device.Name, $"node id {device.NodeId} is also that of {_namesById[device.NodeId]}");
            }

            if (System.Net.IPAddress.TryParse(device.Address, out System.Net.IPAddress? address))
            {
                byte[] bytes = address.GetAddressBytes();
                UInt128 number = bytes.Length == 4
                    ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes)
                    : System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
                if (!_hostsByAddress.TryAdd(number, track))
                {
                    AddEvent(EventKind.InventoryFault, device.Name, $"address {device.Address} is also that of {_hostsByAddress[number].Name}");
                }
            }
            else if (device.Address.Length > 0)
            {
                AddEvent(EventKind.InventoryFault, device.Name, $"address {device.Address} is no IP address");
            }
        }

        foreach (uint id in duplicates)
        {
            _namesById.Remove(id);
        }

        ForgetNames();
    }

    /// <summary>Takes a reading of a switch's port counters; also a sign of life of the switch.</summary>
    /// <param name="switchName">Switch name.</param>
    /// <param name="samples">One entry a port.</param>
    public void OnPortCounters(string switchName, ReadOnlySpan<PortCounterSample> samples)
    {
        FinishPending();
        ArgumentException.ThrowIfNullOrEmpty(switchName);
        long nowNs = RunClock.NowNs(_time);
        if (SwitchByName(switchName) is not { } found)
        {
            return;
        }

        Alive(found.Device, nowNs);
        OpenWindow window = WindowAt(nowNs);
        foreach (ref readonly PortCounterSample sample in samples)
        {
            if (PortOf(found, sample.Port, listed: true) is { } port)
            {
                long resets = port.CounterResets;
                if (port.AddCounters(sample, nowNs) is { } grown)
                {
                    PortSlot slot = SlotOf(port, window);
                    slot.Counters = slot.Counters is { } known ? known.Plus(grown) : grown;
                }

                CounterResets += port.CounterResets - resets;
            }
        }
    }

    /// <summary>Takes what a probe found out about a device.</summary>
    public void OnDevice(in DeviceReading reading)
    {
        FinishPending();
        ArgumentException.ThrowIfNullOrEmpty(reading.Name);
        long nowNs = RunClock.NowNs(_time);
        DeviceTrack track = reading.Name == _self.Name ? _self : Track(reading.Name, reading.Kind);
        track.CpuPercent = reading.CpuPercent;
        track.MemoryBytes = reading.MemoryBytes;
        if (reading.State == DeviceState.Up)
        {
            Alive(track, nowNs);
        }
        else if (reading.State == DeviceState.Down)
        {
            track.Down = true;
        }
    }

    /// <summary>Takes the state of a link from whoever probes it. The ends may come in either order.</summary>
    public void OnLink(LinkStatus status)
    {
        FinishPending();
        ArgumentNullException.ThrowIfNull(status);
        LinkId id = LinkId.Of(status);
        LinkStatus told = status.Clone();
        (told.A, told.APort, told.B, told.BPort) = (id.A.Switch, id.A.Port, id.B.Switch, id.B.Port);
        LinkState before = _linkStates.TryGetValue(id, out LinkStatus? known) ? known.State : LinkState.Unspecified;
        _linkStates[id] = told;
        _changedLinks.Add(told);
        if (told.State == LinkState.Down && before != LinkState.Down)
        {
            AddEvent(EventKind.LinkDown, id.Entity, told.Reason);
        }
        else if (told.State == LinkState.Up && before == LinkState.Down)
        {
            AddEvent(EventKind.LinkUp, id.Entity, told.Reason);
        }
    }

    /// <summary>Counts datagrams that were lost before they reached the node's core: a full ring or a full socket buffer.</summary>
    public void OnDropped(long datagrams) => _counters.Dropped += (ulong)Math.Max(0, datagrams);

    /// <summary>Sends the windows whose time is over, and what happened besides. Call it at least once a window, when everything that arrived was handed over.</summary>
    public void Tick()
    {
        FinishPending();
        long nowNs = RunClock.NowNs(_time);
        CloseDue(nowNs, _options.LatenessNs);
        if (_events.Count > 0)
        {
            SendBatch(window: null, nowNs);
        }
    }

    /// <summary>Sends every window that is open, and counts every gap: the end of a run.</summary>
    public void Flush()
    {
        FinishPending();
        CloseDue(RunClock.NowNs(_time), latenessNs: 0);
        foreach (FlowState flow in _flows.All())
        {
            flow.Identifications.Settle();
            flow.Pair.Identifications.Settle();
            if (!flow.Active)
            {
                flow.Active = true;
                _activeFlows.Add(flow);
            }
        }

        foreach (ExporterState exporter in _exporters.Values)
        {
            exporter.Sequence.Settle();
        }

        _activeFlows.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        WindowAt(RunClock.NowNs(_time)); // what is lost is told even where nothing else is
        CloseOpen();
    }

    private static void Alive(DeviceTrack device, long nowNs)
    {
        device.LastSeenNs = nowNs;
        device.Down = false;
    }

    private DeviceTrack Track(string name, DeviceKind kind)
    {
        if (!_devices.TryGetValue(name, out DeviceTrack? track))
        {
            track = new DeviceTrack(name, kind);
            _devices.Add(name, track);
        }

        return track;
    }

    private void AddEvent(EventKind kind, string entity, string detail, Exemplar? exemplar = null)
    {
        if (_eventsInWindow++ >= _options.MaxEventsPerWindow)
        {
            _eventsOmitted++;
            return;
        }

        _events.Add(new Event { Kind = kind, Entity = entity, TimeNs = RunClock.NowNs(_time), Detail = detail, Exemplar = exemplar });
    }
}
