using System.Buffers.Binary;
using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>Writes a packet with INT: any carrier, any version.</summary>
public static class IntPacketWriter
{
    private const int OldHeaderSize = 8;
    private const int TailSize = 4;

    /// <summary>Writes the packet and returns its bytes.</summary>
    /// <param name="target">The buffer.</param>
    /// <param name="packet">What to write.</param>
    /// <param name="profile">How the domain marks; its deviations are written too.</param>
    /// <param name="ethernet">Start with an Ethernet header; without, with the IP header.</param>
    /// <exception cref="ArgumentException">The packet cannot be: a stack beyond its length field, a carrier that its flow or version does not have.</exception>
    public static int Write(Span<byte> target, IntPacket packet, ReportProfile profile, bool ethernet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        ArgumentNullException.ThrowIfNull(profile);
        Check(packet);
        var position = 0;
        var tunnel = packet.Carrier is IntCarrier.Gre or IntCarrier.VxlanGpe or IntCarrier.Geneve;
        if (ethernet || profile.Deviates(ReportDeviations.EthernetUnannounced))
            position += WriteEthernet(target, packet, (tunnel ? packet.Outer : packet.Flow).IsIpv6);
        return position + (tunnel ? WriteTunnel(target[position..], packet, profile) : WritePlain(target[position..], packet, profile));
    }

    /// <summary>Bytes that INT adds to the packet behind its carrier, with shim and tail.</summary>
    public static int IntLength(IntPacket packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        var header = packet.Version == IntVersion.V20 ? IntMdHeader.Size : OldHeaderSize;
        var stack = packet.Type == IntType.Metadata ? 4 * packet.Hops.Count * packet.Header.HopWords : 0;
        return (packet.Carrier == IntCarrier.Geneve ? 0 : IntShim.Size) + header + stack + packet.SourceData.Length + TailLength(packet);
    }

    private static int TailLength(IntPacket packet) =>
        packet.Version == IntVersion.V05 && packet.Carrier is IntCarrier.Tcp or IntCarrier.Udp ? TailSize : 0;

    private static void Check(IntPacket packet)
    {
        var words = (IntLength(packet) / 4) + (packet.Version == IntVersion.V20 ? -1 : 0);
        if (packet.Carrier == IntCarrier.Geneve ? IntLength(packet) / 4 > 31 : packet.Carrier != IntCarrier.None && words > byte.MaxValue)
            throw new ArgumentException($"{packet.Hops.Count} hops of {packet.Header.HopWords} words exceed what a {packet.Carrier} header can say");
        if (packet.Version != IntVersion.V20 && (packet.Carrier is IntCarrier.Gre or IntCarrier.InsertedUdp || packet.Type != IntType.Metadata || packet.MarksPort))
            throw new ArgumentException($"INT {packet.Version} has no {packet.Type} over {packet.Carrier}");
        var needs = packet.Carrier switch { IntCarrier.Tcp => IpProtocol.Tcp, IntCarrier.Udp => IpProtocol.Udp, _ => packet.Flow.Protocol };
        if (needs != packet.Flow.Protocol)
            throw new ArgumentException($"{packet.Flow} has no {packet.Carrier} header");
    }

    private static int WriteEthernet(Span<byte> target, IntPacket packet, bool isIpv6)
    {
        var type = isIpv6 ? EtherType.Ipv6 : EtherType.Ipv4;
        if (packet.VlanId < 0)
            return EthernetHeader.Write(target, 0x0800_0000_0102, 0x0800_0000_0101, type);
        if (packet.InnerVlanId < 0)
            return EthernetHeader.WriteTagged(target, 0x0800_0000_0102, 0x0800_0000_0101, packet.VlanId, 0, type);
        var length = EthernetHeader.WriteTagged(target, 0x0800_0000_0102, 0x0800_0000_0101, packet.VlanId, 0, EtherType.Vlan);
        BinaryPrimitives.WriteUInt16BigEndian(target[12..], EtherType.ServiceVlan);
        BinaryPrimitives.WriteUInt16BigEndian(target[length..], (ushort)(packet.InnerVlanId & 0x0FFF));
        BinaryPrimitives.WriteUInt16BigEndian(target[(length + 2)..], type);
        return length + 4;
    }

    private static int WritePlain(Span<byte> target, IntPacket packet, ReportProfile profile)
    {
        var inserted = packet.Carrier == IntCarrier.InsertedUdp;
        var hasInt = packet.Carrier != IntCarrier.None;
        var marker = hasInt && !inserted && !packet.MarksPort ? profile.ProbeMarker : null;
        var byDscp = hasInt && !inserted && !packet.MarksPort && marker is null && profile.IntDscp >= 0;
        var total = packet.OriginalLength + (hasInt ? IntLength(packet) : 0) + (inserted ? UdpHeader.Size : 0) + (marker is null ? 0 : sizeof(ulong));
        var dscp = byDscp ? (byte)((packet.Dscp & ~profile.IntDscpMask) | profile.IntDscp) : packet.Dscp;
        var position = WriteIp(target, packet.Flow, packet, dscp, inserted ? IpProtocol.Udp : packet.Flow.Protocol, total, out var payload);
        if (inserted)
        {
            position += UdpHeader.Write(target[position..], 0xC000, profile.IntUdpPort, (ushort)payload, 0);
            position += WriteInt(target[position..], packet, profile, packet.Flow.Protocol);
            return position + WriteL4(target[position..], packet.Flow, packet.Flow.DestinationPort, payload - UdpHeader.Size - IntLength(packet), packet.TcpOptions.Span);
        }
        var port = packet.MarksPort ? profile.IntUdpPort : packet.Flow.DestinationPort;
        var options = packet.Flow.Protocol == IpProtocol.Tcp ? packet.TcpOptions.Span : default;
        var l4 = target[position..];
        position += WriteL4(l4, packet.Flow, port, payload, profile.IntAfterTcpOptions ? options : default);
        if (packet.Flow.Protocol == IpProtocol.Tcp)
            l4[12] = (byte)(((TcpHeader.Size + options.Length) / 4) << 4); // wherever INT stands
        if (marker is { } value)
        {
            BinaryPrimitives.WriteUInt64BigEndian(target[position..], value);
            position += sizeof(ulong);
        }
        if (hasInt)
            position += WriteInt(target[position..], packet, profile, packet.Flow.Protocol);
        if (profile.IntAfterTcpOptions)
            return position;
        options.CopyTo(target[position..]);
        return position + options.Length;
    }

    private static int WriteTunnel(Span<byte> target, IntPacket packet, ReportProfile profile)
    {
        var inner = packet.OriginalLength + (packet.TunnelsEthernet ? EthernetHeader.Size : 0);
        var head = packet.Carrier switch
        {
            IntCarrier.Gre => GreHeader.Size,
            IntCarrier.VxlanGpe => UdpHeader.Size + VxlanHeader.Size,
            _ => UdpHeader.Size + GeneveHeader.Size + GeneveHeader.OptionHeaderSize,
        };
        var ip = packet.Outer.IsIpv6 ? Ipv6Header.Size : Ipv4Header.Size;
        var total = ip + head + IntLength(packet) + inner;
        var protocol = packet.Carrier == IntCarrier.Gre ? IpProtocol.Gre : IpProtocol.Udp;
        var position = WriteIp(target, packet.Outer, packet, packet.Dscp, protocol, total, out var payload);
        var etherType = packet.TunnelsEthernet ? EtherType.TransparentEthernet : packet.Flow.IsIpv6 ? EtherType.Ipv6 : EtherType.Ipv4;
        switch (packet.Carrier)
        {
            case IntCarrier.Gre:
                position += GreHeader.Write(target[position..], profile.IntGreProtocol);
                break;
            case IntCarrier.VxlanGpe:
                position += UdpHeader.Write(target[position..], packet.Outer.SourcePort, VxlanHeader.GpePort, (ushort)payload, 0);
                position += VxlanHeader.WriteGpe(target[position..], packet.NetworkId, profile.IntVxlanProtocol);
                break;
            default:
                position += UdpHeader.Write(target[position..], packet.Outer.SourcePort, GeneveHeader.Port, (ushort)payload, 0);
                position += GeneveHeader.Write(target[position..], GeneveHeader.OptionHeaderSize + IntLength(packet), etherType, packet.NetworkId);
                position += GeneveHeader.WriteOption(target[position..], profile.IntGeneveClass, (byte)packet.Type, IntLength(packet) / 4);
                break;
        }
        var next = packet.Carrier == IntCarrier.Gre ? etherType
            : packet.TunnelsEthernet ? VxlanHeader.NextEthernet
            : packet.Flow.IsIpv6 ? VxlanHeader.NextIpv6 : VxlanHeader.NextIpv4;
        position += WriteInt(target[position..], packet, profile, next);
        if (packet.TunnelsEthernet)
            position += EthernetHeader.Write(target[position..], 0x0800_0000_0202, 0x0800_0000_0201, packet.Flow.IsIpv6 ? EtherType.Ipv6 : EtherType.Ipv4);
        position += WriteIp(target[position..], packet.Flow, packet, packet.Dscp, packet.Flow.Protocol, packet.OriginalLength, out var innerPayload);
        return position + WriteL4(target[position..], packet.Flow, packet.Flow.DestinationPort, innerPayload, packet.TcpOptions.Span);
    }

    private static int WriteIp(Span<byte> target, in FlowKey flow, IntPacket packet, byte dscp, byte protocol, int total, out int payload)
    {
        if (flow.IsIpv6)
        {
            payload = total - Ipv6Header.Size;
            return Ipv6Header.Write(target, (byte)(dscp << 2), 0, (ushort)payload, protocol, packet.Ttl, flow.Source, flow.Destination);
        }
        payload = total - Ipv4Header.Size;
        return Ipv4Header.Write(target, new Ipv4Fields
        {
            Source = (uint)flow.Source,
            Destination = (uint)flow.Destination,
            Protocol = protocol,
            TotalLength = (ushort)total,
            Identification = packet.Identification,
            Dscp = dscp,
            Ttl = packet.Ttl,
        });
    }

    // payload: bytes from this header on.
    private static int WriteL4(Span<byte> target, in FlowKey flow, ushort port, int payload, ReadOnlySpan<byte> options)
    {
        if (flow.Protocol == IpProtocol.Udp)
            return UdpHeader.Write(target, flow.SourcePort, port, (ushort)Math.Max(payload, UdpHeader.Size), 0);
        if (flow.Protocol != IpProtocol.Tcp)
        {
            target[..8].Clear();
            return 8;
        }
        TcpHeader.Write(target, flow.SourcePort, port, 0, 0, TcpFlags.Ack, 0, 0);
        target[12] = (byte)(((TcpHeader.Size + options.Length) / 4) << 4);
        options.CopyTo(target[TcpHeader.Size..]);
        return TcpHeader.Size + options.Length;
    }

    // next: IP protocol, EtherType or VXLAN next protocol, by the carrier.
    private static int WriteInt(Span<byte> target, IntPacket packet, ReportProfile profile, ushort next)
    {
        var length = IntLength(packet);
        var position = packet.Carrier == IntCarrier.Geneve ? 0 : WriteShim(target, packet, profile, length, next);
        var md = packet.Header;
        if (packet.Version != IntVersion.V20)
            position += WriteOldHeader(target[position..], packet);
        else if (packet.Type == IntType.Metadata)
            position += IntMdHeader.Write(target[position..], md);
        else
            position += IntMxHeader.Write(target[position..], md.Discard, md.Instructions, md.DomainId, md.DomainInstructions, md.DomainFlags);
        if (packet.Type == IntType.Metadata)
        {
            var layout = new HopLayout(
                md.Instructions, packet.Version, profile.Deviates(ReportDeviations.WideTimestamps), profile.Deviates(ReportDeviations.NarrowLevel2Ports));
            for (var i = 0; i < packet.Hops.Count; i++, position += 4 * md.HopWords)
                packet.Hops[i].Write(target.Slice(position, 4 * md.HopWords), layout);
        }
        packet.SourceData.Span.CopyTo(target[position..]);
        position += packet.SourceData.Length;
        if (TailLength(packet) > 0)
        {
            target[position] = packet.Flow.Protocol;
            BinaryPrimitives.WriteUInt16BigEndian(target[(position + 1)..], packet.Flow.DestinationPort);
            target[position + 3] = packet.Dscp;
        }
        return length;
    }

    private static int WriteShim(Span<byte> target, IntPacket packet, ReportProfile profile, int length, ushort next)
    {
        var type = (int)packet.Type;
        if (packet.Version != IntVersion.V20)
        {
            (target[0], target[1], target[2]) = ((byte)type, 0, (byte)(length / 4));
            target[3] = packet.Carrier == IntCarrier.VxlanGpe ? (byte)next : packet.Version == IntVersion.V10 ? (byte)(packet.Dscp << 2) : (byte)0;
            return IntShim.Size;
        }
        var words = (byte)((length / 4) - (profile.Deviates(ReportDeviations.ShimCounted) ? 0 : 1));
        switch (packet.Carrier)
        {
            case IntCarrier.Gre:
                (target[0], target[1]) = ((byte)((type << 4) | 8), words);
                BinaryPrimitives.WriteUInt16BigEndian(target[2..], next);
                return IntShim.Size;
            case IntCarrier.VxlanGpe:
                (target[0], target[1], target[2], target[3]) = ((byte)(type << 4), words, 0, (byte)next);
                return IntShim.Size;
            case IntCarrier.InsertedUdp:
                return IntShim.WriteWithProtocol(target, packet.Type, words, (byte)next);
            default:
                return packet.MarksPort
                    ? IntShim.WriteWithPort(target, packet.Type, words, packet.Flow.DestinationPort)
                    : IntShim.WriteWithDscp(target, packet.Type, words, packet.Dscp);
        }
    }

    private static int WriteOldHeader(Span<byte> target, IntPacket packet)
    {
        var md = packet.Header;
        var word = (md.Discard ? 1u << 25 : 0) | (md.HopsExceeded ? 1u << 24 : 0);
        if (packet.Version == IntVersion.V10)
            word |= (1u << 28) | (md.MtuExceeded ? 1u << 23 : 0) | ((md.HopWords & 0x1Fu) << 8) | md.RemainingHops;
        else
            word |= ((md.HopWords & 0x1Fu) << 16) | ((uint)(byte)(md.RemainingHops + packet.Hops.Count) << 8) | (byte)packet.Hops.Count;
        BinaryPrimitives.WriteUInt32BigEndian(target, word);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], (uint)md.Instructions << 16);
        return OldHeaderSize;
    }
}
