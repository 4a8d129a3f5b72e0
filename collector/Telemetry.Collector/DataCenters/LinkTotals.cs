using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.DataCenters;

/// <summary>One directed link over a run.</summary>
internal sealed class LinkTotals(LinkId id, int distinctValues)
{
    private readonly ValueHistogram _latencyNs = new(distinctValues);
    private ulong _packets;

    /// <summary>Adds a window.</summary>
    /// <returns>Distributions that were no multiset and were left out.</returns>
    public int Add(LinkWindow window)
    {
        _packets += window.Packets;
        return _latencyNs.TryMerge(window.LatencyNs) ? 0 : 1;
    }

    public LinkWindow ToMessage() => new()
    {
        A = id.A.Switch,
        APort = id.A.Port,
        B = id.B.Switch,
        BPort = id.B.Port,
        Packets = _packets,
        LatencyNs = _latencyNs.ToDistribution(),
    };
}
