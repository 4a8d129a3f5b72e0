using System.Buffers.Binary;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>GRE, VXLAN, VXLAN-GPE and Geneve: INT in them, and the packet inside.</summary>
internal static class Tunnels
{
    public static void ReadGre(ReadOnlySpan<byte> bytes, int offset, DecodedReport report, ReportProfile profile, int layer)
    {
        if (!GreHeader.TryRead(bytes, out var gre))
            return; // cut or of another kind: the outer flow is known all the same
        var position = gre.HeaderLength;
        var protocol = gre.Protocol;
        if (protocol == profile.IntGreProtocol && !report.HasInt)
        {
            var rest = bytes[position..];
            position += IntReader.Read(rest, offset + position, IntCarrier.Gre, report, profile, layer);
            if (!report.HasInt || report.Error != ReportError.None || position > bytes.Length)
                return;
            protocol = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        }
        InnerPacket.ReadTunnelled(bytes[position..], offset + position, protocol, report, profile, layer + 1);
    }

    public static void ReadUdp(ReadOnlySpan<byte> bytes, int offset, ushort port, DecodedReport report, ReportProfile profile, int layer)
    {
        if (port == GeneveHeader.Port)
            ReadGeneve(bytes, offset, report, profile, layer);
        else
            ReadVxlan(bytes, offset, report, profile, layer);
    }

    private static void ReadVxlan(ReadOnlySpan<byte> bytes, int offset, DecodedReport report, ReportProfile profile, int layer)
    {
        if (!VxlanHeader.TryRead(bytes, out var vxlan))
            return;
        report.NetworkId = (int)vxlan.NetworkId;
        var next = vxlan.NextProtocol;
        var position = VxlanHeader.Size;

        // A header for the destination may stand before or behind the one of the hops.
        for (var i = 0; i < 2 && next == profile.IntVxlanProtocol && position < bytes.Length; i++)
        {
            var rest = bytes[position..];
            position += IntReader.Read(rest, offset + position, IntCarrier.VxlanGpe, report, profile, layer);
            if (report.Error != ReportError.None || position > bytes.Length)
                return;
            next = rest[3];
        }
        var type = next switch
        {
            VxlanHeader.NextIpv4 => EtherType.Ipv4,
            VxlanHeader.NextIpv6 => EtherType.Ipv6,
            VxlanHeader.NextEthernet => EtherType.TransparentEthernet,
            _ => (ushort)0,
        };
        InnerPacket.ReadTunnelled(bytes[position..], offset + position, type, report, profile, layer + 1);
    }

    private static void ReadGeneve(ReadOnlySpan<byte> bytes, int offset, DecodedReport report, ReportProfile profile, int layer)
    {
        if (!GeneveHeader.TryRead(bytes, out var geneve))
            return;
        report.NetworkId = (int)geneve.NetworkId;
        var options = geneve.Options;
        var position = 0;
        while (position + GeneveHeader.OptionHeaderSize <= options.Length)
        {
            var option = options[position..];
            var length = 4 * (option[3] & 0x1F);
            var at = offset + GeneveHeader.Size + position + GeneveHeader.OptionHeaderSize;
            if (GeneveHeader.OptionHeaderSize + length > option.Length)
            {
                report.Fail(ReportError.TunnelOption, at - GeneveHeader.OptionHeaderSize, 1 + (length / 4), option.Length / 4);
                return;
            }
            if (BinaryPrimitives.ReadUInt16BigEndian(option) == profile.IntGeneveClass && !report.HasInt && option[2] != (byte)IntType.Destination)
            {
                IntReader.ReadOption(option.Slice(GeneveHeader.OptionHeaderSize, length), at, (IntType)option[2], report, profile);
                if (report.Error != ReportError.None)
                    return;
            }
            position += GeneveHeader.OptionHeaderSize + length;
        }
        InnerPacket.ReadTunnelled(bytes[geneve.HeaderLength..], offset + geneve.HeaderLength, geneve.Protocol, report, profile, layer + 1);
    }
}
