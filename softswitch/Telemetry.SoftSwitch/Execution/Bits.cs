using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Telemetry.SoftSwitch.Execution;

/// <summary>What compiled code calls to move bits between words and bytes. Bits are numbered from the most significant, as on the wire.</summary>
internal static class Bits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load1(byte[] bytes, int at) => bytes[at];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load2(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load4(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load6(byte[] bytes, int at) => (Load4(bytes, at) << 16) | Load2(bytes, at + 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load8(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at));

    public static ulong Load3(byte[] bytes, int at) => (Load2(bytes, at) << 8) | bytes[at + 2];

    public static ulong Load5(byte[] bytes, int at) => (Load4(bytes, at) << 8) | bytes[at + 4];

    public static ulong Load7(byte[] bytes, int at) => (Load6(bytes, at) << 8) | bytes[at + 6];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store1(byte[] bytes, int at, ulong value) => bytes[at] = (byte)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store2(byte[] bytes, int at, ulong value) => BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), (ushort)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store4(byte[] bytes, int at, ulong value) => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), (uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store8(byte[] bytes, int at, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at), value);

    public static void Store3(byte[] bytes, int at, ulong value)
    {
        Store2(bytes, at, value >> 8);
        bytes[at + 2] = (byte)value;
    }

    public static void Store5(byte[] bytes, int at, ulong value)
    {
        Store4(bytes, at, value >> 8);
        bytes[at + 4] = (byte)value;
    }

    public static void Store6(byte[] bytes, int at, ulong value)
    {
        Store4(bytes, at, value >> 16);
        Store2(bytes, at + 4, value);
    }

    public static void Store7(byte[] bytes, int at, ulong value)
    {
        Store6(bytes, at, value >> 8);
        bytes[at + 6] = (byte)value;
    }

    /// <summary>Reads 1 to 128 bits at any bit position.</summary>
    public static UInt128 Read(byte[] bytes, int bit, int width)
    {
        UInt128 value = 0;
        int end = bit + width;
        while (bit < end)
        {
            int inByte = bit & 7;
            int take = Math.Min(8 - inByte, end - bit);
            uint part = (uint)(bytes[bit >> 3] >> (8 - inByte - take)) & ((1u << take) - 1);
            value = (value << take) | part;
            bit += take;
        }

        return value;
    }

    public static ulong Read64(byte[] bytes, int bit, int width) => (ulong)Read(bytes, bit, width);

    /// <summary>Writes 1 to 128 bits at any bit position; the other bits of the bytes touched stay.</summary>
    public static void Write(byte[] bytes, int bit, int width, UInt128 value)
    {
        int left = width;
        while (left > 0)
        {
            int inByte = bit & 7;
            int take = Math.Min(8 - inByte, left);
            int shift = 8 - inByte - take;
            uint mask = ((1u << take) - 1) << shift;
            uint part = ((uint)(ulong)(value >> (left - take)) << shift) & mask;
            bytes[bit >> 3] = (byte)((bytes[bit >> 3] & ~mask) | part);
            bit += take;
            left -= take;
        }
    }

    /// <summary>Writes a number of any width at any bit position.</summary>
    public static void Write(byte[] bytes, int bit, int width, BigInteger value)
    {
        for (int left = width; left > 0;)
        {
            int take = Math.Min(64, left);
            left -= take;
            Write(bytes, bit, take, (UInt128)(ulong)((value >> left) & ulong.MaxValue));
            bit += take;
        }
    }

    /// <summary>Appends bits to a stream whose first unused bits of the last byte are made 0; returns the new length in bits.</summary>
    public static int Append(byte[] bytes, int bit, int width, ulong value)
    {
        int firstFresh = (bit + 7) >> 3;
        bytes.AsSpan(firstFresh, ((bit + width + 7) >> 3) - firstFresh).Clear();
        Write(bytes, bit, width, (UInt128)value);
        return bit + width;
    }

    /// <summary>Appends whole bytes to a stream of bits; returns the new length in bits.</summary>
    public static int AppendBytes(byte[] bytes, int bit, byte[] source, int at, ulong count)
    {
        for (int i = 0; i < (int)count; i++)
        {
            bit = Append(bytes, bit, 8, source[at + i]);
        }

        return bit;
    }

    /// <summary>Copies whole bytes that begin at any bit.</summary>
    public static void CopyBits(byte[] bytes, int bit, byte[] to, int at, int count)
    {
        for (int i = 0; i < count; i++)
        {
            to[at + i] = (byte)Read64(bytes, bit + (8 * i), 8);
        }
    }

    /// <summary>Reads any number of bits at any bit position.</summary>
    public static BigInteger ReadBig(byte[] bytes, int bit, int width)
    {
        BigInteger value = BigInteger.Zero;
        for (int left = width; left > 0;)
        {
            int take = Math.Min(64, left);
            value = (value << take) | Read64(bytes, bit, take);
            bit += take;
            left -= take;
        }

        return value;
    }

    public static UInt128 Wide(ulong low, ulong high) => new(high, low);

    public static ulong Low(UInt128 value) => (ulong)value;

    public static ulong High(UInt128 value) => (ulong)(value >> 64);

    public static ulong ShiftLeft(ulong value, ulong by) => by >= 64 ? 0 : value << (int)by;

    public static UInt128 ShiftLeft128(UInt128 value, ulong by) => by >= 128 ? 0 : value << (int)by;

    public static ulong ShiftRight(ulong value, ulong by) => by >= 64 ? 0 : value >> (int)by;

    public static long ShiftRightSigned(long value, ulong by) => value >> (int)Math.Min(by, 63);

    public static UInt128 ShiftRight128(UInt128 value, ulong by) => by >= 128 ? 0 : value >> (int)by;

    public static Int128 ShiftRightSigned128(Int128 value, ulong by) => value >> (int)Math.Min(by, 127);

    public static ulong Divide(ulong a, ulong b) => b == 0 ? 0 : a / b;

    public static ulong Modulo(ulong a, ulong b) => b == 0 ? 0 : a % b;

    public static long DivideSigned(long a, long b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    public static long ModuloSigned(long a, long b) => b is 0 or -1 ? 0 : a % b;

    public static Int128 DivideSigned128(Int128 a, Int128 b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    public static Int128 ModuloSigned128(Int128 a, Int128 b) => b == 0 || b == -1 ? 0 : a % b;

    public static UInt128 Divide128(UInt128 a, UInt128 b) => b == 0 ? 0 : a / b;

    public static UInt128 Modulo128(UInt128 a, UInt128 b) => b == 0 ? 0 : a % b;

    /// <summary>The low 64 bits of a number's two's complement.</summary>
    public static ulong LowOfBig(BigInteger value) => (ulong)(value & ulong.MaxValue);

    /// <summary>The low 128 bits of a number's two's complement.</summary>
    public static UInt128 LowOfBig128(BigInteger value) => (UInt128)(value & UInt128.MaxValue);

    /// <summary>A number's two's complement in so many bits, as a signed number.</summary>
    public static BigInteger SignedBig(BigInteger value, int width)
    {
        BigInteger low = value & ((BigInteger.One << width) - 1);
        return (low >> (width - 1)).IsZero ? low : low - (BigInteger.One << width);
    }

    public static BigInteger ShiftLeftBig(BigInteger value, ulong by) => by > 1_000_000 ? BigInteger.Zero : value << (int)by;

    public static BigInteger ShiftRightBig(BigInteger value, ulong by) => value >> (int)Math.Min(by, int.MaxValue);

    public static BigInteger DivideBig(BigInteger a, BigInteger b) => b.IsZero ? b : BigInteger.Divide(a, b);

    public static BigInteger ModuloBig(BigInteger a, BigInteger b) => b.IsZero ? b : BigInteger.Remainder(a, b);

    public static BigInteger Clamp(BigInteger value, BigInteger low, BigInteger high) => BigInteger.Min(high, BigInteger.Max(low, value));

    /// <summary>Bytes as a number.</summary>
    public static BigInteger NumberOf(byte[] bytes, int at, ulong count) => new(bytes.AsSpan(at, (int)count), isUnsigned: true, isBigEndian: true);

    /// <summary>True when two runs of bytes are the same number, as BMv2 compares varbits: leading zeros do not count.</summary>
    public static bool SameNumber(byte[] bytes, int a, ulong aCount, int b, ulong bCount) =>
        bytes.AsSpan(a, (int)aCount).TrimStart((byte)0).SequenceEqual(bytes.AsSpan(b, (int)bCount).TrimStart((byte)0));

    /// <summary>First word of a stack's element, or of the spill area when the index is outside the stack.</summary>
    public static int StackSlot(ulong index, int size, int first, int stride, int spill) =>
        index < (ulong)size ? first + ((int)index * stride) : spill;

    /// <summary>Varbit bytes of a stack's element; elements outside the stack have none.</summary>
    public static int StackVar(ulong index, int size, int first, int stride) => index < (ulong)size ? first + ((int)index * stride) : first;

    /// <summary>Moves a stack's elements towards the end: the first ones become invalid, the last ones are lost.</summary>
    public static void Push(PacketState packet, int first, int stride, int size, int next, int var, int varStride, ulong count)
    {
        int by = (int)Math.Min(count, (ulong)size);
        Array.Copy(packet.F, first, packet.F, first + (by * stride), (size - by) * stride);
        Array.Clear(packet.F, first, by * stride);
        Buffer.BlockCopy(packet.Var, var, packet.Var, var + (by * varStride), (size - by) * varStride);
        packet.F[next] = Math.Min(packet.F[next] + (ulong)by, (ulong)size);
    }

    /// <summary>Moves a stack's elements towards the front: the first ones are lost, the last ones become invalid.</summary>
    public static void Pop(PacketState packet, int first, int stride, int size, int next, int var, int varStride, ulong count)
    {
        int by = (int)Math.Min(count, (ulong)size);
        Array.Copy(packet.F, first + (by * stride), packet.F, first, (size - by) * stride);
        Array.Clear(packet.F, first + ((size - by) * stride), by * stride);
        Buffer.BlockCopy(packet.Var, var + (by * varStride), packet.Var, var, (size - by) * varStride);
        packet.F[next] -= Math.Min(packet.F[next], (ulong)by);
    }
}
