using System.Buffers.Binary;

namespace Telemetry.Wire.Headers;

/// <summary>View of the 20 fixed bytes of a TCP header (RFC 9293); accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>Ports16/16; sequence32; acknowledgement32; data offset4, reserved4, flags8, window16; checksum16, urgent16. Options are not looked at.</remarks>
public readonly ref struct TcpHeader
{
    /// <summary>Without options.</summary>
    public const int Size = 20;

    private readonly ReadOnlySpan<byte> _bytes;

    private TcpHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_bytes);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    public uint SequenceNumber => BinaryPrimitives.ReadUInt32BigEndian(_bytes[4..]);

    public uint AcknowledgementNumber => BinaryPrimitives.ReadUInt32BigEndian(_bytes[8..]);

    /// <summary>Bytes with the options as the header says it: 0 to 60, below 20 is malformed.</summary>
    public int HeaderLength => (_bytes[12] >> 4) * 4;

    public TcpFlags Flags => (TcpFlags)_bytes[13];

    public ushort Window => BinaryPrimitives.ReadUInt16BigEndian(_bytes[14..]);

    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[16..]);

    public ushort UrgentPointer => BinaryPrimitives.ReadUInt16BigEndian(_bytes[18..]);

    /// <summary>False where there are fewer than 20 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out TcpHeader header)
    {
        header = source.Length < Size ? default : new TcpHeader(source[..Size]);
        return source.Length >= Size;
    }

    /// <summary>Writes 20 bytes without options, urgent pointer 0, and returns 20.</summary>
    public static int Write(
        Span<byte> target, ushort sourcePort, ushort destinationPort, uint sequenceNumber, uint acknowledgementNumber, TcpFlags flags, ushort window, ushort checksum)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(target[8..], acknowledgementNumber);
        target[12] = (Size / 4) << 4;
        target[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(target[14..], window);
        BinaryPrimitives.WriteUInt16BigEndian(target[16..], checksum);
        BinaryPrimitives.WriteUInt16BigEndian(target[18..], 0);
        return Size;
    }
}
