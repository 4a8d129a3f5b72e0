using System.Buffers.Binary;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Hosts;

/// <summary>
/// Writes the frames of one direction of a flow into one buffer: Ethernet, IPv4 (20 bytes), UDP or TCP (20 bytes),
/// all checksums right, the identification counting up. The payload starts with the packet's number and its time of
/// sending (8 bytes each, big-endian) and is zero after that, so a checksum costs a few additions.
/// </summary>
internal sealed class FrameTemplate
{
    public const int EthernetSize = 14;
    public const int Ipv4Size = 20;
    public const int UdpSize = 8;
    public const int TcpSize = 20;
    public const int StampSize = 16;
    private const int L4 = EthernetSize + Ipv4Size;

    private readonly byte[] _bytes = new byte[FlowPlan.MaxFrameBytes];
    private ulong _ipv4Sum;
    private ulong _pseudoSum;
    private ulong _portSum;
    private ushort _identification;

    /// <summary>Fills what all frames of <paramref name="key"/> share.</summary>
    /// <param name="key">Addresses and ports.</param>
    /// <param name="sourceMac">Six bytes.</param>
    /// <param name="destinationMac">Six bytes.</param>
    /// <param name="identification">The first frame gets the next one.</param>
    public FrameTemplate(
        FlowKey key, ReadOnlySpan<byte> sourceMac, ReadOnlySpan<byte> destinationMac, ushort identification)
    {
        _identification = identification;
        Span<byte> ethernet = _bytes;
        destinationMac.CopyTo(ethernet);
        sourceMac.CopyTo(ethernet[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(ethernet[12..], 0x0800);
        Span<byte> ipv4 = ethernet.Slice(EthernetSize, Ipv4Size);
        ipv4[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ipv4[6..], 0x4000); // do not fragment
        ipv4[8] = 64;
        ipv4[9] = key.Protocol;
        BinaryPrimitives.WriteUInt32BigEndian(ipv4[12..], key.Source);
        BinaryPrimitives.WriteUInt32BigEndian(ipv4[16..], key.Destination);
        BinaryPrimitives.WriteUInt16BigEndian(ethernet[L4..], key.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(ethernet[(L4 + 2)..], key.DestinationPort);
        _ipv4Sum = InternetSum.Of(ipv4);
        _pseudoSum = InternetSum.OfPseudoHeader(ipv4, 0);
        _portSum = (ulong)key.SourcePort + key.DestinationPort;
    }

    /// <summary>Smallest UDP frame.</summary>
    public const int MinUdpFrame = L4 + UdpSize + StampSize;

    /// <summary>Has all frames from now on come from another address and port.</summary>
    public void SetSource(uint address, ushort port)
    {
        Span<byte> ipv4 = _bytes.AsSpan(EthernetSize, Ipv4Size);
        BinaryPrimitives.WriteUInt32BigEndian(ipv4[12..], address);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(L4), port);

        // What differs from frame to frame is added for each: the template's own fields hold zeros meanwhile.
        ipv4[1] = 0;
        ipv4[2..6].Clear();
        ipv4[10..12].Clear();
        _ipv4Sum = InternetSum.Of(ipv4);
        _pseudoSum = InternetSum.OfPseudoHeader(ipv4, 0);
        _portSum = (ulong)port + BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(L4 + 2));
    }

    /// <summary>The next UDP frame; valid until the next call.</summary>
    /// <param name="frameBytes">Whole frame, <see cref="MinUdpFrame"/> to <see cref="FlowPlan.MaxFrameBytes"/>.</param>
    /// <param name="number">Packet's number in its flow.</param>
    /// <param name="nowNs">Time of sending.</param>
    public ReadOnlySpan<byte> Udp(int frameBytes, long number, long nowNs)
    {
        Span<byte> frame = _bytes.AsSpan(0, frameBytes);
        Ipv4(frame, ecn: 0);
        Span<byte> udp = frame[L4..];
        ulong sum = _pseudoSum + _portSum + ((ulong)udp.Length * 2) + Stamp(udp[UdpSize..], number, nowNs);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        ushort checksum = InternetSum.Finish(sum);
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], checksum == 0 ? (ushort)0xFFFF : checksum);
        return frame;
    }

    /// <summary>The next TCP segment; valid until the next call.</summary>
    /// <param name="segment">Header fields and length.</param>
    /// <param name="number">Packet's number in its flow.</param>
    /// <param name="nowNs">Time of sending.</param>
    public ReadOnlySpan<byte> Tcp(in TcpSegment segment, long number, long nowNs)
    {
        Span<byte> frame = _bytes.AsSpan(0, L4 + TcpSize + segment.PayloadLength);

        // Only data can be marked instead of dropped (RFC 3168, 6.1.4 and 6.1.1).
        Ipv4(frame, ecn: segment.PayloadLength > 0 ? (byte)2 : (byte)0);
        Span<byte> tcp = frame[L4..];
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], segment.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], segment.Acknowledgement);
        tcp[12] = 0x50;
        tcp[13] = (byte)segment.Flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 0xFFFF);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[18..], 0);
        ulong sum = _pseudoSum + (ulong)tcp.Length + InternetSum.Of(tcp[..TcpSize]);
        if (segment.PayloadLength >= StampSize)
        {
            sum += Stamp(tcp[TcpSize..], number, nowNs);
        }
        else
        {
            tcp[TcpSize..].Clear();
        }

        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], InternetSum.Finish(sum));
        return frame;
    }

    private static ulong Stamp(Span<byte> payload, long number, long nowNs)
    {
        BinaryPrimitives.WriteInt64BigEndian(payload, number);
        BinaryPrimitives.WriteInt64BigEndian(payload[8..], nowNs);
        return InternetSum.Of(payload[..StampSize]);
    }

    private void Ipv4(Span<byte> frame, byte ecn)
    {
        Span<byte> ipv4 = frame.Slice(EthernetSize, Ipv4Size);
        int length = frame.Length - EthernetSize;
        ushort identification = ++_identification;
        ipv4[1] = ecn;
        BinaryPrimitives.WriteUInt16BigEndian(ipv4[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(ipv4[4..], identification);
        ushort checksum = InternetSum.Finish(_ipv4Sum + ecn + (ulong)length + identification);
        BinaryPrimitives.WriteUInt16BigEndian(ipv4[10..], checksum);
    }
}
