using System.Buffers.Binary;

namespace Telemetry.Wire.Int;

/// <summary>View of the 12-byte INT-MX header (INT v2.1); accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>Version4, D1, R27; instructions16, domain id16; domain instructions16, domain flags16.</remarks>
public readonly ref struct IntMxHeader
{
    public const int Size = 12;

    private readonly ReadOnlySpan<byte> _bytes;

    private IntMxHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>D: the sink drops the packet after taking INT off.</summary>
    public bool Discard => (_bytes[0] & 0x08) != 0;

    public IntInstructions Instructions => (IntInstructions)BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    public ushort DomainId => BinaryPrimitives.ReadUInt16BigEndian(_bytes[6..]);

    public ushort DomainInstructions => BinaryPrimitives.ReadUInt16BigEndian(_bytes[8..]);

    public ushort DomainFlags => BinaryPrimitives.ReadUInt16BigEndian(_bytes[10..]);

    /// <summary>False where there are fewer than 12 bytes or the version is not 2.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out IntMxHeader header)
    {
        header = default;
        if (source.Length < Size || source[0] >> 4 != IntMdHeader.SupportedVersion)
            return false;
        header = new IntMxHeader(source[..Size]);
        return true;
    }

    /// <summary>Writes 12 bytes and returns 12.</summary>
    public static int Write(Span<byte> target, bool discard, IntInstructions instructions, ushort domainId, ushort domainInstructions, ushort domainFlags)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, (IntMdHeader.SupportedVersion << 28) | (discard ? 1u << 27 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], (ushort)instructions);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], domainId);
        BinaryPrimitives.WriteUInt16BigEndian(target[8..], domainInstructions);
        BinaryPrimitives.WriteUInt16BigEndian(target[10..], domainFlags);
        return Size;
    }
}
