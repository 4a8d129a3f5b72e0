using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Grpc.Core;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Tracing;

/// <summary>
/// A trace that Wireshark opens and <see cref="TraceReader"/> reads back: the messages as gRPC over HTTP/2, in a TCP
/// connection of their own for each switch. Only the messages and their times are those of the wire; frames and
/// acknowledgements are made here, so it does not matter whether the wire was encrypted or in process.
/// </summary>
public sealed class PcapngTrace : ITraceSink, IDisposable
{
    internal const int MaximumFrame = 16384;

    private readonly Stream _out;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TcpConversation> _peers = [];
    private readonly HashSet<(string, int)> _opened = [];
    private readonly HashSet<(string, int)> _answered = [];

    /// <summary>Writes to a stream, which is disposed with the trace.</summary>
    public PcapngTrace(Stream stream)
    {
        _out = stream;
        Block(0x0A0D0D0A, [0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]); // section header
        Block(1, [1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]); // Ethernet, times in ns
    }

    /// <inheritdoc/>
    public void Write(TraceRecord record)
    {
        lock (_gate)
        {
            if (!_peers.TryGetValue(record.Peer, out TcpConversation? peer))
            {
                peer = new TcpConversation(_peers.Count, record.Peer, Packet);
                _peers.Add(record.Peer, peer);
                peer.Open(record.TimeNs);
            }

            bool up = record.Direction == TraceDirection.ToSwitch;
            int stream = (2 * record.Call) + 1;
            if (up && _opened.Add((record.Peer, record.Call)))
            {
                peer.Send(record.TimeNs, up, Http2Frames.Headers(stream, false, [
                    (":method", "POST"), (":scheme", "http"), (":path", record.Method), (":authority", record.Peer),
                    ("content-type", "application/grpc"), ("te", "trailers")]));
            }

            if (!up && record.Message is not null && _answered.Add((record.Peer, record.Call)))
            {
                peer.Send(record.TimeNs, up, Http2Frames.Headers(stream, false, [(":status", "200"), ("content-type", "application/grpc")]));
            }

            if (record.Message is { } message)
            {
                foreach (byte[] frame in Http2Frames.Message(stream, message.Span))
                {
                    peer.Send(record.TimeNs, up, frame);
                }
            }
            else if (up)
            {
                peer.Send(record.TimeNs, up, Http2Frames.EndOfData(stream));
            }
            else if (record.Status is { } status)
            {
                peer.Send(record.TimeNs, up, Http2Frames.Headers(stream, true, Trailers(record, status)));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _out.Dispose();

    private List<(string, string)> Trailers(TraceRecord record, Status status)
    {
        List<(string, string)> trailers = [];
        if (_answered.Add((record.Peer, record.Call)))
        {
            trailers.Add((":status", "200"));
            trailers.Add(("content-type", "application/grpc"));
        }

        trailers.Add(("grpc-status", ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture)));
        if (status.Detail.Length > 0)
        {
            trailers.Add(("grpc-message", Uri.EscapeDataString(status.Detail)));
        }

        if (record.Details is { } details)
        {
            trailers.Add((P4RuntimeException.DetailsTrailer, Convert.ToBase64String(details.Span)));
        }

        return trailers;
    }

    private void Packet(long timeNs, byte[] frame)
    {
        byte[] body = new byte[20 + ((frame.Length + 3) & ~3)];
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(4), (uint)(timeNs >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(8), (uint)timeNs);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(12), frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(16), frame.Length);
        frame.CopyTo(body.AsSpan(20));
        Block(6, body);
        _out.Flush(); // a trace is wanted most where the program does not end well
    }

    private void Block(uint type, ReadOnlySpan<byte> body)
    {
        Span<byte> ends = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(ends, type);
        BinaryPrimitives.WriteInt32LittleEndian(ends[4..], body.Length + 12);
        _out.Write(ends);
        _out.Write(body);
        _out.Write(ends[4..]);
    }
}
