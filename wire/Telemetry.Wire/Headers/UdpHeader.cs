using System.Buffers.Binary;

namespace Telemetry.Wire.Headers;

/// <summary>View of a UDP header (RFC 768): ports16/16, length16, checksum16; accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
public readonly ref struct UdpHeader
{
    public const int Size = 8;

    private readonly ReadOnlySpan<byte> _bytes;

    private UdpHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_bytes);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    /// <summary>Header and payload as the header says it; the payload may have been cut.</summary>
    public ushort Length => BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    /// <summary>0 over IPv4: none.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[6..]);

    /// <summary>False where there are fewer than 8 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out UdpHeader header)
    {
        header = source.Length < Size ? default : new UdpHeader(source[..Size]);
        return source.Length >= Size;
    }

    /// <summary>Writes 8 bytes and returns 8.</summary>
    public static int Write(Span<byte> target, ushort sourcePort, ushort destinationPort, ushort length, ushort checksum)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], length);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], checksum);
        return Size;
    }
}
