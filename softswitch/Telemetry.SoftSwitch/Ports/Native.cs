using System.Runtime.InteropServices;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Ports;

/// <summary>Linux system calls and constants of packet sockets (packet(7)) and of waiting on them.</summary>
internal static class Native
{
    public const int AfPacket = 17;
    public const int AfInternet = 2;
    public const int SockRaw = 3;
    public const int SockDatagram = 2;
    public const int EthPAll = 3;
    public const int SolPacket = 263;
    public const int SolSocket = 1;
    public const int SocketError = 4;
    public const int PacketAddMembership = 1;
    public const int PacketReceiveRing = 5;
    public const int PacketStatistics = 6;
    public const int PacketCopyThreshold = 7;
    public const int PacketVersion = 10;
    public const int PacketIgnoreOutgoing = 23;
    public const int MembershipPromiscuous = 1;
    public const int DontWait = 0x40;
    public const int EventNonBlocking = 0x800;
    public const int GetInterfaceFlags = 0x8913;
    public const int GetInterfaceMtu = 0x8921;
    public const int EthtoolRequest = 0x8946;
    public const int EthtoolGetLink = 0xA;
    public const int InterfaceUp = 0x1;
    public const int InterfaceRunning = 0x40;
    public const int ProtectReadWrite = 3;
    public const int MapShared = 1;

    public const int Interrupted = 4;
    public const int NoDevice = 19;
    public const int NotPermitted = 1;

    [DllImport("libc", SetLastError = true)]
    public static extern int socket(int family, int type, int protocol);

    [DllImport("libc", SetLastError = true)]
    public static extern int bind(int socket, byte[] address, int length);

    [DllImport("libc", SetLastError = true)]
    public static extern int setsockopt(int socket, int level, int name, byte[] value, int length);

    [DllImport("libc", SetLastError = true)]
    public static extern int getsockopt(int socket, int level, int name, byte[] value, ref int length);

    [DllImport("libc", SetLastError = true)]
    public static extern int ioctl(int socket, nuint request, byte[] argument);

    [DllImport("libc", SetLastError = true)]
    public static extern nint recv(int socket, ref byte bytes, nint length, int flags);

    [DllImport("libc", SetLastError = true)]
    public static extern int sendmmsg(int socket, ref SendBatch.Message messages, uint count, int flags);

    [DllImport("libc", SetLastError = true)]
    public static extern nint mmap(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", SetLastError = true)]
    public static extern int munmap(nint address, nint length);

    [DllImport("libc", SetLastError = true)]
    public static extern int close(int socket);

    [DllImport("libc", SetLastError = true)]
    public static extern int eventfd(uint initial, int flags);

    [DllImport("libc", SetLastError = true)]
    public static extern nint read(int file, ref byte bytes, nint length);

    [DllImport("libc", SetLastError = true)]
    public static extern nint write(int file, ref long value, nint length);

    [DllImport("libc", SetLastError = true)]
    public static extern int ppoll(ref PollWaiter.Entry entries, nuint count, ref PollWaiter.TimeSpec timeout, nint signals);

    [DllImport("libc", SetLastError = true)]
    public static extern uint if_nametoindex([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
