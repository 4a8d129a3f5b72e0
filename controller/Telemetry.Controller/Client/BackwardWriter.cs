using System.Buffers;
using Google.Protobuf;

namespace Telemetry.Controller.Client;

/// <summary>
/// A protobuf message written from its end to its beginning, so that every nested message's length is known when it is
/// due, and nothing is measured before it is written. Fields are to be given last one first.
/// </summary>
internal sealed class BackwardWriter : IDisposable
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private const int LongestVarint = 10;
    private byte[] _buffer;
    private int _at;

    /// <param name="bytes">Room to begin with.</param>
    public BackwardWriter(int bytes)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(bytes);
        _at = _buffer.Length;
    }

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(_at);

    /// <summary>Bytes written so far; taken before a nested message's fields, and handed to <see cref="Nested"/> after them.</summary>
    public int Length => _buffer.Length - _at;

    /// <summary>A number, unless it is 0, which is left out.</summary>
    public void Number(int field, ulong value)
    {
        if (value != 0)
        {
            Raw(value);
            Tag(field, Varint);
        }
    }

    /// <summary>A signed number as int32 and int64 are written: negative ones as 64 bits.</summary>
    public void Number(int field, long value) => Number(field, (ulong)value);

    /// <summary>Bytes, unless there are none.</summary>
    public void Bytes(int field, ByteString value)
    {
        if (value.Length > 0)
        {
            Embed(value.Span);
            Raw((ulong)value.Length);
            Tag(field, LengthDelimited);
        }
    }

    /// <summary>Text, unless it is empty.</summary>
    public void Text(int field, string value)
    {
        if (value.Length > 0)
        {
            Bytes(field, ByteString.CopyFromUtf8(value));
        }
    }

    /// <summary>The end, so to say the beginning, of a nested message whose fields were written since.</summary>
    public void Nested(int field, int lengthBefore)
    {
        Raw((ulong)(Length - lengthBefore));
        Tag(field, LengthDelimited);
    }

    /// <summary>A whole nested message, in the library's way.</summary>
    public void Message(int field, IMessage message)
    {
        int length = message.CalculateSize();
        Reserve(length);
        _at -= length;
        message.WriteTo(_buffer.AsSpan(_at, length));
        Raw((ulong)length);
        Tag(field, LengthDelimited);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _at = 0;
    }

    private void Tag(int field, int type) => Raw(((ulong)field << 3) | (uint)type);

    private void Embed(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        _at -= bytes.Length;
        bytes.CopyTo(_buffer.AsSpan(_at));
    }

    private void Raw(ulong value)
    {
        if (value < 0x80)
        {
            if (_at == 0)
            {
                Reserve(1);
            }

            _buffer[--_at] = (byte)value;
            return;
        }

        Reserve(LongestVarint);
        int length = CodedOutputStream.ComputeUInt64Size(value);
        _at -= length;
        for (int i = 0; i < length - 1; i++)
        {
            _buffer[_at + i] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[_at + length - 1] = (byte)value;
    }

    private void Reserve(int bytes)
    {
        if (_at >= bytes)
        {
            return;
        }

        int length = Length;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, length + bytes));
        Written.CopyTo(larger.AsSpan(larger.Length - length));
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
        _at = larger.Length - length;
    }
}
