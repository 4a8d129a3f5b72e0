using System.Buffers.Binary;

namespace Telemetry.Wire.Headers;

/// <summary>View of a Geneve header with its options (RFC 8926); accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>Version2, option words6, O1, C1, R6, protocol16; VNI24, R8; options.</remarks>
public readonly ref struct GeneveHeader
{
    /// <summary>Without options.</summary>
    public const int Size = 8;

    /// <summary>UDP port of Geneve.</summary>
    public const ushort Port = 6081;

    /// <summary>First 4 bytes of an option: class16, type8, R3, words5.</summary>
    public const int OptionHeaderSize = 4;

    /// <summary>Option class of INT.</summary>
    public const ushort IntClass = 0x0103;

    private readonly ReadOnlySpan<byte> _bytes;

    private GeneveHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>8 to 260 bytes.</summary>
    public int HeaderLength => _bytes.Length;

    /// <summary>EtherType of what follows.</summary>
    public ushort Protocol => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    /// <summary>24 bits.</summary>
    public uint NetworkId => BinaryPrimitives.ReadUInt32BigEndian(_bytes[4..]) >> 8;

    public ReadOnlySpan<byte> Options => _bytes[Size..];

    /// <summary>False where the bytes end inside the header or the version is not 0.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out GeneveHeader header)
    {
        header = default;
        if (source.Length < Size || source[0] >> 6 != 0)
            return false;
        var length = Size + (4 * (source[0] & 0x3F));
        if (source.Length < length)
            return false;
        header = new GeneveHeader(source[..length]);
        return true;
    }

    /// <summary>Writes the 8 fixed bytes and returns 8; <paramref name="optionsLength"/> is in bytes, whole words.</summary>
    public static int Write(Span<byte> target, int optionsLength, ushort protocol, uint networkId)
    {
        target[0] = (byte)(optionsLength / 4);
        target[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], protocol);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], networkId << 8);
        return Size;
    }

    /// <summary>Writes the 4 bytes in front of an option's data and returns 4; <paramref name="words"/> is at most 31.</summary>
    public static int WriteOption(Span<byte> target, ushort optionClass, byte type, int words)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, optionClass);
        target[2] = type;
        target[3] = (byte)(words & 0x1F);
        return OptionHeaderSize;
    }
}
