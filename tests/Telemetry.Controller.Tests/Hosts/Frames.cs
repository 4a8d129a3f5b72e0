using System.Buffers.Binary;
using System.Net;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.Tests.Hosts;

/// <summary>Frames as hosts send them.</summary>
internal static class Frames
{
    public static byte[] Arp(ulong mac, string sender, string target, bool isReply = false, ulong targetMac = 0)
    {
        byte[] frame = new byte[42];
        EthernetHeader.Write(frame, isReply ? targetMac : MacAddress.Broadcast, mac, EtherType.Arp);
        Convert.FromHexString("0001080006040001").CopyTo(frame, 14);
        frame[21] = (byte)(isReply ? 2 : 1);
        MacAddress.Write(frame.AsSpan(22), mac);
        IPAddress.Parse(sender).GetAddressBytes().CopyTo(frame, 28);
        MacAddress.Write(frame.AsSpan(32), targetMac);
        IPAddress.Parse(target).GetAddressBytes().CopyTo(frame, 38);
        return frame;
    }

    /// <summary>A neighbour solicitation to the target's group, with the sender's link address where it has an address.</summary>
    public static byte[] Solicitation(ulong mac, string sender, string target)
    {
        byte[] to = IPAddress.Parse(target).GetAddressBytes();
        byte[] group = Convert.FromHexString("ff0200000000000000000001ff000000");
        to.AsSpan(13).CopyTo(group.AsSpan(13));
        byte[] frame = new byte[14 + 40 + 32];
        EthernetHeader.Write(frame, 0x3333_FF00_0000UL, mac, EtherType.Ipv6);
        Ipv6(frame.AsSpan(14), IPAddress.Parse(sender).GetAddressBytes(), group, 58, 255, 32);
        Span<byte> icmp = frame.AsSpan(54);
        icmp[0] = 135;
        to.CopyTo(icmp[8..]);
        icmp[24] = 1;
        icmp[25] = 1;
        MacAddress.Write(icmp[26..], mac);
        Checksum(frame);
        return frame;
    }

    /// <summary>A UDP packet without payload.</summary>
    public static byte[] Udp(string from, string to)
    {
        byte[] source = IPAddress.Parse(from).GetAddressBytes();
        byte[] destination = IPAddress.Parse(to).GetAddressBytes();
        bool v6 = source.Length == 16;
        byte[] frame = new byte[14 + (v6 ? 40 : 20) + 8];
        EthernetHeader.Write(frame, 0x0200_0000_0001, 0x0800_0000_0101, v6 ? EtherType.Ipv6 : EtherType.Ipv4);
        if (v6)
        {
            Ipv6(frame.AsSpan(14), source, destination, 17, 64, 8);
        }
        else
        {
            Span<byte> ip = frame.AsSpan(14);
            ip[0] = 0x45;
            ip[3] = 28;
            ip[8] = 64;
            ip[9] = 17;
            source.CopyTo(ip[12..]);
            destination.CopyTo(ip[16..]);
            BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Compute(ip[..20]));
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(frame.Length - 8), 1000);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(frame.Length - 6), 2000);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(frame.Length - 4), 8);
        return frame;
    }

    public static bool HasGoodChecksum(byte[] frame) => Sum(frame) is 0 or 0xFFFF;

    private static void Ipv6(Span<byte> ip, byte[] source, byte[] destination, byte protocol, byte hopLimit, ushort length)
    {
        ip[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], length);
        ip[6] = protocol;
        ip[7] = hopLimit;
        source.CopyTo(ip[8..]);
        destination.CopyTo(ip[24..]);
    }

    private static void Checksum(byte[] frame) => BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(56), Sum(frame));

    private static ushort Sum(byte[] frame) => InternetChecksum.Compute(
        frame.AsSpan(54),
        InternetChecksum.PseudoHeader(BinaryPrimitives.ReadUInt128BigEndian(frame.AsSpan(22)), BinaryPrimitives.ReadUInt128BigEndian(frame.AsSpan(38)), 58, frame.Length - 54));
}
