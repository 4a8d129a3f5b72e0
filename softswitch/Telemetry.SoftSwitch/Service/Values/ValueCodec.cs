using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Telemetry.P4Runtime.Values;
using Telemetry.SoftSwitch.Service.Answers;

namespace Telemetry.SoftSwitch.Service.Values;

/// <summary>
/// One value between the controller's byte strings and the data plane's numbers: any encoding of a number that fits is
/// taken, as the specification asks, and answers are canonical; a translated type is translated. Faults name the place and the width.
/// </summary>
internal sealed class ValueCodec(string place, int width, Translation? translation)
{
    /// <summary>What the value belongs to, as faults call it: "table t, match field h.k".</summary>
    public string Place { get; } = place;

    /// <summary>Bits in the data plane.</summary>
    public int Width { get; } = width;

    /// <summary>How the controller's values differ; null where they do not.</summary>
    public Translation? Translation { get; } = translation;

    /// <summary>All bits of the data plane's value.</summary>
    public BigInteger All { get; } = (BigInteger.One << width) - 1;

    /// <exception cref="EntityFault">INVALID_ARGUMENT for an empty string, OUT_OF_RANGE for a value too wide or, in a translated type, unknown.</exception>
    public BigInteger Parse(ByteString bytes)
    {
        if (Translation is not null)
        {
            return Translation.ToData(bytes, this);
        }

        ReadOnlySpan<byte> value = Checked(bytes);
        return value.Length <= 8 ? ToWord(value) : new BigInteger(value, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>Like <see cref="Parse"/>, for values of up to 64 bits.</summary>
    /// <exception cref="EntityFault">See <see cref="Parse"/>.</exception>
    public ulong ParseWord(ByteString bytes) => Translation is null ? ToWord(Checked(bytes)) : (ulong)Translation.ToData(bytes, this);

    /// <summary>Like <see cref="Parse"/>, into the one word of a value of up to 64 bits; false where that has a fault, and for other values.</summary>
    public bool TryRead(ReadOnlySpan<byte> bytes, Span<ulong> word)
    {
        if (Translation is not null || Width > 64 || bytes.IsEmpty || bytes.Length > sizeof(ulong))
        {
            return false;
        }

        word[0] = ToWord(bytes);
        return Width == 64 || word[0] >> Width == 0;
    }

    public ByteString Format(BigInteger value)
    {
        if (Translation is not null)
        {
            return Translation.ToSdn(value, this);
        }

        return value <= ulong.MaxValue ? Canonical((ulong)value) : ByteString.CopyFrom(value.ToByteArray(isUnsigned: true, isBigEndian: true));
    }

    public ByteString FormatWord(ulong value) => Translation is null ? Canonical(value) : Translation.ToSdn(value, this);

    /// <summary>Writes what <see cref="Format"/> makes.</summary>
    public void Encode(int field, BigInteger value, MessageWriter to)
    {
        if (Translation is null && value <= ulong.MaxValue)
        {
            to.Canonical(field, (ulong)value);
        }
        else
        {
            to.Bytes(field, Format(value).Span);
        }
    }

    /// <summary>Writes what <see cref="FormatWord"/> makes.</summary>
    public void EncodeWord(int field, ulong value, MessageWriter to)
    {
        if (Translation is null)
        {
            to.Canonical(field, value);
        }
        else
        {
            to.Bytes(field, Translation.ToSdn(value, this).Span);
        }
    }

    /// <summary>The shortest byte string of a number.</summary>
    public static ByteString Canonical(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        int first = Math.Min(BitOperations.LeadingZeroCount(value) / 8, 7);
        return ByteString.CopyFrom(bytes[first..]);
    }

    private EntityFault TooWide(ReadOnlySpan<byte> bytes) =>
        EntityFault.OutOfRange($"{Place} ({Width} bits): {CanonicalBytes.Show(bytes)} needs {CanonicalBytes.BitLength(bytes)} bits");

    /// <summary>The bytes without leading zeros.</summary>
    private ReadOnlySpan<byte> Checked(ByteString bytes)
    {
        ReadOnlySpan<byte> value = bytes.Span;
        if (value.IsEmpty)
        {
            throw EntityFault.Invalid($"{Place} ({Width} bits): the value is empty");
        }

        if (value[0] == 0 && value.Length > 1)
        {
            int first = value.IndexOfAnyExcept((byte)0);
            value = first < 0 ? value[^1..] : value[first..];
        }

        int bits = (8 * value.Length) - (BitOperations.LeadingZeroCount((uint)value[0]) - 24);
        return bits <= Width ? value : throw TooWide(value);
    }

    private static ulong ToWord(ReadOnlySpan<byte> value)
    {
        ulong word = 0;
        foreach (byte b in value)
        {
            word = (word << 8) | b;
        }

        return word;
    }
}
