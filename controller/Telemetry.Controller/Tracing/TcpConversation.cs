using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Telemetry.Controller.Tracing;

/// <summary>Wraps bytes of two directions into the Ethernet frames of one TCP connection over IPv4.</summary>
internal sealed class TcpConversation
{
    private const int Headers = 14 + 20 + 20;
    private const int FirstClientPort = 40000;
    private const int ServerPort = 8080; // one that Wireshark looks for HTTP/2 at without being told
    private const byte Syn = 2;
    private const byte Ack = 16;
    private const byte Push = 8;

    private readonly Action<long, byte[]> _write;
    private readonly Side _client;
    private readonly Side _server;
    private ushort _packets;

    /// <summary>A connection with the peer, at its address if its name is one.</summary>
    public TcpConversation(int number, string peer, Action<long, byte[]> write)
    {
        _write = write;
        bool isAddress = IPEndPoint.TryParse(peer, out IPEndPoint? point) && point.AddressFamily == AddressFamily.InterNetwork;
        _client = new Side([127, 0, 0, 1], (ushort)(FirstClientPort + number), 0x02);
        _server = new Side(isAddress ? point!.Address.GetAddressBytes() : [127, 0, 0, (byte)(2 + (number % 250))], ServerPort, 0x04);
    }

    /// <summary>The handshake, and the first bytes of HTTP/2 from both sides.</summary>
    public void Open(long timeNs)
    {
        Segment(timeNs, _client, _server, Syn, []);
        Segment(timeNs, _server, _client, Syn | Ack, []);
        Segment(timeNs, _client, _server, Ack, []);
        Send(timeNs, true, [.. Http2Frames.Preface, .. Http2Frames.Settings()]);
        Send(timeNs, false, Http2Frames.Settings());
    }

    public void Send(long timeNs, bool toServer, ReadOnlySpan<byte> bytes)
    {
        (Side from, Side to) = toServer ? (_client, _server) : (_server, _client);
        while (!bytes.IsEmpty)
        {
            int length = Math.Min(bytes.Length, 32768);
            Segment(timeNs, from, to, Ack | Push, bytes[..length]);
            bytes = bytes[length..];
        }
    }

    private void Segment(long timeNs, Side from, Side to, byte flags, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[Headers + payload.Length];
        Span<byte> span = frame;
        span[0] = span[6] = 0x02;
        span[5] = to.Mac;
        span[11] = from.Mac;
        span[12] = 0x08;
        Span<byte> ip = span[14..34];
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(40 + payload.Length));
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], ++_packets);
        ip[6] = 0x40;
        ip[8] = 64;
        ip[9] = 6;
        from.Address.CopyTo(ip[12..]);
        to.Address.CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip, 0));

        Span<byte> tcp = span[34..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], from.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], (flags & Ack) != 0 ? to.Sequence : 0);
        tcp[12] = 0x50;
        tcp[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], ushort.MaxValue);
        payload.CopyTo(tcp[20..]);
        uint pseudo = Sum(ip[12..20], 0) + 6 + (uint)tcp.Length;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Checksum(tcp, pseudo));
        from.Sequence += (uint)payload.Length + ((flags & Syn) != 0 ? 1u : 0);
        _write(timeNs, frame);
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes, uint start)
    {
        uint sum = Sum(bytes, start);
        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (int i = 0; i + 1 < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        return bytes.Length % 2 == 0 ? sum : sum + ((uint)bytes[^1] << 8);
    }

    private sealed class Side(byte[] address, ushort port, byte mac)
    {
        public byte[] Address => address;

        public ushort Port => port;

        public byte Mac => mac;

        public uint Sequence { get; set; } = 1000;
    }
}
