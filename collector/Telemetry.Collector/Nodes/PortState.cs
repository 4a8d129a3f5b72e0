using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Nodes;

/// <summary>What a node knows of one switch port: its open windows, and the last reading of its counters.</summary>
internal sealed class PortState(SwitchState owner, uint port)
{
    // Of a queue whose rate or capacity nobody knows.
    private const long AssumedDrainNs = 400_000_000;
    private const int LargestFrameBytes = 1538;

    private readonly DropEstimator _drops = new();
    private PortCounterSample _last;
    private long _lastReadNs;
    private bool _hasLast;
    private long _deepest = -1;
    private long _deepestBefore = -1;

    public SwitchState Owner { get; } = owner;

    public uint Port { get; } = port;

    public PortId Id => new(Owner.Name, Port);

    /// <summary>The open window used last, with the others behind it.</summary>
    public PortSlot? Slot { get; set; }

    /// <summary>An empty one, used before.</summary>
    public PortSlot? Spare { get; set; }

    /// <summary>Links that were seen to leave it.</summary>
    public int Links { get; set; }

    /// <summary>How often the switch's counters fell back to 0.</summary>
    public long CounterResets { get; private set; }

    /// <summary>Deepest queue that INT saw since the last reading of the counters.</summary>
    public void AddDepth(long packets)
    {
        if (packets > _deepest)
        {
            _deepest = packets;
        }
    }

    /// <summary>Takes a reading of the counters.</summary>
    /// <returns>By how much they grew; null for the first one, from which no difference follows.</returns>
    public CounterDelta? AddCounters(in PortCounterSample sample, long nowNs)
    {
        long deepest = Math.Max(_deepest, _deepestBefore);
        _deepestBefore = _deepest;
        _deepest = -1;
        if (!_hasLast)
        {
            // What was dropped before the first reading is not this node's to tell.
            _hasLast = true;
            _last = sample;
            _lastReadNs = nowNs;
            _drops.Reset(sample.EnqueuedPackets > sample.TxPackets ? sample.EnqueuedPackets - sample.TxPackets : 0);
            ObserveDrops(sample, deepest, nowNs);
            return null;
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
        PortCounterSample grown = new(
            Port,
            sample.RxPackets - before.RxPackets,
            sample.RxBytes - before.RxBytes,
            0,
            sample.TxPackets - before.TxPackets,
            sample.TxBytes - before.TxBytes,
            Errors: sample.Errors is { } errors ? errors - (before.Errors ?? 0) : null);
        long spanNs = SpanNs(nowNs - _lastReadNs, grown.TxBytes);
        _last = sample;
        _lastReadNs = nowNs;
        return new CounterDelta(grown, _drops.Dropped - droppedBefore, spanNs);
    }

    /// <summary>
    /// Time that a reading covers. The switch does not say when it counted: where the machine was busy, a reading waited and the next one seems to follow at once.
    /// But a line carries no more than its rate, so the bytes took at least as long as it needs for them.
    /// </summary>
    private long SpanNs(long betweenNs, ulong txBytes)
    {
        if (!Owner.TryGetLimits(Port, out Inventory.Types.Port? limits) || limits.RateBps == 0 || txBytes <= LargestFrameBytes)
        {
            return betweenNs;
        }

        // The frame that was on the line at the reading before was counted whole at its end.
        double neededNs = (txBytes - LargestFrameBytes) * 8e9 / limits.RateBps;
        return neededNs > betweenNs ? (long)(txBytes * 8e9 / limits.RateBps) : betweenNs;
    }

    private void ObserveDrops(in PortCounterSample sample, long deepest, long nowNs)
    {
        const int FrameBits = 1500 * 8;
        Owner.TryGetLimits(Port, out Inventory.Types.Port? limits);
        ulong capacity = limits?.QueueCapacity ?? 0;
        double drainNs = capacity > 0 && limits!.RateBps > 0 ? capacity * FrameBits * 1e9 / limits.RateBps : AssumedDrainNs;
        _drops.Observe(sample.EnqueuedPackets, sample.TxPackets, sample.Waiting, deepest, capacity, nowNs - _lastReadNs >= drainNs);
    }
}
