using System.Buffers.Binary;
using System.Net;
using Telemetry.Wire.Headers;

namespace Telemetry.SoftSwitch.Tests.Programs.Packets;

/// <summary>A frame to send, field by field; lengths and checksums come out right.</summary>
internal sealed record FrameSpec
{
    public ulong DstMac { get; init; } = 0x0200_0000_0001;

    public ulong SrcMac { get; init; } = 0x0200_0000_00FF;

    /// <summary>Tags, outermost first: TPID and TCI.</summary>
    public (ushort Tpid, ushort Tci)[] Vlans { get; init; } = [];

    public string Source { get; init; } = "10.0.1.1";

    /// <summary>Its family is that of the packet.</summary>
    public string Destination { get; init; } = "10.0.2.2";

    public byte Protocol { get; init; } = 17;

    public byte Dscp { get; init; }

    public byte Ttl { get; init; } = 64;

    public byte[] IpOptions { get; init; } = [];

    /// <summary>Flags and offset, as IPv4 writes them.</summary>
    public ushort Fragment { get; init; }

    public ushort SourcePort { get; init; } = 5000;

    public ushort DestinationPort { get; init; } = 6000;

    public byte[] TcpOptions { get; init; } = [];

    public bool UdpChecksum { get; init; } = true;

    /// <summary>Between the L4 header (of TCP the fixed part) and options and payload.</summary>
    public byte[] Int { get; init; } = [];

    public byte[] Payload { get; init; } = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];

    /// <summary>Bytes behind the IP packet, as Ethernet adds them to short frames.</summary>
    public int Padding { get; init; }

    public bool IsIpv6 => Destination.Contains(':', StringComparison.Ordinal);

    public byte[] Build()
    {
        byte[] l4 = Protocol switch
        {
            6 => [.. Tcp(), .. Int, .. TcpOptions, .. Payload],
            17 => [.. Udp(8 + Int.Length + Payload.Length), .. Int, .. Payload],
            _ => Payload,
        };
        byte[] ip = IsIpv6 ? Ipv6(l4.Length) : Ipv4(l4.Length);
        WriteChecksum(l4);
        byte[] ethernet = new byte[14 + (4 * Vlans.Length)];
        Mac(ethernet, DstMac);
        Mac(ethernet.AsSpan(6), SrcMac);
        for (int i = 0; i < Vlans.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(ethernet.AsSpan(12 + (4 * i)), Vlans[i].Tpid);
            BinaryPrimitives.WriteUInt16BigEndian(ethernet.AsSpan(14 + (4 * i)), Vlans[i].Tci);
        }

        BinaryPrimitives.WriteUInt16BigEndian(ethernet.AsSpan(12 + (4 * Vlans.Length)), (ushort)(IsIpv6 ? 0x86DD : 0x0800));
        return [.. ethernet, .. ip, .. l4, .. new byte[Padding]];
    }

    private static void Mac(Span<byte> target, ulong mac)
    {
        for (int i = 0; i < 6; i++)
        {
            target[i] = (byte)(mac >> (40 - (8 * i)));
        }
    }

    private byte[] Tcp()
    {
        byte[] tcp = new byte[20];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), 0x01020304);
        tcp[12] = (byte)((5 + (TcpOptions.Length / 4)) << 4);
        tcp[13] = 0x18;
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(14), 0x2000);
        return tcp;
    }

    private byte[] Udp(int length)
    {
        byte[] udp = new byte[8];
        BinaryPrimitives.WriteUInt16BigEndian(udp, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)length);
        return udp;
    }

    private byte[] Ipv4(int payload)
    {
        byte[] ip = new byte[20 + IpOptions.Length];
        ip[0] = (byte)(0x45 + (IpOptions.Length / 4));
        ip[1] = (byte)(Dscp << 2);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(2), (ushort)(ip.Length + payload));
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), 0x1234);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(6), Fragment);
        ip[8] = Ttl;
        ip[9] = Protocol;
        IPAddress.Parse(Source).GetAddressBytes().CopyTo(ip, 12);
        IPAddress.Parse(Destination).GetAddressBytes().CopyTo(ip, 16);
        IpOptions.CopyTo(ip, 20);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(10), InternetChecksum.Compute(ip));
        return ip;
    }

    private byte[] Ipv6(int payload)
    {
        byte[] ip = new byte[40];
        BinaryPrimitives.WriteUInt32BigEndian(ip, 0x60000000u | ((uint)Dscp << 22) | 0x12345);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), (ushort)payload);
        ip[6] = Protocol;
        ip[7] = Ttl;
        IPAddress.Parse(Source).GetAddressBytes().CopyTo(ip, 8);
        IPAddress.Parse(Destination).GetAddressBytes().CopyTo(ip, 24);
        return ip;
    }

    private void WriteChecksum(byte[] l4)
    {
        if (Protocol is not (6 or 17) || (Protocol == 17 && !UdpChecksum))
        {
            return;
        }

        byte[] pseudo = [.. IPAddress.Parse(Source).GetAddressBytes(), .. IPAddress.Parse(Destination).GetAddressBytes(),
            0, 0, (byte)(l4.Length >> 8), (byte)l4.Length, 0, 0, 0, Protocol];
        ushort checksum = InternetChecksum.Compute([.. pseudo, .. l4]);
        BinaryPrimitives.WriteUInt16BigEndian(l4.AsSpan(Protocol == 6 ? 16 : 6), Protocol == 17 && checksum == 0 ? (ushort)0xFFFF : checksum);
    }
}
