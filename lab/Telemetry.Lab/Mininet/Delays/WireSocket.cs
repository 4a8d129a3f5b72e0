using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Telemetry.SoftSwitch.Ports;

namespace Telemetry.Lab.Mininet.Delays;

/// <summary>
/// A packet socket that sends delayed frames on an interface, marked, so that the filters there do not divert them again. One thread.
/// </summary>
internal sealed class WireSocket : IDisposable
{
    private const int Mark = 36; // SO_MARK
    private const int QueueBypass = 20; // PACKET_QDISC_BYPASS
    private readonly SendBatch _outgoing = new();
    private readonly int _descriptor;

    /// <summary>Opens the interface in the calling thread's network namespace.</summary>
    /// <param name="interfaceName">Name there.</param>
    /// <param name="unseen">
    /// Past the interface's queue, and unseen by its other packet sockets: BMv2 takes what anybody else sends on its interface for
    /// frames that arrive there. Else through the queue, in which a router has its rate.
    /// </param>
    /// <exception cref="IOException">There is no such interface, or this process may not.</exception>
    public WireSocket(string interfaceName, bool unseen)
    {
        _descriptor = Native.socket(Native.AfPacket, Native.SockRaw, 0);
        byte[] address = new byte[20]; // protocol 0: receives nothing
        BinaryPrimitives.WriteUInt16LittleEndian(address, Native.AfPacket);
        BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(4), Native.if_nametoindex(interfaceName));
        byte[] mark = BitConverter.GetBytes(DelayMark.Value);
        byte[] bypass = BitConverter.GetBytes(unseen ? 1 : 0);
        if (_descriptor < 0
            || Native.bind(_descriptor, address, address.Length) < 0
            || Native.setsockopt(_descriptor, Native.SolSocket, Mark, mark, mark.Length) < 0
            || Native.setsockopt(_descriptor, Native.SolPacket, QueueBypass, bypass, bypass.Length) < 0)
        {
            string fault = Marshal.GetLastPInvokeErrorMessage();
            Dispose();
            throw new IOException($"interface {interfaceName}: {fault}");
        }
    }

    /// <summary>Takes a frame that <see cref="Flush"/> sends; where there is no room for it, those before it leave now.</summary>
    /// <returns>Frames that the interface refused meanwhile.</returns>
    public int Add(ReadOnlySpan<byte> frame)
    {
        if (_outgoing.TryAdd(frame))
        {
            return 0;
        }

        int refused = Flush();
        return _outgoing.TryAdd(frame) ? refused : refused + 1;
    }

    /// <summary>Sends what was added.</summary>
    /// <returns>Frames that the interface refused: it is down, or they are too long.</returns>
    public int Flush() => _outgoing.Send(_descriptor);

    public void Dispose()
    {
        if (_descriptor >= 0)
        {
            _ = Native.close(_descriptor);
        }
    }
}
