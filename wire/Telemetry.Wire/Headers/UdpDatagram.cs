namespace Telemetry.Wire.Headers;

/// <summary>A UDP datagram found in a frame or an IP packet: who sent it, to which port, and its payload.</summary>
public readonly ref struct UdpDatagram
{
    private UdpDatagram(UInt128 source, UInt128 destination, UdpHeader udp, ReadOnlySpan<byte> transport)
    {
        Source = source;
        Destination = destination;
        DestinationPort = udp.DestinationPort;
        Payload = transport[UdpHeader.Size..Math.Min(udp.Length, transport.Length)];
        Missing = Math.Max(0, udp.Length - transport.Length);
    }

    /// <summary>Of a payload that lies elsewhere.</summary>
    public UdpDatagram(UInt128 source, UInt128 destination, ushort destinationPort, ReadOnlySpan<byte> payload)
    {
        Source = source;
        Destination = destination;
        DestinationPort = destinationPort;
        Payload = payload;
    }

    /// <summary>IPv4 in the low 32 bits.</summary>
    public UInt128 Source { get; }

    /// <summary>IPv4 in the low 32 bits.</summary>
    public UInt128 Destination { get; }

    public ushort DestinationPort { get; }

    /// <summary>What the packet has of it, without padding.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Bytes that the header promises and the packet does not have: it was cut, or is the first of several fragments.</summary>
    public int Missing { get; }

    /// <summary>Reads an Ethernet frame with up to two VLAN tags; false for anything but UDP in IPv4 or IPv6, and for fragments that are not the first.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> frame, out UdpDatagram datagram)
    {
        datagram = default;
        return EthernetHeader.TryRead(frame, out var ethernet) && TryReadPacket(ethernet.EtherType, frame[ethernet.HeaderLength..], out datagram);
    }

    /// <summary>The same for a packet of a known EtherType.</summary>
    public static bool TryReadPacket(ushort etherType, ReadOnlySpan<byte> packet, out UdpDatagram datagram)
    {
        datagram = default;
        UInt128 source;
        UInt128 destination;
        ReadOnlySpan<byte> transport;
        if (etherType == EtherType.Ipv4 && Ipv4Header.TryRead(packet, out var v4) && v4.Protocol == IpProtocol.Udp && v4.FragmentOffset == 0)
        {
            (source, destination) = (v4.Source, v4.Destination);
            transport = packet[v4.HeaderLength..];
        }
        else if (etherType == EtherType.Ipv6 && Ipv6Header.TryRead(packet, out var v6)
            && Ipv6Header.TryFindUpper(packet, out var protocol, out var offset) && protocol == IpProtocol.Udp && offset <= packet.Length)
        {
            (source, destination) = (v6.Source, v6.Destination);
            transport = packet[offset..];
        }
        else
        {
            return false;
        }

        if (!UdpHeader.TryRead(transport, out var udp) || udp.Length < UdpHeader.Size)
            return false;
        datagram = new UdpDatagram(source, destination, udp, transport);
        return true;
    }
}
