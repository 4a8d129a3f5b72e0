using System.Buffers.Binary;

namespace Telemetry.Wire.Int;

/// <summary>View of the 12-byte INT-MD header (INT v2.1, section 5.7); accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>Version4, D1, E1, M1, R12, HopML5, remaining hops8; instructions16, domain id16; domain instructions16, domain flags16.</remarks>
public readonly ref struct IntMdHeader
{
    public const int Size = 12;

    /// <summary>In words, as the shim's length counts it.</summary>
    public const int Words = Size / 4;

    public const int SupportedVersion = 2;

    private readonly ReadOnlySpan<byte> _bytes;

    private IntMdHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>D: the sink drops the packet after taking INT off.</summary>
    public bool Discard => (_bytes[0] & 0x08) != 0;

    /// <summary>E: a node found no hops remaining and added nothing.</summary>
    public bool HopsExceeded => (_bytes[0] & 0x04) != 0;

    /// <summary>M: a node added nothing because the packet would have exceeded its MTU.</summary>
    public bool MtuExceeded => (_bytes[0] & 0x02) != 0;

    /// <summary>HopML: words each hop adds, 0 to 31.</summary>
    public int HopWords => _bytes[2] & 0x1F;

    public byte RemainingHops => _bytes[3];

    public IntInstructions Instructions => (IntInstructions)BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    public ushort DomainId => BinaryPrimitives.ReadUInt16BigEndian(_bytes[6..]);

    public ushort DomainInstructions => BinaryPrimitives.ReadUInt16BigEndian(_bytes[8..]);

    public ushort DomainFlags => BinaryPrimitives.ReadUInt16BigEndian(_bytes[10..]);

    /// <summary>False where there are fewer than 12 bytes or the version is not 2.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out IntMdHeader header)
    {
        header = default;
        if (source.Length < Size || source[0] >> 4 != SupportedVersion)
            return false;
        header = new IntMdHeader(source[..Size]);
        return true;
    }

    /// <summary>Writes 12 bytes and returns 12.</summary>
    public static int Write(Span<byte> target, in IntMdFields fields)
    {
        target[0] = (byte)((SupportedVersion << 4) | (fields.Discard ? 8 : 0) | (fields.HopsExceeded ? 4 : 0) | (fields.MtuExceeded ? 2 : 0));
        target[1] = 0;
        target[2] = (byte)(fields.HopWords & 0x1F);
        target[3] = fields.RemainingHops;
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], (ushort)fields.Instructions);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], fields.DomainId);
        BinaryPrimitives.WriteUInt16BigEndian(target[8..], fields.DomainInstructions);
        BinaryPrimitives.WriteUInt16BigEndian(target[10..], fields.DomainFlags);
        return Size;
    }
}
