using System.Buffers.Binary;

namespace Telemetry.Wire.Headers;

/// <summary>View of the 40 fixed bytes of an IPv6 header (RFC 8200); accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>Version4, traffic class8, flow label20; payload length16, next header8, hop limit8; source128; destination128.</remarks>
public readonly ref struct Ipv6Header
{
    public const int Size = 40;

    private const int MostExtensions = 8;
    private readonly ReadOnlySpan<byte> _bytes;

    private Ipv6Header(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public byte TrafficClass => (byte)(BinaryPrimitives.ReadUInt16BigEndian(_bytes) >> 4);

    public byte Dscp => (byte)(TrafficClass >> 2);

    /// <summary>20 bits.</summary>
    public uint FlowLabel => BinaryPrimitives.ReadUInt32BigEndian(_bytes) & 0xF_FFFF;

    /// <summary>Bytes behind these 40, as the header says it.</summary>
    public ushort PayloadLength => BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    public byte NextHeader => _bytes[6];

    public byte HopLimit => _bytes[7];

    public UInt128 Source => BinaryPrimitives.ReadUInt128BigEndian(_bytes[8..]);

    public UInt128 Destination => BinaryPrimitives.ReadUInt128BigEndian(_bytes[24..]);

    /// <summary>False where the bytes end inside the header or are not version 6.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out Ipv6Header header)
    {
        header = default;
        if (source.Length < Size || source[0] >> 4 != 6)
            return false;
        header = new Ipv6Header(source[..Size]);
        return true;
    }

    /// <summary>
    /// Walks the extension headers: the upper protocol and where it starts in <paramref name="packet"/>, which begins with the IPv6 header.
    /// False where the bytes end inside an extension, at a fragment that is not the first, or after 8 extensions.
    /// </summary>
    public static bool TryFindUpper(ReadOnlySpan<byte> packet, out byte protocol, out int offset)
    {
        offset = Size;
        protocol = packet.Length >= Size ? packet[6] : (byte)0;
        if (packet.Length < Size)
            return false;
        for (var i = 0; i < MostExtensions; i++)
        {
            // 0 hop-by-hop, 43 routing, 44 fragment, 60 destination options.
            if (protocol is not (0 or 43 or 44 or 60))
                return true;
            if (packet.Length < offset + 8)
                return false;
            var isFragment = protocol == 44;
            if (isFragment && (BinaryPrimitives.ReadUInt16BigEndian(packet[(offset + 2)..]) & 0xFFF8) != 0)
                return false;
            protocol = packet[offset];
            offset += isFragment ? 8 : 8 * (packet[offset + 1] + 1);
        }
        return false;
    }

    /// <summary>Writes 40 bytes and returns 40.</summary>
    public static int Write(
        Span<byte> target, byte trafficClass, uint flowLabel, ushort payloadLength, byte nextHeader, byte hopLimit, UInt128 source, UInt128 destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, 0x6000_0000 | ((uint)trafficClass << 20) | (flowLabel & 0xF_FFFF));
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], payloadLength);
        target[6] = nextHeader;
        target[7] = hopLimit;
        BinaryPrimitives.WriteUInt128BigEndian(target[8..], source);
        BinaryPrimitives.WriteUInt128BigEndian(target[24..], destination);
        return Size;
    }
}
