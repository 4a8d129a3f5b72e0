using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Nodes;

/// <summary>One directed link in the open window.</summary>
internal sealed class LinkMeter(LinkId id, int distinctValues)
{
    private readonly ValueHistogram _latencyNs = new(distinctValues);
    private ulong _packets;

    public LinkId Id { get; } = id;

    public bool Active { get; set; }

    public void AddPacket() => _packets++;

    public void AddLatency(long ns) => _latencyNs.Add(ns);

    public LinkWindow Close()
    {
        Active = false;
        LinkWindow window = new()
        {
            A = Id.A.Switch,
            APort = Id.A.Port,
            B = Id.B.Switch,
            BPort = Id.B.Port,
            Packets = _packets,
            LatencyNs = _latencyNs.ToDistribution(),
        };
        _packets = 0;
        _latencyNs.Clear();
        return window;
    }
}
