using System.Runtime.InteropServices;

namespace Telemetry.Collector.Sources;

/// <summary>Linux calls that move many datagrams at once (recvmmsg(2), sendmmsg(2)), and what they take. Buffers are pinned arrays; no pointer is followed here.</summary>
public static partial class UdpNative
{
    /// <summary>Return once at least one datagram is there.</summary>
    public const int WaitForOne = 0x1_0000;

    /// <summary>Return at once, also when no datagram is there.</summary>
    public const int DoNotWait = 0x40;

    /// <summary>Set on a message that was longer than its buffer.</summary>
    public const int Truncated = 0x20;

    /// <summary>Receives up to <paramref name="count"/> datagrams; their number, or -1 with the last error set.</summary>
    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int Receive(int socket, nint messages, uint count, int flags, nint timeout);

    /// <summary>Sends up to <paramref name="count"/> datagrams; their number, or -1 with the last error set.</summary>
    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int Send(int socket, nint messages, uint count, int flags);

    /// <summary>Lets the calling thread sleep (usleep(3)); the system adds up to its timer slack, usually 50 us.</summary>
    [LibraryImport("libc", EntryPoint = "usleep")]
    internal static partial int Sleep(uint microseconds);

    /// <summary>One message: struct mmsghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public nint Name;
        public uint NameLength;
        public nint Parts;
        public nuint PartCount;
        public nint Control;
        public nuint ControlLength;
        public int Flags;

        private readonly int _alignment;

        /// <summary>Bytes received or sent.</summary>
        public uint Length;

        private readonly uint _alignmentOfArray;
    }

    /// <summary>One buffer: struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Part
    {
        public nint Base;
        public nuint Length;
    }
}
