using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>Builds encoded telemetry reports the way a sink sends them.</summary>
internal static class Reports
{
    public const uint H1 = 0x0A000101;
    public const uint H2 = 0x0A000202;

    public static FlowKey Udp(uint source = H1, uint destination = H2, ushort sourcePort = 4000, ushort destinationPort = 80) =>
        FlowKey.Ipv4(source, destination, IpProtocol.Udp, sourcePort, destinationPort);

    /// <summary>One hop; times in microseconds.</summary>
    public static HopMetadata Hop(uint node, ushort inPort, ushort outPort, ulong ingressUs, ulong egressUs, uint depth = 0) => new()
    {
        NodeId = node,
        IngressPort = inPort,
        EgressPort = outPort,
        HopLatency = (uint)(egressUs - ingressUs),
        QueueOccupancy = depth,
        IngressTimestamp = ingressUs,
        EgressTimestamp = egressUs,
        Fields = HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue
            | HopFields.IngressTimestamp | HopFields.EgressTimestamp,
    };

    /// <summary>A datagram with one report; hops from source to sink. The last hop's switch is the exporter.</summary>
    public static byte[] Datagram(
        uint sequence, FlowKey flow, ushort identification, HopMetadata[] pathHops, ushort length = 500, bool hopsExceeded = false, byte hardwareId = 1)
    {
        byte[] buffer = new byte[2048];
        ReportBuilder builder = new(buffer, hardwareId, sequence, pathHops[^1].NodeId);
        builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
        HopMetadata[] newestFirst = [.. pathHops.Reverse()];
        builder.AppendFlowWithInt(
            flow,
            new Ipv4Fields { TotalLength = length, Identification = identification, Ttl = 60 },
            new IntMdFields { RemainingHops = (byte)(8 - pathHops.Length), HopsExceeded = hopsExceeded },
            newestFirst);
        builder.End();
        return builder.Written.ToArray();
    }

    /// <summary>A packet over s1 (port 1 to 3) and s2 (port 3 to 1): 20 us in s1, 10 us on the link, 30 us in s2.</summary>
    public static byte[] TwoHops(uint sequence, ushort identification, ulong atUs = 1000, uint depth1 = 0, uint depth2 = 0, FlowKey? flow = null) =>
        Datagram(sequence, flow ?? Udp(), identification, [Hop(1, 1, 3, atUs, atUs + 20, depth1), Hop(2, 3, 1, atUs + 30, atUs + 60, depth2)]);
}
