using System.Buffers.Binary;

namespace Telemetry.Wire.Int;

/// <summary>View of the 4-byte shim of INT v2.x over TCP and UDP; accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>Type4, NPT2, R2, Length8, then by NPT. 0: R8, DSCP6, R2. 1: UDP port16. 2: R8, IP protocol8.</remarks>
public readonly ref struct IntShim
{
    public const int Size = 4;

    private readonly ReadOnlySpan<byte> _bytes;

    private IntShim(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>4 bits; see <see cref="IntType"/> for those assigned.</summary>
    public IntType Type => (IntType)(_bytes[0] >> 4);

    /// <summary>Next-protocol type, 0 to 3; says what the last 16 bits hold.</summary>
    public int NextProtocolType => (_bytes[0] >> 2) & 3;

    /// <summary>Words of INT behind the shim.</summary>
    public byte LengthWords => _bytes[1];

    /// <summary>Bytes of INT with the shim: 4 to 1024.</summary>
    public int TotalLength => Size + (4 * LengthWords);

    /// <summary>With type 0: the DSCP before the source marked the packet.</summary>
    public byte OriginalDscp => (byte)(_bytes[3] >> 2);

    /// <summary>With type 1: the UDP destination port before the source changed it.</summary>
    public ushort OriginalPort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    /// <summary>With type 2: the IP protocol of what follows INT.</summary>
    public byte NextProtocol => _bytes[3];

    /// <summary>False where there are fewer than 4 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out IntShim shim)
    {
        shim = source.Length < Size ? default : new IntShim(source[..Size]);
        return source.Length >= Size;
    }

    /// <summary>Writes a shim with next-protocol type 0 and returns 4.</summary>
    public static int WriteWithDscp(Span<byte> target, IntType type, byte lengthWords, byte originalDscp) =>
        Write(target, type, 0, lengthWords, (ushort)((originalDscp & 0x3F) << 2));

    /// <summary>Writes a shim with next-protocol type 1 and returns 4.</summary>
    public static int WriteWithPort(Span<byte> target, IntType type, byte lengthWords, ushort originalPort) =>
        Write(target, type, 1, lengthWords, originalPort);

    /// <summary>Writes a shim with next-protocol type 2 and returns 4.</summary>
    public static int WriteWithProtocol(Span<byte> target, IntType type, byte lengthWords, byte protocol) =>
        Write(target, type, 2, lengthWords, protocol);

    private static int Write(Span<byte> target, IntType type, int nextProtocolType, byte lengthWords, ushort last)
    {
        target[0] = (byte)(((int)type << 4) | (nextProtocolType << 2));
        target[1] = lengthWords;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], last);
        return Size;
    }
}
