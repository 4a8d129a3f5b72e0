using System.Buffers.Binary;
using System.IO.Hashing;

namespace Telemetry.SoftSwitch.Execution;

/// <summary>The hashes and checksums of BMv2, over the first bytes of a buffer.</summary>
internal static class Hashes
{
    private static readonly ushort[] Crc16Table = MakeTable16(0xA001);
    private static readonly ushort[] CcittTable = MakeCcittTable();
    private static readonly uint[] Crc32Table = MakeTable32(0xEDB88320);
    private static readonly byte[] Crc8Table = MakeTable8(0x07);
    private static readonly ulong[] Crc64Table = MakeTable64(0xD800000000000000);

    /// <summary>BMv2's Toeplitz key until its Thrift interface sets another one: zeros, with which every hash is 0.</summary>
    private static readonly byte[] ToeplitzKey = new byte[4];

    private static readonly Dictionary<string, Func<byte[], int, ulong>> Known = new()
    {
        ["bmv2_hash"] = Xxh64, ["cksum16"] = Csum16, ["crc16"] = Crc16, ["crc16_custom"] = Crc16, ["crc32"] = Crc32, ["crc32_custom"] = Crc32,
        ["crc64_custom"] = Crc64, ["crc8_custom"] = Crc8, ["crcCCITT"] = CrcCcitt, ["csum16"] = Csum16, ["hash_ex"] = HashEx,
        ["identity"] = Identity, ["toeplitz"] = Toeplitz, ["xor16"] = Xor16, ["xor32"] = Xor32, ["xxh64"] = Xxh64,
    };

    /// <summary>Hashes that remember earlier calls: <see cref="RoundRobin"/> computes them.</summary>
    private static readonly string[] Stateful = ["round_robin", "round_robin_consistent"];

    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys.Concat(Stateful).Order(StringComparer.Ordinal)];

    public static bool IsKnown(string name) => Names.Contains(name);

    public static bool IsStateful(string name) => Stateful.Contains(name);

    /// <summary>A hash without memory. Those called custom are the standard ones until BMv2's Thrift interface changes them.</summary>
    public static Func<byte[], int, ulong> Find(string name) => Known[name];

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

    /// <summary>CRC-8 with polynomial 0x07.</summary>
    public static ulong Crc8(byte[] bytes, int length)
    {
        uint crc = 0;
        foreach (byte b in bytes.AsSpan(0, length))
        {
            crc = Crc8Table[(crc ^ b) & 0xFF];
        }

        return crc;
    }

    /// <summary>CRC-64 with the reflected polynomial 0x1B.</summary>
    public static ulong Crc64(byte[] bytes, int length)
    {
        ulong crc = 0;
        foreach (byte b in bytes.AsSpan(0, length))
        {
            crc = (crc >> 8) ^ Crc64Table[(crc ^ b) & 0xFF];
        }

        return crc;
    }

    /// <summary>The hash of simple_switch's own example: FNV over signed bytes, then mixed.</summary>
    public static ulong HashEx(byte[] bytes, int length)
    {
        uint hash = 2166136261;
        foreach (byte b in bytes.AsSpan(0, length))
        {
            hash = (hash ^ (uint)(sbyte)b) * 16777619;
        }

        hash += hash << 13;
        hash ^= hash >> 7;
        hash += hash << 3;
        hash ^= hash >> 17;
        hash += hash << 5;
        return hash;
    }

    public static ulong Toeplitz(byte[] bytes, int length) => Toeplitz(bytes.AsSpan(0, length), ToeplitzKey);

    /// <summary>The Toeplitz hash under a key of whole 32-bit words, which is used again from its start for longer inputs.</summary>
    public static ulong Toeplitz(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        uint hash = 0;
        int keyBits = key.Length * 8;
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            if ((bytes[bit >> 3] & (0x80 >> (bit & 7))) == 0)
            {
                continue;
            }

            uint window = 0;
            for (int i = 0; i < 32; i++)
            {
                int at = (bit + i) % keyBits;
                window = (window << 1) | (uint)((key[at >> 3] >> (7 - (at & 7))) & 1);
            }

            hash ^= window;
        }

        return hash;
    }

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

    private static byte[] MakeTable8(byte polynomial)
    {
        byte[] table = new byte[256];
        for (int i = 0; i < 256; i++)
        {
            int crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x80) != 0 ? (crc << 1) ^ polynomial : crc << 1;
            }

            table[i] = (byte)crc;
        }

        return table;
    }

    private static ulong[] MakeTable64(ulong polynomial)
    {
        ulong[] table = new ulong[256];
        for (ulong i = 0; i < 256; i++)
        {
            ulong crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;
            }

            table[i] = crc;
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
