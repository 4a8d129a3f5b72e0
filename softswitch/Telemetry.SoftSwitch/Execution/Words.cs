using System.Buffers.Binary;
using System.Numerics;

namespace Telemetry.SoftSwitch.Execution;

/// <summary>Numbers as the switch keeps them: words of 64 bits, the low word first.</summary>
internal static class Words
{
    /// <summary>How many words a value of so many bits takes.</summary>
    public static int Count(int width) => (width + 63) / 64;

    /// <summary>Writes the low bits of a number to the words from <paramref name="at"/> on.</summary>
    public static void Put(ulong[] words, int at, int width, BigInteger value)
    {
        if (width == 0)
        {
            return; // has no word: the next field's begins there
        }

        if (value.Sign >= 0 && value <= ulong.MaxValue)
        {
            words[at] = (ulong)value;
            words.AsSpan(at + 1, Count(width) - 1).Clear();
            return;
        }

        for (int i = 0; i < Count(width); i++)
        {
            words[at + i] = (ulong)(value & ulong.MaxValue);
            value >>= 64;
        }
    }

    public static BigInteger Get(ReadOnlySpan<ulong> words, int width)
    {
        if (width <= 64)
        {
            return width == 0 ? BigInteger.Zero : words[0];
        }

        BigInteger value = BigInteger.Zero;
        for (int i = Count(width) - 1; i >= 0; i--)
        {
            value = (value << 64) | words[i];
        }

        return value;
    }

    /// <summary>A value that begins at a word, for compiled code.</summary>
    public static BigInteger GetAt(ulong[] words, int at, int width, bool signed)
    {
        BigInteger value = Get(words.AsSpan(at), width);
        return signed ? Bits.SignedBig(value, width) : value;
    }

    /// <summary>Writes a value's low bits to words, for compiled code.</summary>
    public static void PutAt(ulong[] words, int at, int width, BigInteger value) => Put(words, at, width, value & ((BigInteger.One << width) - 1));

    /// <summary>Writes a value big-endian in as few whole bytes as its width needs; returns how many.</summary>
    public static int WriteBytes(ReadOnlySpan<ulong> words, int width, Span<byte> to)
    {
        int count = (width + 7) / 8;
        int at = count;
        for (int i = 0; at > 0; i++)
        {
            if (at >= 8)
            {
                BinaryPrimitives.WriteUInt64BigEndian(to[(at - 8)..], words[i]);
                at -= 8;
                continue;
            }

            for (ulong word = words[i]; at > 0; word >>= 8)
            {
                to[--at] = (byte)word;
            }
        }

        return count;
    }
}
