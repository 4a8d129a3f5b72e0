using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Entities;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Nodes;

/// <summary>
/// The core of a collector node: turns reports, counters and probes into windows and hands one batch a window to the
/// sink. No I/O and no thread of its own: the caller serialises all calls. Times come from the TimeProvider; a report
/// belongs to the window in which it arrives. Decoding a report of a known flow allocates nothing.
/// </summary>
public sealed partial class NodeEngine
{
    // An idle machine that slept does not replay hours of empty windows.
    private const int MaxWindowsAtOnce = 50;
    private const long FlowSweepWindows = 100;

    private readonly NodeOptions _options;
    private readonly TimeProvider _time;
    private readonly IBatchSink _sink;
    private readonly Dictionary<ulong, ExporterState> _exporters = [];
    private readonly Dictionary<uint, SwitchState> _switchesById = [];
    private readonly SortedDictionary<string, SwitchState> _switchesByName = new(StringComparer.Ordinal);
    private readonly Dictionary<LinkId, LinkMeter> _links = [];
    private readonly Dictionary<FlowId, FlowState> _flows = [];
    private readonly Dictionary<ulong, PairState> _pairs = [];
    private readonly SortedDictionary<string, DeviceTrack> _devices = new(StringComparer.Ordinal);
    private readonly SortedDictionary<LinkId, LinkStatus> _linkStates = [];
    private readonly Dictionary<uint, string> _namesById = [];
    private readonly Dictionary<uint, DeviceTrack> _hostsByAddress = [];
    private readonly List<PortState> _activePorts = [];
    private readonly List<LinkMeter> _activeLinks = [];
    private readonly List<FlowState> _activeFlows = [];
    private readonly List<Event> _events = [];
    private readonly List<LinkStatus> _changedLinks = [];
    private readonly ReportCounters _counters = new();
    private readonly DeviceTrack _self;
    private readonly FlowState _noPlace;
    private Inventory? _inventory;
    private bool _inventoryChanged;
    private long _windowStartNs;
    private long _windowNumber;
    private long _lastRefreshNs = long.MinValue / 2;
    private int _ports;
    private int _eventsInWindow;
    private ulong _flowPacketsOmittedInWindow;
    private long _flowPacketsOmitted;
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
        _self = new DeviceTrack(options.Name, DeviceKind.Node);
        _devices.Add(options.Name, _self);
        _noPlace = new FlowState(default, new PairState(), new ExporterState(0, 0), 2);
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
            NameErrors();
            return _counters.Clone();
        }
    }

    /// <summary>What was counted otherwise since the start.</summary>
    public NodeStatistics Statistics => new(
        _flows.Count, _flowPacketsOmitted, _entitiesOmitted, _eventsOmitted, _exporterRestarts,
        CounterResets, _clockFaults, _incompletePaths, _windowNumber);

    private long CounterResets { get; set; }

    /// <summary>
    /// Says what exists. Two switches with one node id are told as an event, and reports of that id go to
    /// <c>node-ID</c>, which is neither of them.
    /// </summary>
    public void SetInventory(Inventory inventory)
    {
        ArgumentNullException.ThrowIfNull(inventory);
        Roll(RunClock.NowNs(_time));
        CloseWindow(unlessEmpty: true); // what was measured so far carries the old names
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

            if (System.Net.IPAddress.TryParse(device.Address, out System.Net.IPAddress? address)
                && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
            {
                uint number = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
                if (!_hostsByAddress.TryAdd(number, track))
                {
                    AddEvent(EventKind.InventoryFault, device.Name, $"address {device.Address} is also that of {_hostsByAddress[number].Name}");
                }
            }
            else if (device.Address.Length > 0)
            {
                AddEvent(EventKind.InventoryFault, device.Name, $"address {device.Address} is no IPv4 address");
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
        ArgumentException.ThrowIfNullOrEmpty(switchName);
        long nowNs = RunClock.NowNs(_time);
        Roll(nowNs);
        if (SwitchByName(switchName) is not { } found)
        {
            return;
        }

        Alive(found.Device, nowNs);
        foreach (ref readonly PortCounterSample sample in samples)
        {
            if (PortOf(found, sample.Port) is { } port)
            {
                long resets = port.CounterResets;
                if (port.AddCounters(sample, nowNs))
                {
                    Activate(port);
                }

                CounterResets += port.CounterResets - resets;
            }
        }
    }

    /// <summary>Takes what a probe found out about a device.</summary>
    public void OnDevice(in DeviceReading reading)
    {
        ArgumentException.ThrowIfNullOrEmpty(reading.Name);
        long nowNs = RunClock.NowNs(_time);
        Roll(nowNs);
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
        ArgumentNullException.ThrowIfNull(status);
        Roll(RunClock.NowNs(_time));
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

    /// <summary>Closes windows whose time is over. Call it at least once a window.</summary>
    public void Tick() => Roll(RunClock.NowNs(_time));

    /// <summary>Closes the open window now, and counts every gap that is still open: the end of a run.</summary>
    public void Flush()
    {
        Roll(RunClock.NowNs(_time));
        foreach (FlowState flow in _flows.Values)
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

        CloseWindow(unlessEmpty: true);
    }

    private void Roll(long nowNs)
    {
        int closed = 0;
        while (nowNs >= _windowStartNs + _options.WindowNs)
        {
            if (closed++ == MaxWindowsAtOnce)
            {
                _windowStartNs = nowNs - (nowNs % _options.WindowNs);
                return;
            }

            CloseWindow(unlessEmpty: false);
            _windowStartNs += _options.WindowNs;
        }
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

    private void AddEvent(EventKind kind, string entity, string detail)
    {
        if (_eventsInWindow++ >= _options.MaxEventsPerWindow)
        {
            _eventsOmitted++;
            return;
        }

        _events.Add(new Event { Kind = kind, Entity = entity, TimeNs = RunClock.NowNs(_time), Detail = detail });
    }
}
