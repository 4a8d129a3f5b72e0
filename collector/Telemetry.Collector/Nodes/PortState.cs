using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Nodes;

/// <summary>What a node knows of one switch port: the open window, and the last reading of its counters.</summary>
internal sealed class PortState(SwitchState owner, uint port, int distinctValues)
{
    // Of a queue whose rate or capacity nobody knows.
    private const long AssumedDrainNs = 400_000_000;

    private readonly ValueHistogram _hopLatencyNs = new(distinctValues);
    private readonly ValueHistogram _queueDepth = new(distinctValues);
    private readonly DropEstimator _drops = new();
    private PortCounterSample _last;
    private long _lastReadNs;
    private long _firstReadNs;
    private bool _hasLast;
    private long _deepest = -1;
    private long _deepestBefore = -1;
    private ulong _packets;
    private bool _hasCounters;
    private PortCounterSample _delta;
    private ulong _deltaDrops;

    public SwitchState Owner { get; } = owner;

    public uint Port { get; } = port;

    public PortId Id => new(Owner.Name, Port);

    /// <summary>True when the open window holds something.</summary>
    public bool Active { get; set; }

    /// <summary>How often the switch's counters fell back to 0.</summary>
    public long CounterResets { get; private set; }

    public void AddPacket() => _packets++;

    public void AddLatency(long ns) => _hopLatencyNs.Add(ns);

    public void AddDepth(long packets)
    {
        _queueDepth.Add(packets);
        if (packets > _deepest)
        {
            _deepest = packets;
        }
    }

    /// <summary>Takes a reading of the counters.</summary>
    /// <returns>False for the first one, from which no difference follows.</returns>
    public bool AddCounters(in PortCounterSample sample, long nowNs)
    {
        long deepest = Math.Max(_deepest, _deepestBefore);
        _deepestBefore = _deepest;
        _deepest = -1;
        if (!_hasLast)
        {
            // What was dropped before the first reading is not this node's to tell.
            _hasLast = true;
            _last = sample;
            _lastReadNs = _firstReadNs = nowNs;
            _drops.Reset(sample.EnqueuedPackets > sample.TxPackets ? sample.EnqueuedPackets - sample.TxPackets : 0);
            ObserveDrops(sample, deepest, nowNs);
            return false;
        }

        PortCounterSample before = _last;
        ulong droppedBefore = _drops.Dropped;
        if (sample.RxPackets < before.RxPackets || sample.EnqueuedPackets < before.EnqueuedPackets || sample.TxPackets < before.TxPackets
            || sample.RxBytes < before.RxBytes || sample.TxBytes < before.TxBytes || sample.Errors < before.Errors)
        {
            CounterResets++;
            before = default;
            droppedBefore = 0;
            _drops.Reset();
        }

        ObserveDrops(sample, deepest, nowNs);
        _delta = new PortCounterSample(
            Port,
            _delta.RxPackets + sample.RxPackets - before.RxPackets,
            _delta.RxBytes + sample.RxBytes - before.RxBytes,
            _delta.EnqueuedPackets + sample.EnqueuedPackets - before.EnqueuedPackets,
            _delta.TxPackets + sample.TxPackets - before.TxPackets,
            _delta.TxBytes + sample.TxBytes - before.TxBytes,
            Errors: sample.Errors is { } errors ? (_delta.Errors ?? 0) + errors - (before.Errors ?? 0) : null);
        _deltaDrops += _drops.Dropped - droppedBefore;
        if (!_hasCounters)
        {
            _firstReadNs = _lastReadNs;
        }

        _hasCounters = true;
        _last = sample;
        _lastReadNs = nowNs;
        return true;
    }

    private void ObserveDrops(in PortCounterSample sample, long deepest, long nowNs)
    {
        const int FrameBits = 1500 * 8;
        Owner.TryGetLimits(Port, out Inventory.Types.Port? limits);
        ulong capacity = limits?.QueueCapacity ?? 0;
        double drainNs = capacity > 0 && limits!.RateBps > 0 ? capacity * FrameBits * 1e9 / limits.RateBps : AssumedDrainNs;
        _drops.Observe(sample.EnqueuedPackets, sample.TxPackets, sample.Waiting, deepest, capacity, nowNs - _lastReadNs >= drainNs);
    }

    /// <summary>Ends the window: its message, or null when there is nothing to tell.</summary>
    public PortWindow? Close()
    {
        Active = false;
        if (_packets == 0 && !_hasCounters)
        {
            return null;
        }

        PortWindow window = new()
        {
            Switch = Owner.Name,
            Port = Port,
            Packets = _packets,
            HopLatencyNs = _hopLatencyNs.ToDistribution(),
            QueueDepth = _queueDepth.ToDistribution(),
        };
        if (Owner.TryGetLimits(Port, out Inventory.Types.Port? limits))
        {
            window.QueueCapacity = limits.QueueCapacity;
            window.RateBps = limits.RateBps;
        }

        if (_hasCounters)
        {
            window.RxPackets = _delta.RxPackets;
            window.RxBytes = _delta.RxBytes;
            window.TxPackets = _delta.TxPackets;
            window.TxBytes = _delta.TxBytes;
            window.Drops = _deltaDrops;
            window.CounterSpanNs = (ulong)Math.Max(0, _lastReadNs - _firstReadNs);
            if (_delta.Errors is { } errors)
            {
                window.Errors = errors;
            }
        }

        _packets = 0;
        _hopLatencyNs.Clear();
        _queueDepth.Clear();
        _hasCounters = false;
        _delta = default;
        _deltaDrops = 0;
        return window;
    }
}
