using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.DataCenters;

/// <summary>One flow over a run.</summary>
internal sealed class FlowTotals(FlowId id, int distinctValues)
{
    private readonly ValueHistogram _latencyNs = new(distinctValues);
    private readonly FlowWindow _sums = new() { Key = id.ToKey() };

    /// <summary>Adds a window; windows come in the order of time, so the newest path is the last one.</summary>
    /// <returns>Distributions that were no multiset and were left out.</returns>
    public int Add(FlowWindow window)
    {
        _sums.Src = window.Src;
        _sums.Dst = window.Dst;
        _sums.Packets += window.Packets;
        _sums.Bytes += window.Bytes;
        _sums.PathChanges += window.PathChanges;
        if (window.HasLost)
        {
            _sums.Lost += window.Lost;
        }

        if (window.Path.Count > 0)
        {
            _sums.Path.Clear();
            _sums.Path.AddRange(window.Path);
        }

        return _latencyNs.TryMerge(window.LatencyNs) ? 0 : 1;
    }

    public FlowWindow ToMessage()
    {
        FlowWindow message = _sums.Clone();
        message.LatencyNs = _latencyNs.ToDistribution();
        return message;
    }
}
