using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Ports;

/// <summary>
/// A switch port on a Linux network interface through a packet socket. A thread of its own receives and posts batches
/// into the loop through a bounded queue; frames beyond it are dropped and counted. Frames whose checksum the sender left
/// to hardware are completed. Frames above the interface's MTU cannot be sent: turn segmentation offload off on the hosts.
/// </summary>
public sealed class PacketSocketPort : IPort, IDisposable
{
    private const int MaxFrameBytes = 65_536;
    private const int MaxWaiting = 8_192;
    private const int ReceiveBufferBytes = 8 * 1024 * 1024;
    private const int ReceiveTimeoutMicroseconds = 200_000;
    private readonly EventLoop _loop;
    private readonly ConcurrentQueue<(byte[] Buffer, int Length)> _received = new();
    private readonly Thread _thread;
    private readonly Action _drain;
    private readonly int _socket;
    private Switch? _switch;
    private int _port;
    private int _waiting;
    private int _drainPosted;
    private volatile bool _isClosed;
    private long _receiveDrops;
    private long _sendDrops;

    /// <summary>Opens the interface; nothing is received before <see cref="Start"/>.</summary>
    /// <exception cref="IOException">No such interface, no permission, or no packet sockets on this system.</exception>
    public PacketSocketPort(string interfaceName, EventLoop loop)
    {
        Interface = interfaceName;
        _loop = loop;
        _drain = Drain;
        _socket = Open(interfaceName);
        _thread = new Thread(Receive) { IsBackground = true, Name = $"receive {interfaceName}" };
    }

    /// <summary>Name of the interface.</summary>
    public string Interface { get; }

    /// <summary>Frames lost because the loop did not keep up. Any thread.</summary>
    public long ReceiveDrops => Interlocked.Read(ref _receiveDrops);

    /// <summary>Frames that the interface refused: down, queue full, or longer than its MTU. Any thread.</summary>
    public long SendDrops => Interlocked.Read(ref _sendDrops);

    /// <summary>Begins to hand frames to a port of a switch, which runs on this port's loop.</summary>
    public void Start(Switch owner, int port)
    {
        _switch = owner;
        _port = port;
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame)
    {
        if (Native.send(_socket, ref MemoryMarshal.GetReference(frame), frame.Length, Native.DontWait) != frame.Length)
        {
            Interlocked.Increment(ref _sendDrops);
        }
    }

    /// <summary>Ends the receiver and closes the socket.</summary>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        if (_thread.ThreadState != ThreadState.Unstarted && _thread.IsAlive)
        {
            _thread.Join();
        }

        _ = Native.close(_socket);
    }

    private static int Open(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new IOException($"interface {name}: network interfaces need Linux");
        }

        uint index = Native.if_nametoindex(name);
        if (index == 0)
        {
            throw new IOException($"interface {name}: no such interface");
        }

        int protocol = BinaryPrimitives.ReverseEndianness((ushort)Native.EthPAll);
        int socket = Native.socket(Native.AfPacket, Native.SockRaw, 0);
        if (socket < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException($"interface {name}: {(error == Native.NotPermitted ? "needs root or CAP_NET_RAW" : new Win32Exception(error).Message)}");
        }

        byte[] address = new byte[20];
        BinaryPrimitives.WriteUInt16LittleEndian(address, Native.AfPacket);
        BinaryPrimitives.WriteUInt16LittleEndian(address.AsSpan(2), (ushort)protocol);
        BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(4), index);
        byte[] membership = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(membership, index);
        BinaryPrimitives.WriteUInt16LittleEndian(membership.AsSpan(4), Native.MembershipPromiscuous);
        byte[] timeout = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(timeout.AsSpan(8), ReceiveTimeoutMicroseconds);
        byte[] size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, ReceiveBufferBytes);
        byte[] on = [1, 0, 0, 0];
        Set(Native.SolPacket, Native.PacketIgnoreOutgoing, on);
        Set(Native.SolPacket, Native.PacketAuxData, on);
        Set(Native.SolSocket, Native.SoReceiveTimeout, timeout);
        Set(Native.SolSocket, Native.SoReceiveBuffer, size);
        Check(Native.bind(socket, address, address.Length));
        Set(Native.SolPacket, Native.PacketAddMembership, membership);
        return socket;

        void Set(int level, int option, byte[] value) => Check(Native.setsockopt(socket, level, option, value, value.Length));

        void Check(int result)
        {
            if (result < 0)
            {
                string problem = new Win32Exception(Marshal.GetLastPInvokeError()).Message;
                _ = Native.close(socket);
                throw new IOException($"interface {name}: {problem}");
            }
        }
    }

    /// <summary>The receiver's thread.</summary>
    private void Receive()
    {
        using ReceiveMessage message = new(MaxFrameBytes);
        while (!_isClosed)
        {
            nint length = Native.recvmsg(_socket, message.Reset(), 0);
            if (length < 0)
            {
                if (Marshal.GetLastPInvokeError() is Native.NoDevice or Native.BadFile)
                {
                    return;
                }

                continue; // the timeout, a signal, or the interface going down
            }

            if (Volatile.Read(ref _waiting) >= MaxWaiting)
            {
                Interlocked.Increment(ref _receiveDrops);
                continue;
            }

            byte[] buffer = ArrayPool<byte>.Shared.Rent((int)length + 4);
            int frame = message.CopyTo(buffer, (int)length);
            _received.Enqueue((buffer, frame));
            Interlocked.Increment(ref _waiting);
            if (Interlocked.Exchange(ref _drainPosted, 1) == 0)
            {
                _loop.Post(_drain);
            }
        }
    }

    /// <summary>The loop's thread.</summary>
    private void Drain()
    {
        Volatile.Write(ref _drainPosted, 0);
        while (_received.TryDequeue(out (byte[] Buffer, int Length) frame))
        {
            Interlocked.Decrement(ref _waiting);
            _switch!.Receive(_port, frame.Buffer.AsSpan(0, frame.Length));
            ArrayPool<byte>.Shared.Return(frame.Buffer);
        }
    }
}
