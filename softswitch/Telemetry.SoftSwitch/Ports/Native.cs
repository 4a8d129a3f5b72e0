using System.Runtime.InteropServices;

namespace Telemetry.SoftSwitch.Ports;

/// <summary>Linux system calls and constants of packet sockets (packet(7)).</summary>
internal static class Native
{
    public const int AfPacket = 17;
    public const int SockRaw = 3;
    public const int EthPAll = 3;
    public const int SolSocket = 1;
    public const int SolPacket = 263;
    public const int SoReceiveBuffer = 8;
    public const int SoReceiveTimeout = 20;
    public const int PacketAddMembership = 1;
    public const int PacketAuxData = 8;
    public const int PacketIgnoreOutgoing = 23;
    public const int MembershipPromiscuous = 1;
    public const int DontWait = 0x40;

    /// <summary>tpacket_auxdata.tp_status: the layer-4 checksum has not been computed.</summary>
    public const uint ChecksumNotReady = 1 << 3;

    /// <summary>tpacket_auxdata.tp_status: a VLAN tag was taken off the frame.</summary>
    public const uint VlanValid = 1 << 4;
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int NoDevice = 19;
    public const int BadFile = 9;
    public const int NotPermitted = 1;

    [DllImport("libc", SetLastError = true)]
    public static extern int socket(int family, int type, int protocol);

    [DllImport("libc", SetLastError = true)]
    public static extern int bind(int socket, byte[] address, int length);

    [DllImport("libc", SetLastError = true)]
    public static extern int setsockopt(int socket, int level, int name, byte[] value, int length);

    [DllImport("libc", SetLastError = true)]
    public static extern nint recvmsg(int socket, IntPtr message, int flags);

    [DllImport("libc", SetLastError = true)]
    public static extern nint send(int socket, ref byte bytes, nint length, int flags);

    [DllImport("libc", SetLastError = true)]
    public static extern int close(int socket);

    [DllImport("libc", SetLastError = true)]
    public static extern uint if_nametoindex([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
