using System.Buffers.Binary;

namespace Telemetry.Wire.Headers;

/// <summary>The Internet checksum (RFC 1071) and its incremental update (RFC 1624, equation 3).</summary>
public static class InternetChecksum
{
    /// <summary>Checksum of the bytes, an odd last one padded with zero; over a header with a right checksum it is 0.</summary>
    /// <param name="bytes">What is summed.</param>
    /// <param name="partial">Sum of what was added before: a pseudo header, or an even-length first part.</param>
    public static ushort Compute(ReadOnlySpan<byte> bytes, ulong partial = 0) => Finish(Sum(bytes, partial));

    /// <summary>Adds the bytes to a partial sum; only the last part may have an odd length.</summary>
    public static ulong Sum(ReadOnlySpan<byte> bytes, ulong partial = 0)
    {
        // Sums of 32-bit words fold to the same 16 bits; 64 bits hold 2^32 of them.
        while (bytes.Length >= 4)
        {
            partial += BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[4..];
        }
        if (bytes.Length >= 2)
        {
            partial += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }
        return bytes.Length == 1 ? partial + ((uint)bytes[0] << 8) : partial;
    }

    /// <summary>Folds a partial sum and complements it.</summary>
    public static ushort Finish(ulong partial)
    {
        while (partial >> 16 != 0)
            partial = (partial & 0xFFFF) + (partial >> 16);
        return (ushort)~partial;
    }

    /// <summary>Partial sum of the pseudo header of TCP and UDP over IPv4; <paramref name="length"/> counts L4 header and payload.</summary>
    public static ulong PseudoHeader(uint source, uint destination, byte protocol, int length) =>
        (ulong)source + destination + protocol + (uint)length;

    /// <summary>Partial sum of the pseudo header of TCP and UDP over IPv6.</summary>
    public static ulong PseudoHeader(UInt128 source, UInt128 destination, byte protocol, int length) =>
        SumWords(source) + SumWords(destination) + protocol + (uint)length;

    /// <summary>The checksum after one 16-bit word under it changed.</summary>
    public static ushort Update(ushort checksum, ushort before, ushort after) =>
        Finish((ulong)(ushort)~checksum + (ushort)~before + after);

    /// <summary>The checksum after one aligned 32-bit word under it changed.</summary>
    public static ushort Update(ushort checksum, uint before, uint after) =>
        Finish((ulong)(ushort)~checksum + ~before + after);

    /// <summary>The checksum after bytes were inserted (or with <paramref name="removed"/> taken out) at an even offset; lengths in headers are updated apart.</summary>
    public static ushort UpdateInserted(ushort checksum, ReadOnlySpan<byte> evenBytes, bool removed = false)
    {
        var sum = (ushort)~Finish(Sum(evenBytes));
        return Finish((ulong)(ushort)~checksum + (removed ? (ushort)~sum : sum));
    }

    private static ulong SumWords(UInt128 value) =>
        (ulong)(uint)(value >> 96) + (uint)(value >> 64) + (uint)(value >> 32) + (uint)value;
}
