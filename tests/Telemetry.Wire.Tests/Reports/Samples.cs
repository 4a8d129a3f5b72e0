using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Wire.Tests.Reports;

/// <summary>Reports that several tests use.</summary>
internal static class Samples
{
    /// <summary>One report of a UDP flow over two hops, written by hand; the second hop (the source) knows only its node id, egress port and egress time.</summary>
    public static readonly byte[] TwoHops = Bytes.Hex("""
        21412345 00000003                           // group: version 2, hardware id 5, sequence 0x12345, node 3
        04 1B 00 20                                 // inner only, IPv4, 27 words, no metadata, F
        455C00D0 12344000 3E11128B 0A000101 0A000202 // IPv4: DSCP 0x17, 208 bytes, identification 0x1234, TTL 62, UDP
        1388 0050 00BC 0000                         // UDP 5000 > 80
        10 13 00 28                                 // shim: INT-MD, next-protocol type 0, 19 words, DSCP 10
        22 00 08 06 FC00 0000 0000 0000             // INT-MD: M, 8 words a hop, 6 remaining
        00000002 00030001 000001F4 0100000A 00000000000F4240 00000000000F4434
        00000001 FFFF0002 FFFFFFFF FFFFFFFF FFFFFFFFFFFFFFFF 00000000000F4000
        """);

    public static readonly FlowKey Flow = FlowKey.Ipv4(0x0A000101, 0x0A000202, IpProtocol.Udp, 5000, 80);

    public static HopMetadata Hop(uint node, ushort ingress, ushort egress, uint latency, uint occupancy, ulong ingressTime) => new()
    {
        Fields = HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue | HopFields.IngressTimestamp | HopFields.EgressTimestamp,
        NodeId = node,
        IngressPort = ingress,
        EgressPort = egress,
        HopLatency = latency,
        QueueId = 0,
        QueueOccupancy = occupancy,
        IngressTimestamp = ingressTime,
        EgressTimestamp = ingressTime + latency,
    };

    /// <summary>A datagram of <paramref name="reports"/> reports with <paramref name="hops"/> hops each; node ids hops..1, newest first.</summary>
    public static byte[] Datagram(int hops, int reports = 1, uint sequence = 7, byte protocol = IpProtocol.Udp)
    {
        var stack = new HopMetadata[hops];
        for (var i = 0; i < hops; i++)
            stack[i] = Hop((uint)(hops - i), 1, 2, (uint)(100 + i), (uint)i, (ulong)(1000 * (hops - i)));
        var buffer = Bytes.Dirty(65536);
        var builder = new ReportBuilder(buffer, 1, sequence, (uint)hops);
        for (var i = 0; i < reports; i++)
        {
            builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
            builder.AppendFlowWithInt(
                FlowKey.Ipv4(0x0A000101, 0x0A000202, protocol, 5000, 80),
                new Ipv4Fields { TotalLength = 1028, Identification = (ushort)i, Dscp = 10, Ttl = 61 },
                new IntMdFields { RemainingHops = (byte)Math.Max(0, 16 - hops) },
                stack);
            builder.End(toTheEnd: hops > 28);
        }
        return builder.Written.ToArray();
    }
}
