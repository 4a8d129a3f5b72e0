using System.Buffers.Binary;
using System.Text;

namespace Telemetry.Controller.Tracing;

/// <summary>The HTTP/2 frames of gRPC messages (RFC 9113), with headers as literals that nobody indexes (RFC 7541, 6.2.2).</summary>
internal static class Http2Frames
{
    public const byte DataType = 0;
    public const byte HeadersType = 1;
    private const byte ContinuationType = 9;
    private const byte SettingsType = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static byte[] Settings() => Frame(SettingsType, 0, 0, []);

    public static byte[] Headers(int stream, bool end, IEnumerable<(string Name, string Value)> fields)
    {
        using MemoryStream block = new();
        foreach ((string name, string value) in fields)
        {
            block.WriteByte(0);
            Text(block, name);
            Text(block, value);
        }

        byte[] all = block.ToArray();
        int first = Math.Min(all.Length, PcapngTrace.MaximumFrame);
        using MemoryStream frames = new();
        frames.Write(Frame(HeadersType, (byte)((end ? EndStream : 0) | (first == all.Length ? EndHeaders : 0)), stream, all.AsSpan(0, first)));
        for (int at = first; at < all.Length; at += PcapngTrace.MaximumFrame)
        {
            int length = Math.Min(PcapngTrace.MaximumFrame, all.Length - at);
            frames.Write(Frame(ContinuationType, at + length == all.Length ? EndHeaders : (byte)0, stream, all.AsSpan(at, length)));
        }

        return frames.ToArray();
    }

    /// <summary>A message with gRPC's prefix, in as many frames as it takes.</summary>
    public static IEnumerable<byte[]> Message(int stream, ReadOnlySpan<byte> message)
    {
        byte[] content = new byte[message.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(1), message.Length);
        message.CopyTo(content.AsSpan(5));
        List<byte[]> frames = [];
        for (int at = 0; at < content.Length; at += PcapngTrace.MaximumFrame)
        {
            frames.Add(Frame(DataType, 0, stream, content.AsSpan(at, Math.Min(PcapngTrace.MaximumFrame, content.Length - at))));
        }

        return frames;
    }

    public static byte[] EndOfData(int stream) => Frame(DataType, EndStream, stream, []);

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    private static void Text(MemoryStream block, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = bytes.Length;
        if (length < 127)
        {
            block.WriteByte((byte)length);
        }
        else
        {
            block.WriteByte(127);
            for (length -= 127; length >= 128; length >>= 7)
            {
                block.WriteByte((byte)(length | 128));
            }

            block.WriteByte((byte)length);
        }

        block.Write(bytes);
    }
}
