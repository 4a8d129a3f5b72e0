using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;

namespace Telemetry.P4Runtime.Values;

/// <summary>
/// P4Runtime's canonical byte strings (specification section 8.4): big-endian, unsigned, no leading zero byte, zero is one 0x00 byte.
/// </summary>
public static class CanonicalBytes
{
    private static readonly ByteString[] s_single = [.. Enumerable.Range(0, 256).Select(b => ByteString.CopyFrom((byte)b))];

    /// <summary>The value in its shortest form.</summary>
    /// <exception cref="P4ValueException">The value needs more bits than <paramref name="field"/> has.</exception>
    public static ByteString Encode(ulong value, ValueField field)
    {
        if (value <= byte.MaxValue && field.Width >= 8)
            return s_single[value];
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Encode(bytes, field);
    }

    /// <inheritdoc cref="Encode(ulong, ValueField)"/>
    public static ByteString Encode(UInt128 value, ValueField field)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return Encode(bytes, field);
    }

    /// <inheritdoc cref="Encode(ulong, ValueField)"/>
    public static ByteString Encode(BigInteger value, ValueField field) => value.Sign < 0
        ? throw new P4ValueException(field, $"{value} is negative")
        : Encode(value.ToByteArray(isUnsigned: true, isBigEndian: true), field);

    /// <summary>Big-endian bytes of any length in their shortest form.</summary>
    /// <exception cref="P4ValueException">The value needs more bits than <paramref name="field"/> has.</exception>
    public static ByteString Encode(ReadOnlySpan<byte> bigEndian, ValueField field)
    {
        var bits = BitLength(bigEndian);
        return bits <= field.Width || field.ResolvedFormat == ValueFormat.Text
            ? Shortest(bigEndian)
            : throw new P4ValueException(field, $"{Show(bigEndian)} needs {bits} bits");
    }

    /// <summary>The same value without leading zero bytes; an empty string becomes one 0x00 byte. Returns the argument if it is canonical.</summary>
    public static ByteString Canonicalize(ByteString value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return IsCanonical(value.Span) ? value : Shortest(value.Span);
    }

    /// <summary>True for at least one byte, the first not zero unless it is the only one.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> value) => value.Length == 1 || (value.Length > 1 && value[0] != 0);

    /// <summary>Bits without the leading zeros; 0 for zero.</summary>
    public static int BitLength(ReadOnlySpan<byte> bigEndian)
    {
        var first = bigEndian.IndexOfAnyExcept((byte)0);
        return first < 0 ? 0 : (8 * (bigEndian.Length - first)) - BitOperations.LeadingZeroCount((uint)bigEndian[first] << 24);
    }

    /// <summary>The value as an integer.</summary>
    /// <exception cref="OverflowException">It needs more than 64 bits.</exception>
    public static ulong ToUInt64(ByteString value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return checked((ulong)ToUInt128(value));
    }

    /// <summary>The value as an integer.</summary>
    /// <exception cref="OverflowException">It needs more than 128 bits.</exception>
    public static UInt128 ToUInt128(ByteString value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (BitLength(value.Span) > 128)
            throw new OverflowException($"{Show(value.Span)} needs more than 128 bits");
        UInt128 result = 0;
        foreach (var b in value.Span)
            result = (result << 8) | b;
        return result;
    }

    /// <summary>The value as an integer of any size.</summary>
    public static BigInteger ToBigInteger(ByteString value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new BigInteger(value.Span, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>Writes the value right-aligned and zero-padded to all of <paramref name="target"/>; false if it is longer.</summary>
    public static bool TryCopyPadded(ReadOnlySpan<byte> value, Span<byte> target)
    {
        var first = Math.Max(value.IndexOfAnyExcept((byte)0), 0);
        value = value[first..];
        if (value.Length > target.Length)
            return value.IndexOfAnyExcept((byte)0) < 0;
        target.Clear();
        value.CopyTo(target[(target.Length - value.Length)..]);
        return true;
    }

    /// <summary>"0x" and the digits of the value, without leading zeros.</summary>
    public static string Show(ReadOnlySpan<byte> bigEndian)
    {
        var digits = Convert.ToHexStringLower(bigEndian).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    internal static ByteString Shortest(ReadOnlySpan<byte> bigEndian)
    {
        var first = bigEndian.IndexOfAnyExcept((byte)0);
        return first < 0 ? s_single[0]
            : first == bigEndian.Length - 1 ? s_single[bigEndian[first]]
            : ByteString.CopyFrom(bigEndian[first..]);
    }
}
