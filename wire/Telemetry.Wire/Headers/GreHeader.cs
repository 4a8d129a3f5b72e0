using System.Buffers.Binary;

namespace Telemetry.Wire.Headers;

/// <summary>View of a GRE header (RFC 2784, 2890) with checksum, key and sequence where it says so; accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>C1, R1, K1, S1, R9, version3, protocol16; then 4 bytes for each of C, K, S. With routing (R) or another version it is not read.</remarks>
public readonly ref struct GreHeader
{
    /// <summary>Without optional words.</summary>
    public const int Size = 4;

    private readonly ReadOnlySpan<byte> _bytes;

    private GreHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>4 to 16 bytes.</summary>
    public int HeaderLength => _bytes.Length;

    /// <summary>EtherType of what follows.</summary>
    public ushort Protocol => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    /// <summary>False where the bytes end inside the header, at another version, or with routing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out GreHeader header)
    {
        header = default;
        if (source.Length < Size || (source[1] & 7) != 0 || (source[0] & 0x40) != 0)
            return false;
        var length = Size + ((source[0] & 0x80) != 0 ? 4 : 0) + ((source[0] & 0x20) != 0 ? 4 : 0) + ((source[0] & 0x10) != 0 ? 4 : 0);
        if (source.Length < length)
            return false;
        header = new GreHeader(source[..length]);
        return true;
    }

    /// <summary>Writes 4 bytes without optional words and returns 4.</summary>
    public static int Write(Span<byte> target, ushort protocol)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, protocol);
        return Size;
    }
}
