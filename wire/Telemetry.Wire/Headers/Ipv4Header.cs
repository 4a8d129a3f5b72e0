using System.Buffers.Binary;

namespace Telemetry.Wire.Headers;

/// <summary>View of an IPv4 header with its options (RFC 791); accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>Version4, IHL4, DSCP6, ECN2, length16; identification16, flags3, offset13; TTL8, protocol8, checksum16; source32; destination32.</remarks>
public readonly ref struct Ipv4Header
{
    /// <summary>Without options.</summary>
    public const int Size = 20;

    private readonly ReadOnlySpan<byte> _bytes;

    private Ipv4Header(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Bytes with the options: 20 to 60.</summary>
    public int HeaderLength => _bytes.Length;

    public byte Dscp => (byte)(_bytes[1] >> 2);

    public byte Ecn => (byte)(_bytes[1] & 3);

    /// <summary>Header and payload, as the header says it; the payload may have been cut.</summary>
    public ushort TotalLength => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    public ushort Identification => BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    public bool DontFragment => (_bytes[6] & 0x40) != 0;

    public bool MoreFragments => (_bytes[6] & 0x20) != 0;

    /// <summary>Units of 8 bytes; above 0 there is no L4 header behind this one.</summary>
    public ushort FragmentOffset => (ushort)(BinaryPrimitives.ReadUInt16BigEndian(_bytes[6..]) & 0x1FFF);

    public byte Ttl => _bytes[8];

    public byte Protocol => _bytes[9];

    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[10..]);

    public uint Source => BinaryPrimitives.ReadUInt32BigEndian(_bytes[12..]);

    public uint Destination => BinaryPrimitives.ReadUInt32BigEndian(_bytes[16..]);

    /// <summary>True where the header's checksum is right.</summary>
    public bool IsChecksumValid => InternetChecksum.Compute(_bytes) == 0;

    /// <summary>False where the bytes end inside the header or are not version 4; the payload may be cut.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out Ipv4Header header)
    {
        header = default;
        if (source.Length < Size || source[0] >> 4 != 4)
            return false;
        var length = (source[0] & 0x0F) * 4;
        if (length < Size || source.Length < length)
            return false;
        header = new Ipv4Header(source[..length]);
        return true;
    }

    /// <summary>Writes 20 bytes with the right checksum and returns 20.</summary>
    public static int Write(Span<byte> target, in Ipv4Fields fields)
    {
        target[0] = 0x45;
        target[1] = (byte)((fields.Dscp << 2) | (fields.Ecn & 3));
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], fields.TotalLength);
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], fields.Identification);
        var flags = (fields.DontFragment ? 0x4000 : 0) | (fields.MoreFragments ? 0x2000 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], (ushort)(flags | (fields.FragmentOffset & 0x1FFF)));
        target[8] = fields.Ttl;
        target[9] = fields.Protocol;
        BinaryPrimitives.WriteUInt16BigEndian(target[10..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(target[12..], fields.Source);
        BinaryPrimitives.WriteUInt32BigEndian(target[16..], fields.Destination);
        BinaryPrimitives.WriteUInt16BigEndian(target[10..], InternetChecksum.Compute(target[..Size]));
        return Size;
    }
}
