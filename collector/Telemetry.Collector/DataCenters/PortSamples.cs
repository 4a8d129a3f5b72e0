using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;
using Telemetry.Inference.Samples;

namespace Telemetry.Collector.DataCenters;

/// <summary>Turns a port's window into what detectors take. One thread.</summary>
public sealed class PortSamples
{
    private readonly ValueHistogram _depth = new();
    private readonly ValueHistogram _latency = new();

    /// <summary>The sample of a window in which the port was heard.</summary>
    /// <param name="entity">Entity name of the port.</param>
    /// <param name="port">The port's part.</param>
    /// <param name="window">The window that holds it.</param>
    /// <param name="limits">Rate and capacity by the inventory; null when unknown.</param>
    public PortSample Of(string entity, PortWindow port, Window window, Inventory.Types.Port? limits)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(window);
        _depth.Clear();
        _latency.Clear();
        long capacity = port.QueueCapacity != 0 ? port.QueueCapacity : limits?.QueueCapacity ?? 0;
        bool hasDepth = _depth.TryMerge(port.QueueDepth) && _depth.Count > 0;
        bool hasLatency = _latency.TryMerge(port.HopLatencyNs) && _latency.Count > 0;
        double spans = port.HasCounterSpanNs && port.CounterSpanNs > 0 ? window.LengthNs / (double)port.CounterSpanNs : 1;
        return new PortSample
        {
            Port = entity,
            StartNs = window.StartNs,
            LengthNs = window.LengthNs,
            Packets = (long)port.Packets,
            QueueCapacity = capacity,
            RateBps = (long)(port.RateBps != 0 ? port.RateBps : limits?.RateBps ?? 0),
            DepthMean = hasDepth ? _depth.Mean : double.NaN,
            DepthP50 = hasDepth ? _depth.Quantile(0.5) : double.NaN,
            DepthP90 = hasDepth ? _depth.Quantile(0.9) : double.NaN,
            DepthMax = hasDepth ? _depth.Max : double.NaN,
            DepthHighShare = hasDepth && capacity > 0
                ? (double)_depth.CountAtLeast((long)Math.Ceiling(PortSample.HighLevel * capacity)) / _depth.Count
                : double.NaN,
            DepthHalfShare = hasDepth && capacity > 0 ? (double)_depth.CountAtLeast((capacity + 1) / 2) / _depth.Count : double.NaN,
            LatencyP50Ns = hasLatency ? _latency.Quantile(0.5) : double.NaN,
            LatencyP99Ns = hasLatency ? _latency.Quantile(0.99) : double.NaN,
            LatencyMaxNs = hasLatency ? _latency.Max : double.NaN,

            // Counters are read less often than windows close: a window's share of what they grew by.
            TxBytes = port.HasTxBytes ? (long)Math.Round(port.TxBytes * spans) : null,
            Drops = port.HasDrops ? (long)Math.Ceiling(port.Drops * spans) : null,
            TxPackets = port.HasTxPackets ? (long)port.TxPackets : null,
            RxPackets = port.HasRxPackets ? (long)port.RxPackets : null,
        };
    }

    /// <summary>The sample of a window in which the port was not heard: nothing was measured.</summary>
    public static PortSample Empty(string entity, Window window, Inventory.Types.Port? limits)
    {
        ArgumentNullException.ThrowIfNull(window);
        return new PortSample
        {
            Port = entity,
            StartNs = window.StartNs,
            LengthNs = window.LengthNs,
            Packets = 0,
            QueueCapacity = limits?.QueueCapacity ?? 0,
            RateBps = (long)(limits?.RateBps ?? 0),
        };
    }
}
