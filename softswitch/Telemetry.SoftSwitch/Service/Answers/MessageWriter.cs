using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;

namespace Telemetry.SoftSwitch.Service.Answers;

/// <summary>
/// Writes a protobuf message from its last byte to its first, so that the length of a nested message is known when it is
/// due: fields in descending order, then <see cref="Nest"/>. A read's entries go out without message objects this way.
/// </summary>
internal sealed class MessageWriter : IDisposable
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
    private int _first;

    public MessageWriter() => _first = _buffer.Length;

    /// <summary>Bytes written so far; what <see cref="Nest"/> takes as the place where a nested message ends.</summary>
    public int Length => _buffer.Length - _first;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(_first);

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _first = _buffer.Length;

    /// <summary>A field of a number; 0, the default of every field, is left out.</summary>
    public void Number(int field, ulong value)
    {
        if (value != 0)
        {
            PutVarint(value);
            PutVarint(((ulong)(uint)field << 3) | Varint);
        }
    }

    /// <summary>A field of bytes, written also when there are none.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Take(bytes.Length));
        PutVarint((uint)bytes.Length);
        PutVarint(((ulong)(uint)field << 3) | LengthDelimited);
    }

    /// <summary>A field of a number's canonical byte string.</summary>
    public void Canonical(int field, ulong value)
    {
        int length = Math.Max(1, (71 - BitOperations.LeadingZeroCount(value)) / 8);
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Bytes(field, bytes[^length..]);
    }

    /// <summary>A field of a message that exists as an object.</summary>
    public void Message(int field, IMessage message)
    {
        int end = Length;
        message.WriteTo(Take(message.CalculateSize()));
        Nest(field, end);
    }

    /// <summary>Makes what was written since a place a nested message.</summary>
    public void Nest(int field, int end)
    {
        PutVarint((uint)(Length - end));
        PutVarint(((ulong)(uint)field << 3) | LengthDelimited);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _first = 0;
    }

    private void PutVarint(ulong value)
    {
        if (value < 0x80)
        {
            Take(1)[0] = (byte)value;
            return;
        }

        Span<byte> bytes = Take((70 - BitOperations.LeadingZeroCount(value)) / 7);
        int last = bytes.Length - 1;
        for (int i = 0; i < last; i++)
        {
            bytes[i] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[last] = (byte)value;
    }

    private Span<byte> Take(int bytes)
    {
        if (bytes > _first)
        {
            Grow(bytes);
        }

        _first -= bytes;
        return _buffer.AsSpan(_first, bytes);
    }

    private void Grow(int bytes)
    {
        int length = Length;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, length + bytes));
        Written.CopyTo(larger.AsSpan(larger.Length - length));
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
        _first = larger.Length - length;
    }
}
