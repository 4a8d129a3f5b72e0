using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.DataCenters;

/// <summary>One port over a run.</summary>
internal sealed class PortTotals(PortId id, int distinctValues)
{
    private readonly ValueHistogram _hopLatencyNs = new(distinctValues);
    private readonly ValueHistogram _queueDepth = new(distinctValues);
    private readonly PortWindow _sums = new() { Switch = id.Switch, Port = id.Port };

    /// <summary>Adds a window.</summary>
    /// <returns>Distributions that were no multiset and were left out.</returns>
    public int Add(PortWindow window)
    {
        _sums.Packets += window.Packets;
        _sums.QueueCapacity = Math.Max(_sums.QueueCapacity, window.QueueCapacity);
        _sums.RateBps = Math.Max(_sums.RateBps, window.RateBps);
        if (window.HasTxPackets)
        {
            _sums.TxPackets += window.TxPackets;
        }

        if (window.HasTxBytes)
        {
            _sums.TxBytes += window.TxBytes;
        }

        if (window.HasRxPackets)
        {
            _sums.RxPackets += window.RxPackets;
        }

        if (window.HasRxBytes)
        {
            _sums.RxBytes += window.RxBytes;
        }

        if (window.HasDrops)
        {
            _sums.Drops += window.Drops;
        }

        if (window.HasErrors)
        {
            _sums.Errors += window.Errors;
        }

        if (window.HasCounterSpanNs)
        {
            _sums.CounterSpanNs += window.CounterSpanNs;
        }

        return (_hopLatencyNs.TryMerge(window.HopLatencyNs) ? 0 : 1) + (_queueDepth.TryMerge(window.QueueDepth) ? 0 : 1);
    }

    public PortWindow ToMessage()
    {
        PortWindow message = _sums.Clone();
        message.HopLatencyNs = _hopLatencyNs.ToDistribution();
        message.QueueDepth = _queueDepth.ToDistribution();
        return message;
    }
}
