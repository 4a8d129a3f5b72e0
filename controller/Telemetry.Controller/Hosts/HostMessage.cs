using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.Hosts;

/// <summary>
/// What a host asks or says of addresses: ARP for IPv4 over Ethernet (RFC 826), neighbour solicitations and
/// advertisements for IPv6 (RFC 4861).
/// </summary>
/// <param name="IsRequest">Somebody asks for <paramref name="Target"/>; otherwise somebody answers.</param>
/// <param name="Sender">Address of who speaks; null where it has none yet (a probe for a duplicate).</param>
/// <param name="SenderMac">MAC address that goes with it.</param>
/// <param name="Target">Address that is asked for; of an answer, who is answered, or null for everybody.</param>
internal readonly record struct HostMessage(bool IsRequest, IPAddress? Sender, ulong SenderMac, IPAddress? Target)
{
    private const int ArpSize = 28;
    private const int NeighbourSize = 24;
    private const byte IcmpV6 = 58;
    private const byte Solicitation = 135;
    private const byte Advertisement = 136;
    private const byte SourceLinkAddress = 1;
    private const byte TargetLinkAddress = 2;
    private const ulong GroupBit = 0x0100_0000_0000;

    /// <summary>False for everything that is no such message, or is damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out HostMessage message)
    {
        message = default;
        if (!EthernetHeader.TryRead(frame, out EthernetHeader ethernet))
        {
            return false;
        }

        bool read = ethernet.EtherType switch
        {
            EtherType.Arp => TryReadArp(frame[ethernet.HeaderLength..], out message),
            EtherType.Ipv6 => TryReadNeighbour(frame[ethernet.HeaderLength..], ethernet.Source, out message),
            _ => false,
        };
        return read && message.SenderMac != 0 && (message.SenderMac & GroupBit) == 0;
    }

    /// <summary>The frame that answers a request on behalf of its target.</summary>
    /// <param name="frame">The request's frame, which <see cref="TryRead"/> took.</param>
    /// <param name="mac">MAC address of the target.</param>
    public static byte[] Answer(ReadOnlySpan<byte> frame, ulong mac)
    {
        EthernetHeader.TryRead(frame, out EthernetHeader ethernet);
        int header = ethernet.HeaderLength;
        bool arp = ethernet.EtherType == EtherType.Arp;
        byte[] answer = new byte[header + (arp ? ArpSize : Ipv6Header.Size + NeighbourSize + 8)];
        frame[..header].CopyTo(answer); // a VLAN tag stays
        MacAddress.Write(answer, ethernet.Source);
        MacAddress.Write(answer.AsSpan(6), mac);
        if (arp)
        {
            WriteArp(answer.AsSpan(header), frame[header..], mac);
        }
        else
        {
            WriteAdvertisement(answer.AsSpan(header), frame[header..], mac);
        }

        return answer;
    }

    private static bool TryReadArp(ReadOnlySpan<byte> arp, out HostMessage message)
    {
        message = default;
        if (arp.Length < ArpSize || BinaryPrimitives.ReadUInt64BigEndian(arp) >> 16 != 0x0001_0800_0604)
        {
            return false; // not Ethernet and IPv4
        }

        ushort operation = BinaryPrimitives.ReadUInt16BigEndian(arp[6..]);
        if (operation is not (1 or 2))
        {
            return false;
        }

        IPAddress sender = new(arp.Slice(14, 4));
        message = new HostMessage(operation == 1, Usable(sender), MacAddress.Read(arp[8..]), new IPAddress(arp.Slice(24, 4)));
        return true;
    }

    private static bool TryReadNeighbour(ReadOnlySpan<byte> packet, ulong sourceMac, out HostMessage message)
    {
        message = default;
        if (!Ipv6Header.TryRead(packet, out Ipv6Header ip) || ip.NextHeader != IcmpV6
            || ip.PayloadLength < NeighbourSize || packet.Length < Ipv6Header.Size + ip.PayloadLength)
        {
            return false;
        }

        ReadOnlySpan<byte> icmp = packet.Slice(Ipv6Header.Size, ip.PayloadLength);
        if (icmp[0] is not (Solicitation or Advertisement) || icmp[1] != 0
            || InternetChecksum.Compute(icmp, InternetChecksum.PseudoHeader(ip.Source, ip.Destination, IcmpV6, icmp.Length)) is not (0 or 0xFFFF))
        {
            return false;
        }

        bool asks = icmp[0] == Solicitation;
        IPAddress target = new(icmp.Slice(8, 16));
        ulong mac = LinkAddress(icmp[NeighbourSize..], asks ? SourceLinkAddress : TargetLinkAddress) ?? sourceMac;
        message = asks
            ? new HostMessage(true, Usable(Address(packet[8..])), mac, target)
            : new HostMessage(false, Usable(target), mac, packet[24] == 0xFF ? null : Address(packet[24..]));
        return true;
    }

    private static ulong? LinkAddress(ReadOnlySpan<byte> options, byte kind)
    {
        while (options.Length >= 8)
        {
            int length = options[1] * 8;
            if (length == 0 || length > options.Length)
            {
                return null;
            }

            if (options[0] == kind)
            {
                return MacAddress.Read(options[2..]);
            }

            options = options[length..];
        }

        return null;
    }

    private static void WriteArp(Span<byte> answer, ReadOnlySpan<byte> request, ulong mac)
    {
        request[..6].CopyTo(answer);
        BinaryPrimitives.WriteUInt16BigEndian(answer[6..], 2);
        MacAddress.Write(answer[8..], mac);
        request.Slice(24, 4).CopyTo(answer[14..]);
        request.Slice(8, 10).CopyTo(answer[18..]);
    }

    private static void WriteAdvertisement(Span<byte> answer, ReadOnlySpan<byte> request, ulong mac)
    {
        Ipv6Header.TryRead(request, out Ipv6Header asked);
        ReadOnlySpan<byte> target = request.Slice(Ipv6Header.Size + 8, 16);
        bool probe = asked.Source == UInt128.Zero;
        UInt128 to = probe ? ((UInt128)0xFF02_0000_0000_0000 << 64) | 1 : asked.Source; // who has no address hears all nodes
        UInt128 from = BinaryPrimitives.ReadUInt128BigEndian(target);
        int length = NeighbourSize + 8;
        answer[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(answer[4..], (ushort)length);
        answer[6] = IcmpV6;
        answer[7] = 255; // anything else is not believed
        BinaryPrimitives.WriteUInt128BigEndian(answer[8..], from);
        BinaryPrimitives.WriteUInt128BigEndian(answer[24..], to);
        Span<byte> icmp = answer.Slice(Ipv6Header.Size, length);
        icmp[0] = Advertisement;
        icmp[4] = (byte)(probe ? 0 : 0x40); // solicited; a proxy does not override
        target.CopyTo(icmp[8..]);
        icmp[NeighbourSize] = TargetLinkAddress;
        icmp[NeighbourSize + 1] = 1;
        MacAddress.Write(icmp[(NeighbourSize + 2)..], mac);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], InternetChecksum.Compute(icmp, InternetChecksum.PseudoHeader(from, to, IcmpV6, length)));
    }

    private static IPAddress Address(ReadOnlySpan<byte> bytes) => new(bytes[..16]);

    private static IPAddress? Usable(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast)
        || (address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv6Multicast) ? null : address;
}
