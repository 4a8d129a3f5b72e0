using System.Buffers.Binary;

namespace Telemetry.Lab.Hosts;

/// <summary>The Internet checksum (RFC 1071) in a form that frames with one changing part can be summed by parts.</summary>
internal static class InternetSum
{
    /// <summary>Sum of the big-endian 16-bit words of <paramref name="bytes"/>, an odd last byte padded; not folded.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        while (bytes.Length >= 8)
        {
            // Two 32-bit words at a time: 2^16 = 1 modulo 2^16 - 1, so wide words fold to the same sum.
            ulong wide = BinaryPrimitives.ReadUInt64BigEndian(bytes);
            sum += (wide >> 32) + (wide & 0xFFFF_FFFF);
            bytes = bytes[8..];
        }

        while (bytes.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }

        return bytes.Length == 1 ? sum + (ulong)(bytes[0] << 8) : sum;
    }

    /// <summary>Sum of the pseudo header of UDP and TCP over IPv4.</summary>
    public static ulong OfPseudoHeader(ReadOnlySpan<byte> ipv4, int l4Length) =>
        Of(ipv4.Slice(12, 8)) + ipv4[9] + (ulong)l4Length;

    /// <summary>The checksum field's value for a sum over everything else.</summary>
    public static ushort Finish(ulong sum) => (ushort)~Fold(sum);

    /// <summary>True when a sum over everything, checksum included, says that nothing changed.</summary>
    public static bool IsValid(ulong sum) => Fold(sum) == 0xFFFF;

    private static ulong Fold(ulong sum)
    {
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return sum;
    }
}
