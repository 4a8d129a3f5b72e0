using System.Buffers.Binary;

namespace Telemetry.Wire.Headers;

/// <summary>
/// View of an Ethernet header with up to two VLAN tags (IEEE 802.3, 802.1Q): destination 6, source 6, tags 4 each, EtherType 2.
/// Accessors cannot fail once <see cref="TryRead"/> returned true.
/// </summary>
public readonly ref struct EthernetHeader
{
    /// <summary>Without tags.</summary>
    public const int Size = 14;

    private const int MostTags = 2;
    private readonly ReadOnlySpan<byte> _bytes;

    private EthernetHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Bytes with the tags: 14, 18 or 22.</summary>
    public int HeaderLength => _bytes.Length;

    public ulong Destination => MacAddress.Read(_bytes);

    public ulong Source => MacAddress.Read(_bytes[6..]);

    /// <summary>What follows the tags.</summary>
    public ushort EtherType => BinaryPrimitives.ReadUInt16BigEndian(_bytes[^2..]);

    /// <summary>12 bits of the outer tag; -1 without a tag.</summary>
    public int VlanId => _bytes.Length == Size ? -1 : BinaryPrimitives.ReadUInt16BigEndian(_bytes[14..]) & 0x0FFF;

    /// <summary>12 bits of the inner tag; -1 without a second tag.</summary>
    public int InnerVlanId => _bytes.Length < Size + 8 ? -1 : BinaryPrimitives.ReadUInt16BigEndian(_bytes[18..]) & 0x0FFF;

    /// <summary>3 bits of the outer tag; 0 without a tag.</summary>
    public int VlanPriority => _bytes.Length == Size ? 0 : _bytes[14] >> 5;

    /// <summary>False where the bytes end inside the header.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out EthernetHeader header)
    {
        var length = Size;
        for (var tags = 0; source.Length >= length; tags++)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(source[(length - 2)..]);
            if (type is not (Headers.EtherType.Vlan or Headers.EtherType.ServiceVlan) || tags == MostTags)
            {
                header = new EthernetHeader(source[..length]);
                return true;
            }
            length += 4;
        }
        header = default;
        return false;
    }

    /// <summary>Writes 14 bytes and returns 14.</summary>
    public static int Write(Span<byte> target, ulong destination, ulong source, ushort etherType)
    {
        MacAddress.Write(target, destination);
        MacAddress.Write(target[6..], source);
        BinaryPrimitives.WriteUInt16BigEndian(target[12..], etherType);
        return Size;
    }

    /// <summary>Writes 18 bytes with one 802.1Q tag and returns 18.</summary>
    public static int WriteTagged(Span<byte> target, ulong destination, ulong source, int vlanId, int priority, ushort etherType)
    {
        Write(target, destination, source, Headers.EtherType.Vlan);
        BinaryPrimitives.WriteUInt16BigEndian(target[14..], (ushort)(((priority & 7) << 13) | (vlanId & 0x0FFF)));
        BinaryPrimitives.WriteUInt16BigEndian(target[16..], etherType);
        return Size + 4;
    }
}
