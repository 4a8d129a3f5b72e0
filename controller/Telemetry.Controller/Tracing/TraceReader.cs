using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Grpc.Core;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Tracing;

/// <summary>Reads what <see cref="PcapngTrace"/> wrote, also where a tool has cut or merged it; other captures only as far as their HTTP/2 is as plain.</summary>
public static class TraceReader
{
    private const int FrameHeaders = 54;

    /// <summary>The records of a file, in their order.</summary>
    /// <exception cref="TraceException">The file is no such trace.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<TraceRecord> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        try
        {
            return Read(file);
        }
        catch (TraceException fault)
        {
            throw new TraceException($"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>The records of a trace in memory.</summary>
    /// <exception cref="TraceException">It is none.</exception>
    public static IReadOnlyList<TraceRecord> Read(ReadOnlyMemory<byte> pcapng)
    {
        if (pcapng.Length < 28 || BinaryPrimitives.ReadUInt32LittleEndian(pcapng.Span) != 0x0A0D0D0A
            || BinaryPrimitives.ReadUInt32LittleEndian(pcapng.Span[8..]) != 0x1A2B3C4D)
        {
            throw new TraceException("is no little-endian pcapng file");
        }

        List<TraceRecord> records = [];
        Dictionary<(ulong, uint), Half> halves = [];
        ReadOnlyMemory<byte> rest = pcapng;
        while (rest.Length >= 12)
        {
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[4..]);
            if (length < 12 || length > rest.Length)
            {
                break; // the end of a trace that was cut off
            }

            if (type == 6 && length >= 32)
            {
                ReadOnlySpan<byte> body = rest.Span[8..(int)(length - 4)];
                long timeNs = ((long)BinaryPrimitives.ReadUInt32LittleEndian(body[4..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
                int captured = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(body[12..]), (uint)(body.Length - 20));
                Segment(timeNs, body.Slice(20, captured), halves, records);
            }

            rest = rest[(int)length..];
        }

        return records;
    }

    private static void Segment(long timeNs, ReadOnlySpan<byte> frame, Dictionary<(ulong, uint), Half> halves, List<TraceRecord> records)
    {
        if (frame.Length <= FrameHeaders || frame[12] != 8 || frame[13] != 0 || frame[23] != 6)
        {
            return;
        }

        ulong addresses = BinaryPrimitives.ReadUInt64BigEndian(frame[26..]);
        uint ports = BinaryPrimitives.ReadUInt32BigEndian(frame[34..]);
        if (!halves.TryGetValue((addresses, ports), out Half? half))
        {
            ulong back = (addresses << 32) | (addresses >> 32);
            halves.TryGetValue((back, (ports << 16) | (ports >> 16)), out Half? other);
            half = new Half(other);
            halves.Add((addresses, ports), half);
        }

        half.Add(timeNs, frame[FrameHeaders..], records);
    }

    /// <summary>One direction of a connection.</summary>
    private sealed class Half
    {
        private readonly Dictionary<int, Stream> _streams;
        private readonly Dictionary<int, List<byte>> _messages = [];
        private readonly bool _toSwitch;
        private byte[] _waiting = [];

        public Half(Half? other)
        {
            _streams = other?._streams ?? [];
            _toSwitch = other is null; // the controller speaks first
        }

        public void Add(long timeNs, ReadOnlySpan<byte> bytes, List<TraceRecord> records)
        {
            byte[] all = [.. _waiting, .. bytes];
            ReadOnlySpan<byte> rest = all;
            if (rest.StartsWith(Http2Frames.Preface))
            {
                rest = rest[Http2Frames.Preface.Length..];
            }

            while (rest.Length >= 9)
            {
                int length = (rest[0] << 16) | (rest[1] << 8) | rest[2];
                if (rest.Length < 9 + length)
                {
                    break;
                }

                Frame(timeNs, rest[3], (rest[4] & 1) != 0, BinaryPrimitives.ReadInt32BigEndian(rest[5..]) & int.MaxValue, rest.Slice(9, length), records);
                rest = rest[(9 + length)..];
            }

            _waiting = rest.ToArray();
        }

        private void Frame(long timeNs, byte type, bool end, int stream, ReadOnlySpan<byte> payload, List<TraceRecord> records)
        {
            TraceDirection direction = _toSwitch ? TraceDirection.ToSwitch : TraceDirection.FromSwitch;
            if (type == Http2Frames.HeadersType)
            {
                Dictionary<string, string> fields = Fields(payload);
                if (fields.TryGetValue(":path", out string? path))
                {
                    _streams[stream] = new Stream(path, fields.GetValueOrDefault(":authority", ""));
                }

                if (end && _streams.TryGetValue(stream, out Stream? ended) && fields.TryGetValue("grpc-status", out string? code)
                    && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                {
                    Status status = new((StatusCode)number, Uri.UnescapeDataString(fields.GetValueOrDefault("grpc-message", "")));
                    ReadOnlyMemory<byte>? details = fields.TryGetValue(P4RuntimeException.DetailsTrailer, out string? encoded) ? FromBase64(encoded) : null;
                    records.Add(new TraceRecord(timeNs, ended.Peer, stream / 2, ended.Path, direction, null, status, details));
                }
            }
            else if (type == Http2Frames.DataType && _streams.TryGetValue(stream, out Stream? known))
            {
                if (!_messages.TryGetValue(stream, out List<byte>? waiting))
                {
                    _messages.Add(stream, waiting = []);
                }

                waiting.AddRange(payload);
                while (waiting.Count >= 5)
                {
                    int length = (waiting[1] << 24) | (waiting[2] << 16) | (waiting[3] << 8) | waiting[4];
                    if (length < 0 || waiting.Count - 5 < length)
                    {
                        break;
                    }

                    records.Add(new TraceRecord(timeNs, known.Peer, stream / 2, known.Path, direction, waiting.GetRange(5, length).ToArray()));
                    waiting.RemoveRange(0, 5 + length);
                }

                if (end)
                {
                    records.Add(new TraceRecord(timeNs, known.Peer, stream / 2, known.Path, direction, null));
                }
            }
        }

        private static Dictionary<string, string> Fields(ReadOnlySpan<byte> block)
        {
            Dictionary<string, string> fields = [];
            while (block.Length > 1 && block[0] == 0) // a literal that is not indexed, with a literal name
            {
                block = block[1..];
                if (!TryText(ref block, out string name) || !TryText(ref block, out string value))
                {
                    break;
                }

                fields[name] = value;
            }

            return fields;
        }

        private static bool TryText(ref ReadOnlySpan<byte> block, out string text)
        {
            text = "";
            if (block.IsEmpty || (block[0] & 0x80) != 0)
            {
                return false; // nothing left, or Huffman-coded by another program
            }

            long length = block[0];
            block = block[1..];
            if (length == 127)
            {
                int shift = 0;
                byte part;
                do
                {
                    if (block.IsEmpty || shift > 28)
                    {
                        return false;
                    }

                    part = block[0];
                    length += (long)(part & 127) << shift;
                    shift += 7;
                    block = block[1..];
                }
                while ((part & 128) != 0);
            }

            if (length > block.Length)
            {
                return false;
            }

            text = Encoding.UTF8.GetString(block[..(int)length]);
            block = block[(int)length..];
            return true;
        }

        private static ReadOnlyMemory<byte>? FromBase64(string text)
        {
            byte[] bytes = new byte[text.Length];
            return Convert.TryFromBase64String(text, bytes, out int written) ? bytes.AsMemory(0, written) : null;
        }

        private sealed record Stream(string Path, string Peer);
    }
}
