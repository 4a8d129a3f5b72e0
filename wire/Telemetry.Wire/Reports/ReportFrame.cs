using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Reports;

/// <summary>The Ethernet frame around a report's UDP payload.</summary>
public static class ReportFrame
{
    /// <summary>Bytes before the payload: Ethernet, IPv4, UDP.</summary>
    public const int HeaderLength = EthernetHeader.Size + Ipv4Header.Size + UdpHeader.Size;

    /// <summary>
    /// Writes the headers in front of a payload of <paramref name="payloadLength"/> bytes that starts at <see cref="HeaderLength"/>; returns the frame's length.
    /// The UDP checksum is 0 (none).
    /// </summary>
    public static int WriteHeaders(
        Span<byte> target, ulong destinationMac, ulong sourceMac, uint source, uint destination, ushort sourcePort, ushort destinationPort, int payloadLength, ushort identification = 0)
    {
        var position = EthernetHeader.Write(target, destinationMac, sourceMac, EtherType.Ipv4);
        position += Ipv4Header.Write(target[position..], new Ipv4Fields
        {
            Source = source,
            Destination = destination,
            Protocol = IpProtocol.Udp,
            TotalLength = (ushort)(Ipv4Header.Size + UdpHeader.Size + payloadLength),
            Identification = identification,
        });
        position += UdpHeader.Write(target[position..], sourcePort, destinationPort, (ushort)(UdpHeader.Size + payloadLength), 0);
        return position + payloadLength;
    }

    /// <summary>
    /// The UDP payload of a frame for <paramref name="udpPort"/> (0: any port); false for any other frame. The payload may be cut: it is what the frame has of it,
    /// without Ethernet padding.
    /// </summary>
    public static bool TryGetPayload(ReadOnlySpan<byte> frame, ushort udpPort, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!UdpDatagram.TryReadFrame(frame, out var datagram) || (udpPort != 0 && datagram.DestinationPort != udpPort))
            return false;
        payload = datagram.Payload;
        return true;
    }
}
