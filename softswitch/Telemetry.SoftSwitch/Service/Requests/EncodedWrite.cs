using System.Buffers;
using P4.V1;

namespace Telemetry.SoftSwitch.Service.Requests;

/// <summary>A write request whose updates are still bytes: most of them never become message objects.</summary>
internal sealed class EncodedWrite : IDisposable
{
    private readonly List<(int At, int Length)> _updates = [];
    private byte[] _bytes;

    private EncodedWrite(byte[] bytes) => _bytes = bytes;

    /// <summary>The request without its updates.</summary>
    public WriteRequest Head { get; private set; } = new();

    public int Count => _updates.Count;

    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">The bytes are no write request.</exception>
    public static EncodedWrite Read(in ReadOnlySequence<byte> payload)
    {
        int length = (int)payload.Length;
        EncodedWrite write = new(ArrayPool<byte>.Shared.Rent(length));
        payload.CopyTo(write._bytes);
        ReadOnlySpan<byte> message = write._bytes.AsSpan(0, length);
        List<byte> head = [];
        MessageReader reader = new(message);
        while (!reader.IsAtEnd)
        {
            int at = reader.Position;
            if (!reader.TryField(out int field))
            {
                return Whole(payload, write);
            }

            if (field == WriteRequest.UpdatesFieldNumber)
            {
                if (!reader.TryBytes(out ReadOnlySpan<byte> update))
                {
                    return Whole(payload, write);
                }

                write._updates.Add((reader.Position - update.Length, update.Length));
            }
            else if (reader.TrySkip())
            {
                head.AddRange(message[at..reader.Position]);
            }
            else
            {
                return Whole(payload, write);
            }
        }

        write.Head = WriteRequest.Parser.ParseFrom([.. head]);
        return write;
    }

    public ReadOnlySpan<byte> this[int update] => _bytes.AsSpan(_updates[update].At, _updates[update].Length);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _updates.Clear();
    }

    /// <summary>What this reader does not know is protobuf's: mostly to say what is wrong.</summary>
    private static EncodedWrite Whole(in ReadOnlySequence<byte> payload, EncodedWrite write)
    {
        write._updates.Clear();
        write.Head = WriteRequest.Parser.ParseFrom(payload);
        return write;
    }
}
