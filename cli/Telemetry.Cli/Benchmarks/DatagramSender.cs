using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Telemetry.Collector.Sources;

namespace Telemetry.Cli.Benchmarks;

/// <summary>Sends prepared datagrams to loopback, many a call, never further ahead of the receiver than it is told to be.</summary>
internal sealed class DatagramSender : IDisposable
{
    private const int AtOnce = 64;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly UdpNative.Message[] _messages = GC.AllocateArray<UdpNative.Message>(AtOnce, pinned: true);
    private readonly UdpNative.Part[] _parts = GC.AllocateArray<UdpNative.Part>(AtOnce, pinned: true);
    private readonly byte[] _bytes;

    /// <summary>Prepares 64 copies of a datagram.</summary>
    public DatagramSender(IPEndPoint to, ReadOnlySpan<byte> datagram)
    {
        _socket.Connect(to);
        Length = datagram.Length;
        _bytes = GC.AllocateArray<byte>(AtOnce * Length, pinned: true);
        for (int i = 0; i < AtOnce; i++)
        {
            datagram.CopyTo(_bytes.AsSpan(i * Length));
            _parts[i] = new UdpNative.Part { Base = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, i * Length), Length = (nuint)Length };
            _messages[i] = new UdpNative.Message { Parts = Marshal.UnsafeAddrOfPinnedArrayElement(_parts, i), PartCount = 1 };
        }
    }

    /// <summary>Bytes a datagram.</summary>
    public int Length { get; }

    /// <summary>Datagrams sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Sends until the time is over.</summary>
    /// <param name="prepare">Sets what changes from datagram to datagram; takes the datagram and its number.</param>
    /// <param name="received">How many the receiver has.</param>
    /// <param name="ahead">How many may be under way.</param>
    /// <param name="ended">True to stop.</param>
    /// <exception cref="CommandException">The system does not send.</exception>
    public void Run(Preparation prepare, Func<long> received, long ahead, Func<bool> ended)
    {
        nint messages = Marshal.UnsafeAddrOfPinnedArrayElement(_messages, 0);
        int socket = (int)_socket.Handle;
        while (!ended())
        {
            if (Sent - received() > ahead)
            {
                Thread.Yield();
                continue;
            }

            for (int i = 0; i < AtOnce; i++)
            {
                prepare(_bytes.AsSpan(i * Length, Length), Sent + i);
            }

            for (int done = 0; done < AtOnce;)
            {
                int count = UdpNative.Send(socket, messages + (done * Marshal.SizeOf<UdpNative.Message>()), (uint)(AtOnce - done), 0);
                if (count < 0)
                {
                    throw new CommandException($"sendmmsg failed: {new SocketException(Marshal.GetLastPInvokeError()).Message}");
                }

                done += count;
            }

            Sent += AtOnce;
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Changes a datagram before it is sent.</summary>
    internal delegate void Preparation(Span<byte> datagram, long number);
}
