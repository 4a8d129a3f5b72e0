using System.Buffers.Binary;
using System.Net;
using PacketDotNet;
using Telemetry.Wire.Headers;

namespace Telemetry.Collector.Sources;

/// <summary>UDP in what a capture holds, by its link type: Ethernet, raw IP, Linux "any" captures, the BSD loopback; others as PacketDotNet knows them.</summary>
internal static class CapturedFrame
{
    private const int SllBytes = 16;
    private const int Sll2Bytes = 20;
    private const int Sll2LinkType = 276;
    private const int NullBytes = 4;

    /// <summary>The datagram in a captured packet; false when there is none.</summary>
    public static bool TryRead(LinkLayers link, ReadOnlySpan<byte> packet, out UdpDatagram datagram)
    {
        datagram = default;
        switch ((int)link)
        {
            case (int)LinkLayers.Ethernet:
                return UdpDatagram.TryReadFrame(packet, out datagram) || TryReadOther(link, packet, out datagram);
            case (int)LinkLayers.Raw or (int)LinkLayers.RawLegacy or 228 or 229:
                return TryReadIp(packet, out datagram);
            case (int)LinkLayers.LinuxSll:
                return packet.Length > SllBytes && UdpDatagram.TryReadPacket(BinaryPrimitives.ReadUInt16BigEndian(packet[14..]), packet[SllBytes..], out datagram);
            case Sll2LinkType:
                return packet.Length > Sll2Bytes && UdpDatagram.TryReadPacket(BinaryPrimitives.ReadUInt16BigEndian(packet), packet[Sll2Bytes..], out datagram);
            case (int)LinkLayers.Null or 108:
                return packet.Length > NullBytes && TryReadIp(packet[NullBytes..], out datagram);
            default:
                return TryReadOther(link, packet, out datagram);
        }
    }

    private static bool TryReadIp(ReadOnlySpan<byte> packet, out UdpDatagram datagram) =>
        UdpDatagram.TryReadPacket(packet.Length > 0 && packet[0] >> 4 == 6 ? EtherType.Ipv6 : EtherType.Ipv4, packet, out datagram);

    private static bool TryReadOther(LinkLayers link, ReadOnlySpan<byte> packet, out UdpDatagram datagram)
    {
        datagram = default;
        try
        {
            Packet? parsed = Packet.ParsePacket(link, packet.ToArray());
            if (parsed?.Extract<UdpPacket>() is not { PayloadData: { } data } udp)
            {
                return false;
            }

            IPPacket? ip = parsed.Extract<IPPacket>();
            datagram = new UdpDatagram(NumberOf(ip?.SourceAddress), NumberOf(ip?.DestinationAddress), udp.DestinationPort, data);
            return true;
        }
        catch (SystemException fault) when (fault is not OutOfMemoryException)
        {
            return false; // no packet that this library understands: not a report, whatever it is
        }
    }

    private static UInt128 NumberOf(IPAddress? address) => address?.GetAddressBytes() switch
    {
        null => 0,
        { Length: 4 } bytes => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        { } bytes => BinaryPrimitives.ReadUInt128BigEndian(bytes),
    };
}
