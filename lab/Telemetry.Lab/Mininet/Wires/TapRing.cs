using System.Runtime.InteropServices;
using Telemetry.SoftSwitch.Ports;

namespace Telemetry.Lab.Mininet.Wires;

/// <summary>
/// The heads of all IPv4 TCP and UDP frames that cross any interface of this network namespace, either way, stamped by
/// the kernel, in memory shared with it (TPACKET_V2): 36,000 frames a second cost a few percent of a processor.
/// </summary>
internal sealed unsafe class TapRing : IDisposable
{
    private const int AttachFilter = 26;
    private const int HeadBytes = 128;
    private const int SlotBytes = 256;
    private const int BlockBytes = 1 << 20;
    private const int Blocks = 16;
    private const int Slots = BlockBytes / SlotBytes * Blocks;

    // tpacket2_hdr: status 0, length 4, captured 8, offset of the frame 12, seconds 16, nanoseconds 20; then, at 32,
    // sockaddr_ll: interface 36, kind of packet 42.
    private const int LengthAt = 4;
    private const int CapturedAt = 8;
    private const int FrameAt = 12;
    private const int SecondsAt = 16;
    private const int NanosecondsAt = 20;
    private const int InterfaceAt = 36;
    private const int KindAt = 42;
    private const byte Outgoing = 4;

    private readonly int _socket;
    private readonly byte* _memory;
    private int _next;

    /// <summary>Opens the tap; frames gather from now on.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public TapRing()
    {
        _socket = Native.socket(Native.AfPacket, Native.SockRaw, 0);
        Check(_socket, "packet socket");
        try
        {
            Filter();
            Set(Native.PacketVersion, BitConverter.GetBytes(1), "TPACKET_V2");
            byte[] request = new byte[16];
            _ = BitConverter.TryWriteBytes(request, BlockBytes)
                && BitConverter.TryWriteBytes(request.AsSpan(4), Blocks)
                && BitConverter.TryWriteBytes(request.AsSpan(8), SlotBytes)
                && BitConverter.TryWriteBytes(request.AsSpan(12), Slots);
            Set(Native.PacketReceiveRing, request, "PACKET_RX_RING");
            nint memory = Native.mmap(0, (nint)BlockBytes * Blocks, Native.ProtectReadWrite, Native.MapShared, _socket, 0);
            Check(memory == -1 ? -1 : 0, "mmap of the tap's ring");
            _memory = (byte*)memory;
            byte[] address = new byte[20]; // interface 0: all
            address[0] = Native.AfPacket;
            address[3] = Native.EthPAll;
            Check(Native.bind(_socket, address, address.Length), "bind");
        }
        catch (IOException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Takes the oldest frame's head; false when there is none. The head is valid until <see cref="Release"/>, which must follow.</summary>
    public bool TryPeek(out TappedFrame frame)
    {
        byte* slot = _memory + ((long)_next * SlotBytes);
        if ((Volatile.Read(ref *(uint*)slot) & 1) == 0)
        {
            frame = default;
            return false;
        }

        frame = new TappedFrame
        {
            Head = new ReadOnlySpan<byte>(slot + *(ushort*)(slot + FrameAt), *(int*)(slot + CapturedAt)),
            Length = *(int*)(slot + LengthAt),
            Interface = *(int*)(slot + InterfaceAt),
            IsOutgoing = slot[KindAt] == Outgoing,
            UnixNs = (*(uint*)(slot + SecondsAt) * 1_000_000_000L) + *(uint*)(slot + NanosecondsAt),
        };
        return true;
    }

    /// <summary>Gives the slot of the frame taken last back to the kernel.</summary>
    public void Release()
    {
        Volatile.Write(ref *(uint*)(_memory + ((long)_next * SlotBytes)), 0);
        _next = (_next + 1) % Slots;
    }

    /// <summary>Frames that found the ring full since the last call.</summary>
    public long TakeDrops()
    {
        byte[] counts = new byte[8];
        int length = counts.Length;
        return Native.getsockopt(_socket, Native.SolPacket, Native.PacketStatistics, counts, ref length) < 0 ? 0 : BitConverter.ToUInt32(counts, 4);
    }

    public void Dispose()
    {
        if (_memory is not null)
        {
            _ = Native.munmap((nint)_memory, (nint)BlockBytes * Blocks);
        }

        _ = Native.close(_socket);
    }

    private void Filter()
    {
        // Classic BPF: code, jump if true, jump if false, operand.
        ReadOnlySpan<ulong> program =
        [
            Instruction(0x28, 0, 0, 12), // half word at 12
            Instruction(0x15, 0, 4, 0x0800), // IPv4, or drop
            Instruction(0x30, 0, 0, 23), // byte at 23
            Instruction(0x15, 1, 0, 6), // TCP
            Instruction(0x15, 0, 1, 17), // UDP, or drop
            Instruction(0x06, 0, 0, HeadBytes),
            Instruction(0x06, 0, 0, 0),
        ];
        fixed (ulong* first = program)
        {
            byte[] option = new byte[16]; // struct sock_fprog of 64-bit Linux
            _ = BitConverter.TryWriteBytes(option, (ushort)program.Length) && BitConverter.TryWriteBytes(option.AsSpan(8), (long)first);
            Check(Native.setsockopt(_socket, Native.SolSocket, AttachFilter, option, option.Length), "SO_ATTACH_FILTER");
        }
    }

    private static ulong Instruction(ushort code, byte ifTrue, byte ifFalse, uint operand) =>
        code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)operand << 32);

    private void Set(int option, byte[] value, string name) => Check(Native.setsockopt(_socket, Native.SolPacket, option, value, value.Length), name);

    private static void Check(int result, string name)
    {
        if (result < 0)
        {
            throw new IOException($"{name}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }
}
