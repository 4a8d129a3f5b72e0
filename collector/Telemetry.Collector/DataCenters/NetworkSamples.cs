using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;
using Telemetry.Inference.Network;
using Telemetry.Inference.Samples;

namespace Telemetry.Collector.DataCenters;

/// <summary>Turns links' and flows' windows, and the inventory, into what detectors take. One thread.</summary>
internal sealed class NetworkSamples
{
    private readonly ValueHistogram _latency = new();

    /// <summary>The sample of a link's window.</summary>
    public LinkSample Of(LinkWindow link)
    {
        bool measured = Read(link.LatencyNs);
        return new LinkSample
        {
            From = link.A,
            To = link.B,
            Entity = EntityNames.Link(link.A, link.B),
            Packets = (long)link.Packets,
            LatencyP10Ns = measured ? _latency.Quantile(0.1) : double.NaN,
            LatencyMeanNs = measured ? _latency.Mean : double.NaN,
        };
    }

    /// <summary>The sample of a flow's window.</summary>
    public FlowSample Of(FlowWindow flow)
    {
        bool measured = Read(flow.LatencyNs);
        FlowId id = FlowId.Of(flow);
        return new FlowSample
        {
            Src = flow.Src,
            Dst = flow.Dst,
            SrcAddress = id.SrcAddress,
            DstAddress = id.DstAddress,
            Protocol = id.Protocol,
            SrcPort = id.SrcPort,
            DstPort = id.DstPort,
            Packets = (long)flow.Packets,
            Bytes = (long)flow.Bytes,
            Lost = flow.HasLost ? (long)flow.Lost : null,
            LatencyP50Ns = measured ? _latency.Quantile(0.5) : double.NaN,
            Path = flow.Path,
            PathChanges = (int)flow.PathChanges,
        };
    }

    /// <summary>Who is linked to whom.</summary>
    public static NetworkMap MapOf(Inventory inventory) => new(
        inventory.Devices.Where(d => d.Kind == DeviceKind.Host).Select(d => d.Name),
        inventory.Devices.Where(d => d.Kind == DeviceKind.Switch).Select(d => d.Name),
        inventory.Links.Select(l => new NetworkLink(l.A, (int)l.APort, l.B, (int)l.BPort, (long)l.RateBps)));

    private bool Read(Distribution? distribution)
    {
        _latency.Clear();
        return _latency.TryMerge(distribution) && _latency.Count > 0;
    }
}
