using System.Buffers.Binary;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Hosts;

/// <summary>View of a frame that a host got; accessors cannot fail once <see cref="TryRead"/> said <see cref="FrameFault.None"/>.</summary>
internal readonly ref struct ReceivedFrame
{
    private const int L4 = FrameTemplate.EthernetSize + FrameTemplate.Ipv4Size;
    private readonly ReadOnlySpan<byte> _frame;
    private readonly int _payloadOffset;

    private ReceivedFrame(ReadOnlySpan<byte> frame, int payloadOffset)
    {
        _frame = frame;
        _payloadOffset = payloadOffset;
    }

    public int Length => _frame.Length;

    public bool IsMarked => (_frame[15] & 3) == 3;

    public FlowKey Key => new(
        BinaryPrimitives.ReadUInt32BigEndian(_frame[26..]),
        BinaryPrimitives.ReadUInt32BigEndian(_frame[30..]),
        _frame[23],
        BinaryPrimitives.ReadUInt16BigEndian(_frame[34..]),
        BinaryPrimitives.ReadUInt16BigEndian(_frame[36..]));

    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(_frame[(L4 + 4)..]);

    public uint Acknowledgement => BinaryPrimitives.ReadUInt32BigEndian(_frame[(L4 + 8)..]);

    public TcpFlags Flags => (TcpFlags)_frame[L4 + 13];

    public int PayloadLength => _frame.Length - _payloadOffset;

    public bool IsStamped => PayloadLength >= FrameTemplate.StampSize;

    /// <summary>Packet's number in its flow.</summary>
    public long Number => BinaryPrimitives.ReadInt64BigEndian(_frame[_payloadOffset..]);

    /// <summary>When it was handed to the sender's interface.</summary>
    public long SentNs => BinaryPrimitives.ReadInt64BigEndian(_frame[(_payloadOffset + 8)..]);

    /// <summary>Checks lengths, addresses and checksums.</summary>
    public static FrameFault TryRead(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> mac, out ReceivedFrame received)
    {
        received = default;
        if (frame.Length < L4 + FrameTemplate.UdpSize || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800
            || frame[14] != 0x45 || frame[23] is not (6 or 17))
        {
            return FrameFault.Foreign;
        }

        if (!frame[..6].SequenceEqual(mac))
        {
            return FrameFault.WrongMac;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(frame[16..]) + FrameTemplate.EthernetSize;
        int header = L4 + (frame[23] == 17 ? FrameTemplate.UdpSize : FrameTemplate.TcpSize);
        if (length > frame.Length || length < header)
        {
            return FrameFault.Length;
        }

        frame = frame[..length];
        ReadOnlySpan<byte> ipv4 = frame.Slice(FrameTemplate.EthernetSize, FrameTemplate.Ipv4Size);
        ReadOnlySpan<byte> l4 = frame[L4..];
        if (frame[23] == 17 ? BinaryPrimitives.ReadUInt16BigEndian(l4[4..]) != l4.Length : l4[12] >> 4 != 5)
        {
            return FrameFault.Length;
        }

        if (!InternetSum.IsValid(InternetSum.Of(ipv4))
            || !InternetSum.IsValid(InternetSum.OfPseudoHeader(ipv4, l4.Length) + InternetSum.Of(l4)))
        {
            return FrameFault.Checksum;
        }

        received = new ReceivedFrame(frame, header);
        return FrameFault.None;
    }
}
