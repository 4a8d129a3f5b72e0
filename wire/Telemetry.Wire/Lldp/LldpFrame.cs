using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Lldp;

/// <summary>
/// A link probe as an LLDP frame (IEEE 802.1AB): chassis id (subtype 7, local: the switch's name), port id (subtype 7, local), time to live, and an
/// organisationally specific TLV (OUI 02-54-4D, locally administered; subtype 1) with a cookie by which a controller knows its own probes.
/// </summary>
/// <param name="Chassis">Switch name, 1 to 255 bytes of UTF-8.</param>
/// <param name="Port">Port number on that switch.</param>
/// <param name="TtlSeconds">How long a receiver keeps it.</param>
/// <param name="Cookie">The sender's own.</param>
public sealed record LldpFrame(string Chassis, uint Port, ushort TtlSeconds, ulong Cookie)
{
    /// <summary>01:80:c2:00:00:0e: bridges do not forward it.</summary>
    public const ulong NearestBridge = 0x0180_C200_000E;

    /// <summary>Enough for every frame.</summary>
    public const int MaxSize = 320;

    private const int LocalSubtype = 7;
    private const uint Oui = 0x02544D;
    private const byte CookieSubtype = 1;

    private enum Tlv
    {
        End = 0,
        Chassis = 1,
        Port = 2,
        Ttl = 3,
        Organisation = 127,
    }

    /// <summary>Writes the whole Ethernet frame and returns its length.</summary>
    /// <exception cref="ArgumentException">The name is empty or longer than 255 bytes, or the target is shorter than <see cref="MaxSize"/>.</exception>
    public int Write(Span<byte> target, ulong sourceMac)
    {
        if (target.Length < MaxSize)
            throw new ArgumentException($"the buffer needs {MaxSize} bytes", nameof(target));
        var nameLength = Encoding.UTF8.GetByteCount(Chassis);
        if (nameLength is 0 or > 255)
            throw new ArgumentException($"a chassis name needs 1 to 255 bytes; '{Chassis}' has {nameLength}");
        var position = EthernetHeader.Write(target, NearestBridge, sourceMac, EtherType.Lldp);
        var chassis = Begin(target, ref position, Tlv.Chassis, 1 + nameLength);
        chassis[0] = LocalSubtype;
        Encoding.UTF8.GetBytes(Chassis, chassis[1..]);
        Span<byte> digits = stackalloc byte[10];
        System.Buffers.Text.Utf8Formatter.TryFormat(Port, digits, out var digitCount);
        var port = Begin(target, ref position, Tlv.Port, 1 + digitCount);
        port[0] = LocalSubtype;
        digits[..digitCount].CopyTo(port[1..]);
        BinaryPrimitives.WriteUInt16BigEndian(Begin(target, ref position, Tlv.Ttl, 2), TtlSeconds);
        var organisation = Begin(target, ref position, Tlv.Organisation, 12);
        BinaryPrimitives.WriteUInt32BigEndian(organisation, (Oui << 8) | CookieSubtype);
        BinaryPrimitives.WriteUInt64BigEndian(organisation[4..], Cookie);
        Begin(target, ref position, Tlv.End, 0);
        return position;
    }

    /// <summary>Reads a frame that <see cref="Write"/> could have made; false for any other, other vendors' LLDP among them (they lack the cookie).</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, [NotNullWhen(true)] out LldpFrame? probe)
    {
        probe = null;
        if (!EthernetHeader.TryRead(frame, out var ethernet) || ethernet.EtherType != EtherType.Lldp)
            return false;
        var rest = frame[ethernet.HeaderLength..];
        string? chassis = null;
        uint? port = null;
        ushort? ttl = null;
        ulong? cookie = null;
        while (rest.Length >= 2)
        {
            var head = BinaryPrimitives.ReadUInt16BigEndian(rest);
            var (type, length) = ((Tlv)(head >> 9), head & 0x1FF);
            if (rest.Length < 2 + length)
                return false;
            var value = rest.Slice(2, length);
            rest = rest[(2 + length)..];
            switch (type)
            {
                case Tlv.End:
                    rest = default;
                    break;
                case Tlv.Chassis when length > 1 && value[0] == LocalSubtype:
                    chassis = Encoding.UTF8.GetString(value[1..]);
                    break;
                case Tlv.Port when length > 1 && value[0] == LocalSubtype:
                    if (!System.Buffers.Text.Utf8Parser.TryParse(value[1..], out uint number, out var used) || used != length - 1)
                        return false;
                    port = number;
                    break;
                case Tlv.Ttl when length == 2:
                    ttl = BinaryPrimitives.ReadUInt16BigEndian(value);
                    break;
                case Tlv.Organisation when length == 12 && BinaryPrimitives.ReadUInt32BigEndian(value) == ((Oui << 8) | CookieSubtype):
                    cookie = BinaryPrimitives.ReadUInt64BigEndian(value[4..]);
                    break;
            }
        }
        if (chassis is null || port is null || ttl is null || cookie is null)
            return false;
        probe = new LldpFrame(chassis, port.Value, ttl.Value, cookie.Value);
        return true;
    }

    private static Span<byte> Begin(Span<byte> target, ref int position, Tlv type, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target[position..], (ushort)(((int)type << 9) | length));
        position += 2 + length;
        return target.Slice(position - length, length);
    }
}
