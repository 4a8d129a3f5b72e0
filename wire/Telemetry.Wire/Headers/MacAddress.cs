using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Telemetry.Wire.Headers;

/// <summary>48-bit Ethernet addresses, held in the low 48 bits of a <see cref="ulong"/>.</summary>
public static class MacAddress
{
    public const ulong Broadcast = 0xFFFF_FFFF_FFFF;

    /// <summary>"aa:bb:cc:dd:ee:ff"; bits above 48 are ignored.</summary>
    public static string Format(ulong address) => string.Create(CultureInfo.InvariantCulture,
        $"{(byte)(address >> 40):x2}:{(byte)(address >> 32):x2}:{(byte)(address >> 24):x2}:{(byte)(address >> 16):x2}:{(byte)(address >> 8):x2}:{(byte)address:x2}");

    /// <summary>Six groups of one or two hex digits, separated by ':' or '-'.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ulong address)
    {
        address = 0;
        if (text is null)
            return false;
        var groups = text.Split(text.Contains('-', StringComparison.Ordinal) ? '-' : ':');
        if (groups.Length != 6)
            return false;
        foreach (var group in groups)
        {
            if (group.Length is 0 or > 2 || !byte.TryParse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
                return false;
            address = (address << 8) | octet;
        }
        return true;
    }

    /// <summary>The first 6 bytes of <paramref name="source"/>, which has at least 6.</summary>
    public static ulong Read(ReadOnlySpan<byte> source) =>
        ((ulong)System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(source) << 32)
        | System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(source[2..]);

    /// <summary>Writes 6 bytes.</summary>
    public static void Write(Span<byte> target, ulong address)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)(address >> 32));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(target[2..], (uint)address);
    }
}
