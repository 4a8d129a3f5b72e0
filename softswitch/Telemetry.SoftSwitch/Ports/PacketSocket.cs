using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Telemetry.SoftSwitch.Ports;

/// <summary>A promiscuous packet socket on one interface: what arrives there from outside, in a ring shared with the kernel.</summary>
internal sealed class PacketSocket : IDisposable
{
    /// <summary>struct ifreq: 16 bytes of name, then what a request answers.</summary>
    private const int RequestBytes = 40;
    private readonly string _name;
    private readonly byte[] _request = new byte[RequestBytes];

    /// <summary>struct ethtool_value: the command and its answer.</summary>
    private readonly nint _link = Marshal.AllocHGlobal(2 * sizeof(int));

    private PacketSocket(string name, int descriptor, ReceiveRing ring, int mtuBytes)
    {
        _name = name;
        Descriptor = descriptor;
        Ring = ring;
        MtuBytes = mtuBytes;
    }

    public int Descriptor { get; private set; }

    public ReceiveRing Ring { get; }

    public int MtuBytes { get; }

    /// <summary>Opens the interface; frames gather in the ring from now on.</summary>
    /// <param name="interfaceName">Name in this network namespace.</param>
    /// <param name="mostRingBytes">Less memory for the ring than a switch's port has.</param>
    /// <param name="mostSlotBytes">The longest packet that has a slot, where the interface's MTU is more than most packets have; longer ones cost a system call each.</param>
    /// <exception cref="IOException">No such interface, no permission, or no packet sockets on this system.</exception>
    public static PacketSocket Open(string interfaceName, int mostRingBytes = int.MaxValue, int mostSlotBytes = int.MaxValue)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new IOException($"interface {interfaceName}: network interfaces need Linux");
        }

        uint index = Native.if_nametoindex(interfaceName);
        if (index == 0)
        {
            throw new IOException($"interface {interfaceName}: no such interface");
        }

        int socket = Native.socket(Native.AfPacket, Native.SockRaw, 0);
        if (socket < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException($"interface {interfaceName}: {(error == Native.NotPermitted ? "needs root or CAP_NET_RAW" : new Win32Exception(error).Message)}");
        }

        ReceiveRing? ring = null;
        try
        {
            int mtuBytes = MtuOf(socket, interfaceName);
            Set(socket, Native.PacketIgnoreOutgoing, BitConverter.GetBytes(1));
            ring = ReceiveRing.Create(socket, Math.Min(mtuBytes, mostSlotBytes), mostRingBytes);
            byte[] address = new byte[20];
            BinaryPrimitives.WriteUInt16LittleEndian(address, Native.AfPacket);
            BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), Native.EthPAll);
            BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(4), index);
            Check(Native.bind(socket, address, address.Length));
            byte[] membership = new byte[16];
            BinaryPrimitives.WriteUInt32LittleEndian(membership, index);
            BinaryPrimitives.WriteUInt16LittleEndian(membership.AsSpan(4), Native.MembershipPromiscuous);
            Set(socket, Native.PacketAddMembership, membership);
            return new PacketSocket(interfaceName, socket, ring, mtuBytes);
        }
        catch (IOException fault)
        {
            ring?.Dispose();
            _ = Native.close(socket);
            throw new IOException($"interface {interfaceName}: {fault.Message}", fault);
        }
    }

    /// <summary>
    /// True while the interface is up and its link has a carrier: the far end of a virtual cable is up too. The link itself
    /// is asked, whose answer changes at once; the interface's flags, up to a second late, where there is no link to ask.
    /// </summary>
    public bool HasCarrier()
    {
        Name(_request, _name);
        Marshal.WriteInt32(_link, Native.EthtoolGetLink);
        BitConverter.TryWriteBytes(_request.AsSpan(16), _link);
        if (Native.ioctl(Descriptor, Native.EthtoolRequest, _request) >= 0)
        {
            return Marshal.ReadInt32(_link, sizeof(int)) != 0;
        }

        const int Both = Native.InterfaceUp | Native.InterfaceRunning;
        Name(_request, _name);
        return Native.ioctl(Descriptor, Native.GetInterfaceFlags, _request) >= 0 && (BitConverter.ToUInt16(_request, 16) & Both) == Both;
    }

    /// <summary>Frames that found the ring full since the last call.</summary>
    public long TakeKernelDrops()
    {
        byte[] counts = new byte[8];
        int length = counts.Length;
        return Native.getsockopt(Descriptor, Native.SolPacket, Native.PacketStatistics, counts, ref length) < 0 ? 0 : BitConverter.ToUInt32(counts, 4);
    }

    /// <summary>Reads and so clears the socket's error: that its interface went down, or is gone.</summary>
    public void ClearError()
    {
        byte[] error = new byte[4];
        int length = error.Length;
        _ = Native.getsockopt(Descriptor, Native.SolSocket, Native.SocketError, error, ref length);
    }

    public void Dispose()
    {
        Ring.Dispose();
        Marshal.FreeHGlobal(_link);
        _ = Native.close(Descriptor);
        Descriptor = -1;
    }

    private static int MtuOf(int socket, string name)
    {
        byte[] request = new byte[RequestBytes];
        Name(request, name);
        Check(Native.ioctl(socket, Native.GetInterfaceMtu, request));
        return BitConverter.ToInt32(request, 16);
    }

    private static void Name(byte[] request, string name)
    {
        Array.Clear(request);
        System.Text.Encoding.UTF8.GetBytes(name, request.AsSpan(0, 15));
    }

    private static void Set(int socket, int option, byte[] value) => Check(Native.setsockopt(socket, Native.SolPacket, option, value, value.Length));

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }
    }
}
