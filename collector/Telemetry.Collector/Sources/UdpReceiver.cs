using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Telemetry.Collector.Sources;

/// <summary>
/// Receives datagrams of one socket into the buffers that its caller offers, many a call where the system can (benchmark udp-live). One thread.
/// </summary>
internal sealed class UdpReceiver : IDisposable
{
    /// <summary>Datagrams taken with one call at most.</summary>
    public const int MostAtOnce = 64;

    private const int NameSize = 28;
    private const int InterNetwork = 2;
    private const int InterNetworkV6 = 10;
    private const int WouldBlock = 11;
    private const int Interrupted = 4;
    private const int WaitMs = 100;

    private readonly Socket _socket;
    private readonly bool _batched = OperatingSystem.IsLinux() && Environment.Is64BitProcess;
    private readonly UdpNative.Message[] _messages = GC.AllocateArray<UdpNative.Message>(MostAtOnce, pinned: true);
    private readonly UdpNative.Part[] _parts = GC.AllocateArray<UdpNative.Part>(MostAtOnce, pinned: true);
    private readonly byte[] _names = GC.AllocateArray<byte>(MostAtOnce * NameSize, pinned: true);
    private readonly SocketAddress _from;
    private readonly nint _messagesAt;
    private byte[][]? _described;

    /// <summary>Takes over a bound socket.</summary>
    /// <param name="socket">Closed with the receiver.</param>
    /// <param name="waitMs">Longest time that a call waits.</param>
    public UdpReceiver(Socket socket, int waitMs = WaitMs)
    {
        _socket = socket;
        _socket.ReceiveTimeout = waitMs;
        _from = new SocketAddress(socket.AddressFamily);
        _messagesAt = Marshal.UnsafeAddrOfPinnedArrayElement(_messages, 0);
    }

    /// <summary>
    /// Waits for a datagram, unless told not to, and takes what is there. <paramref name="buffers"/> are pinned; lengths and senders (IPv4 in the low 32 bits) are set for each that was
    /// taken, a length of -1 for one that did not fit.
    /// </summary>
    /// <returns>How many; 0 when none came in time.</returns>
    /// <exception cref="SocketException">The socket was closed or failed.</exception>
    public int Receive(byte[][] buffers, Span<int> lengths, Span<UInt128> senders, bool wait)
    {
        // The same buffers as before are described to the system already: only what it wrote there is set again.
        if (buffers != _described && _batched)
        {
            Describe(buffers);
            _described = buffers;
        }

        return _batched ? Take(Math.Min(buffers.Length, MostAtOnce), lengths, senders, wait)
            : wait || _socket.Available > 0 ? ReceiveOne(buffers[0], lengths, senders)
            : 0;
    }

    /// <summary>The same into a part of the caller's buffers, another one each time; waits.</summary>
    public int Receive(ReadOnlySpan<byte[]> buffers, Span<int> lengths, Span<UInt128> senders)
    {
        if (!_batched)
        {
            return ReceiveOne(buffers[0], lengths, senders);
        }

        Describe(buffers);
        return Take(Math.Min(buffers.Length, MostAtOnce), lengths, senders, wait: true);
    }

    public void Dispose() => _socket.Dispose();

    private void Describe(ReadOnlySpan<byte[]> buffers)
    {
        for (int i = 0; i < Math.Min(buffers.Length, MostAtOnce); i++)
        {
            _parts[i] = new UdpNative.Part { Base = Marshal.UnsafeAddrOfPinnedArrayElement(buffers[i], 0), Length = (nuint)buffers[i].Length };
            _messages[i] = new UdpNative.Message
            {
                Name = Marshal.UnsafeAddrOfPinnedArrayElement(_names, i * NameSize),
                NameLength = NameSize,
                Parts = Marshal.UnsafeAddrOfPinnedArrayElement(_parts, i),
                PartCount = 1,
            };
        }

        _described = null;
    }

    private int Take(int wanted, Span<int> lengths, Span<UInt128> senders, bool wait)
    {
        int count = UdpNative.Receive((int)_socket.Handle, _messagesAt, (uint)wanted, wait ? UdpNative.WaitForOne : UdpNative.DoNotWait, 0);
        if (count < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error is WouldBlock or Interrupted ? 0 : throw new SocketException(error);
        }

        for (int i = 0; i < count; i++)
        {
            lengths[i] = (_messages[i].Flags & UdpNative.Truncated) != 0 ? -1 : (int)_messages[i].Length;
            senders[i] = SenderOf(_names.AsSpan(i * NameSize, NameSize));
            _messages[i].NameLength = NameSize;
        }

        return count;
    }

    private int ReceiveOne(byte[] buffer, Span<int> lengths, Span<UInt128> senders)
    {
        try
        {
            lengths[0] = _socket.ReceiveFrom(buffer, SocketFlags.None, _from);
            IPEndPoint from = (IPEndPoint)new IPEndPoint(IPAddress.Any, 0).Create(_from);
            byte[] bytes = from.Address.GetAddressBytes();
            senders[0] = bytes.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
            return 1;
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.MessageSize)
        {
            lengths[0] = -1;
            senders[0] = 0;
            return 1;
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock or SocketError.ConnectionReset)
        {
            return 0;
        }
    }

    // struct sockaddr_in and sockaddr_in6; an IPv4 sender on an IPv6 socket is IPv4.
    private static UInt128 SenderOf(ReadOnlySpan<byte> name)
    {
        switch (BitConverter.ToUInt16(name))
        {
            case InterNetwork:
                return BinaryPrimitives.ReadUInt32BigEndian(name[4..]);
            case InterNetworkV6:
                UInt128 address = BinaryPrimitives.ReadUInt128BigEndian(name[8..]);
                return address >> 32 == 0xFFFF ? (uint)address : address;
            default:
                return 0;
        }
    }
}
