using System.Buffers.Binary;
using System.IO.Hashing;

namespace Telemetry.SoftSwitch.Execution;

/// <summary>The hashes and checksums of BMv2, over the first bytes of a buffer.</summary>
internal static class Hashes
{
    private static readonly ushort[] Crc16Table = MakeTable16(0xA001);
    private static readonly ushort[] CcittTable = MakeCcittTable();
    private static readonly uint[] Crc32Table = MakeTable32(0xEDB88320);

    public static IReadOnlyList<string> Names { get; } =
        ["cksum16", "crc16", "crc32", "crcCCITT", "csum16", "identity", "xor16", "xor32", "xxh64"];

    public static bool IsKnown(string name) => Names.Contains(name);

    public static Func<byte[], int, ulong> Find(string name) => name switch
    {
        "crc16" or "crc16_custom" => Crc16,
        "crc32" or "crc32_custom" => Crc32,
        "crcCCITT" => CrcCcitt,
        "csum16" or "cksum16" => Csum16,
        "identity" => Identity,
        "xor16" => Xor16,
        "xor32" => Xor32,
        "xxh64" => Xxh64,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "unknown hash"),
    };

    /// <summary>CRC-16/ARC.</summary>
    public static ulong Crc16(byte[] bytes, int length)
    {
        uint crc = 0;
        foreach (byte b in bytes.AsSpan(0, length))
        {
            crc = (crc >> 8) ^ Crc16Table[(crc ^ b) & 0xFF];
        }

        return crc;
    }

    /// <summary>CRC-16 with polynomial 0x1021 and initial value 0xFFFF.</summary>
    public static ulong CrcCcitt(byte[] bytes, int length)
    {
        uint crc = 0xFFFF;
        foreach (byte b in bytes.AsSpan(0, length))
        {
            crc = ((crc << 8) ^ CcittTable[((crc >> 8) ^ b) & 0xFF]) & 0xFFFF;
        }

        return crc;
    }

    /// <summary>CRC-32 as in Ethernet.</summary>
    public static ulong Crc32(byte[] bytes, int length)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes.AsSpan(0, length))
        {
            crc = (crc >> 8) ^ Crc32Table[(crc ^ b) & 0xFF];
        }

        return ~crc;
    }

    /// <summary>Internet checksum (RFC 1071); an odd last byte counts as the high half of a word.</summary>
    public static ulong Csum16(byte[] bytes, int length)
    {
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, length);
        ulong sum = 0;
        while (rest.Length >= 4)
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(rest);
            rest = rest[4..];
        }

        if (rest.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(rest);
            rest = rest[2..];
        }

        if (rest.Length == 1)
        {
            sum += (ulong)rest[0] << 8;
        }

        sum = (sum & 0xFFFFFFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + ((sum >> 16) & 0xFFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return ~sum & 0xFFFF;
    }

    /// <summary>The first 8 bytes as a number.</summary>
    public static ulong Identity(byte[] bytes, int length)
    {
        ulong value = 0;
        for (int i = 0; i < Math.Min(8, length); i++)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }

    public static ulong Xor16(byte[] bytes, int length) => Xor(bytes, length, 2);

    public static ulong Xor32(byte[] bytes, int length) => Xor(bytes, length, 4);

    public static ulong Xxh64(byte[] bytes, int length) => XxHash64.HashToUInt64(bytes.AsSpan(0, length));

    private static ulong Xor(byte[] bytes, int length, int word)
    {
        ulong value = 0;
        for (int i = 0; i < length; i++)
        {
            value ^= (ulong)bytes[i] << (8 * (word - 1 - (i % word)));
        }

        return value;
    }

    private static ushort[] MakeTable16(ushort polynomial)
    {
        ushort[] table = new ushort[256];
        for (int i = 0; i < 256; i++)
        {
            int crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }

    private static ushort[] MakeCcittTable()
    {
        ushort[] table = new ushort[256];
        for (int i = 0; i < 256; i++)
        {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }

    private static uint[] MakeTable32(uint polynomial)
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;
            }

            table[i] = crc;
        }

        return table;
    }
}
