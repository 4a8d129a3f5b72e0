using System.Buffers.Binary;

namespace Telemetry.Wire.Headers;

/// <summary>View of the 8 bytes of a VXLAN or VXLAN-GPE header; accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>R2, version2, I1, P1, B1, O1, R16, next protocol8 (with P); VNI24, R8.</remarks>
public readonly ref struct VxlanHeader
{
    public const int Size = 8;

    /// <summary>UDP port of VXLAN.</summary>
    public const ushort Port = 4789;

    /// <summary>UDP port of VXLAN-GPE.</summary>
    public const ushort GpePort = 4790;

    public const byte NextIpv4 = 1;
    public const byte NextIpv6 = 2;
    public const byte NextEthernet = 3;

    private readonly ReadOnlySpan<byte> _bytes;

    private VxlanHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Without the P bit an Ethernet frame follows.</summary>
    public byte NextProtocol => (_bytes[0] & 4) != 0 ? _bytes[3] : NextEthernet;

    /// <summary>24 bits.</summary>
    public uint NetworkId => BinaryPrimitives.ReadUInt32BigEndian(_bytes[4..]) >> 8;

    /// <summary>False where there are fewer than 8 bytes or the version is not 0.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out VxlanHeader header)
    {
        header = default;
        if (source.Length < Size || (source[0] & 0x30) != 0)
            return false;
        header = new VxlanHeader(source[..Size]);
        return true;
    }

    /// <summary>Writes 8 bytes of VXLAN-GPE and returns 8.</summary>
    public static int WriteGpe(Span<byte> target, uint networkId, byte nextProtocol)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, 0x0C00_0000u | nextProtocol);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], networkId << 8);
        return Size;
    }
}
