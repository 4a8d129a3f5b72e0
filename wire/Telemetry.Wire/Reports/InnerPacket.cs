using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>Reads what a report embeds: flow, IP values, tunnels, and INT where the packet carries it.</summary>
internal static class InnerPacket
{
    /// <summary>Tunnels in tunnels that are followed.</summary>
    public const int MostLayers = 4;

    public static void Read(ReadOnlySpan<byte> inner, DecodedReport report, ReportProfile profile)
    {
        switch (report.InnerType)
        {
            case InnerType.None:
                return;
            case InnerType.DomainSpecific:
                (report.ExtensionOffset, report.ExtensionLength) = (report.InnerOffset, inner.Length);
                return;
            case InnerType.Tlv:
                Tlvs.Read(inner, report, profile);
                return;
            case InnerType.Ethernet or InnerType.Ipv4 or InnerType.Ipv6:
                ReadPacket(inner, report.InnerOffset, report.InnerType, report, profile);
                return;
            default:
                report.Fail(ReportError.InnerTypeUnsupported, report.Offset);
                return;
        }
    }

    /// <summary><paramref name="offset"/>: where the packet starts in the datagram.</summary>
    public static void ReadPacket(ReadOnlySpan<byte> packet, int offset, InnerType type, DecodedReport report, ReportProfile profile)
    {
        if (type == InnerType.Ethernet || profile.Deviates(ReportDeviations.EthernetUnannounced))
        {
            if (!EthernetHeader.TryRead(packet, out var ethernet))
            {
                report.Fail(ReportError.InnerEthernet, offset, EthernetHeader.Size, packet.Length);
                return;
            }
            if (ethernet.EtherType is not (EtherType.Ipv4 or EtherType.Ipv6))
            {
                report.Fail(ReportError.InnerEthernet, offset + ethernet.HeaderLength - 2, EtherType.Ipv4, ethernet.EtherType);
                return;
            }
            (report.VlanId, report.InnerVlanId) = (ethernet.VlanId, ethernet.InnerVlanId);
            ReadIp(packet[ethernet.HeaderLength..], offset + ethernet.HeaderLength, ethernet.EtherType == EtherType.Ipv6, report, profile, 0);
            return;
        }
        ReadIp(packet, offset, type == InnerType.Ipv6, report, profile, 0);
    }

    /// <summary>A packet inside a tunnel, or behind INT with a new UDP header: becomes the report's flow if it can be read, else changes nothing.</summary>
    public static void ReadTunnelled(ReadOnlySpan<byte> packet, int offset, ushort etherType, DecodedReport report, ReportProfile profile, int layer)
    {
        if (layer > MostLayers)
            return;
        if (etherType == EtherType.TransparentEthernet)
        {
            if (!EthernetHeader.TryRead(packet, out var ethernet))
                return;
            packet = packet[ethernet.HeaderLength..];
            offset += ethernet.HeaderLength;
            etherType = ethernet.EtherType;
        }
        var isIpv6 = etherType == EtherType.Ipv6;
        if (etherType is not (EtherType.Ipv4 or EtherType.Ipv6) || !(isIpv6 ? Ipv6Header.TryRead(packet, out _) : Ipv4Header.TryRead(packet, out _)))
            return;
        if (!report.HasOuterFlow)
            (report.HasOuterFlow, report.OuterFlow) = (true, report.Flow);
        report.IntInIpLength = 0; // INT lies outside this packet, unless it is found further in
        ReadIp(packet, offset, isIpv6, report, profile, layer);
    }

    private static void ReadIp(ReadOnlySpan<byte> packet, int start, bool isIpv6, DecodedReport report, ReportProfile profile, int layer)
    {
        byte protocol;
        int l4;
        bool hasL4;
        UInt128 source, destination;
        if (isIpv6)
        {
            if (!Ipv6Header.TryRead(packet, out var v6))
            {
                report.Fail(ReportError.InnerIp, start, Ipv6Header.Size, packet.Length);
                return;
            }
            hasL4 = Ipv6Header.TryFindUpper(packet, out protocol, out l4) && l4 <= packet.Length;
            (source, destination) = (v6.Source, v6.Destination);
            (report.IpTotalLength, report.Dscp, report.Ttl) = (Ipv6Header.Size + v6.PayloadLength, v6.Dscp, v6.HopLimit);
            report.IpIdentification = 0;
        }
        else
        {
            if (!Ipv4Header.TryRead(packet, out var v4))
            {
                report.Fail(ReportError.InnerIp, start, Ipv4Header.Size, packet.Length);
                return;
            }
            hasL4 = v4.FragmentOffset == 0;
            (protocol, l4) = (v4.Protocol, v4.HeaderLength);
            (source, destination) = (v4.Source, v4.Destination);
            (report.IpTotalLength, report.Dscp, report.Ttl) = (v4.TotalLength, v4.Dscp, v4.Ttl);
            report.IpIdentification = v4.Identification;
        }

        var transport = hasL4 ? packet[l4..] : default;
        var (sourcePort, destinationPort) = FlowKey.Ports(transport, protocol);
        report.Flow = new FlowKey(source, destination, sourcePort, destinationPort, protocol, isIpv6);
        report.HasFlow = true;
        report.IpOffset = start;
        if (!hasL4)
            return;
        if (protocol is IpProtocol.Tcp or IpProtocol.Udp)
            ReadTransport(transport, start + l4, protocol, destinationPort, report, profile, layer);
        else if (protocol == IpProtocol.Gre)
            Tunnels.ReadGre(transport, start + l4, report, profile, layer);
        else if (!report.HasInt && profile.Marks(report.Dscp))
            report.Fail(ReportError.InnerTransport, start + l4);
    }

    private static void ReadTransport(
        ReadOnlySpan<byte> transport, int offset, byte protocol, ushort destinationPort, DecodedReport report, ReportProfile profile, int layer)
    {
        var l4Length = TransportLength(transport, protocol, profile);
        var byMark = !report.HasInt
            && (profile.Marks(report.Dscp) || (profile.IntUdpPort != 0 && protocol == IpProtocol.Udp && destinationPort == profile.IntUdpPort));
        if (byMark && l4Length == 0)
        {
            report.Fail(ReportError.InnerTransport, offset, protocol == IpProtocol.Tcp ? TcpHeader.Size : UdpHeader.Size, transport.Length);
            return;
        }
        var carrier = protocol == IpProtocol.Tcp ? IntCarrier.Tcp : IntCarrier.Udp;
        var next = l4Length;
        if (byMark)
        {
            if (transport.Length == l4Length)
                report.Fail(ReportError.IntTruncated, offset, l4Length + IntShim.Size, l4Length);
            else
                next += IntReader.Read(transport[l4Length..], offset + l4Length, carrier, report, profile, layer);
        }
        else if (!report.HasInt && l4Length > 0 && transport.Length > l4Length)
        {
            var behind = transport[l4Length..];
            if (profile.ProbeMarker is { } marker)
            {
                if (behind.Length >= sizeof(ulong) && System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(behind) == marker)
                {
                    report.IntInIpLength = sizeof(ulong);
                    next += sizeof(ulong) + IntReader.Read(behind[sizeof(ulong)..], offset + l4Length + sizeof(ulong), carrier, report, profile, layer);
                }
            }
            else if ((report.Flags & ReportFlags.TrackedFlow) != 0 && IntReader.LooksLikeInt(behind))
            {
                // A tracked flow's packet may carry a stack although the report was made after the mark was taken off, or may not.
                next += IntReader.Read(behind, offset + l4Length, carrier, report, profile, layer);
            }
        }
        var port = report.Flow.DestinationPort;
        if (protocol == IpProtocol.Udp && report.NextProtocolType != 2 && next > 0 && next < transport.Length && port is VxlanHeader.Port or VxlanHeader.GpePort or GeneveHeader.Port
            && report.Error == ReportError.None)
            Tunnels.ReadUdp(transport[next..], offset + next, port, report, profile, layer);
    }

    // 0: cut, or a TCP header length that cannot be.
    private static int TransportLength(ReadOnlySpan<byte> transport, byte protocol, ReportProfile profile)
    {
        if (protocol == IpProtocol.Udp)
            return transport.Length < UdpHeader.Size ? 0 : UdpHeader.Size;
        if (!TcpHeader.TryRead(transport, out var tcp))
            return 0;
        if (!profile.IntAfterTcpOptions)
            return TcpHeader.Size;
        return tcp.HeaderLength >= TcpHeader.Size && tcp.HeaderLength <= transport.Length ? tcp.HeaderLength : 0;
    }
}
