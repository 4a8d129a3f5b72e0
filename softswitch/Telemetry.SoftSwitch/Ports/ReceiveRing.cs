using System.Numerics;
using System.Runtime.InteropServices;

namespace Telemetry.SoftSwitch.Ports;

/// <summary>
/// Frames that the kernel puts into memory shared with it, one a slot (TPACKET_V2): a frame is visible the moment it
/// arrives, and taking it costs no system call. Version 3 packs frames tighter but shows them in blocks, milliseconds late.
/// </summary>
internal sealed unsafe class ReceiveRing : IDisposable
{
    // tpacket2_hdr: status 0, length 4, captured 8, offset of the frame 12, seconds 16, nanoseconds 20, vlan tci 24, vlan tpid 26.
    private const int LengthAt = 4;
    private const int CapturedAt = 8;
    private const int FrameAt = 12;
    private const int SecondsAt = 16;
    private const int NanosecondsAt = 20;
    private const int VlanTagAt = 24;
    private const int VlanTypeAt = 26;

    private const uint Ready = 1;
    private const uint Copied = 1 << 1;
    private const uint ChecksumNotReady = 1 << 3;
    private const uint VlanValid = 1 << 4;

    /// <summary>Room in a slot before the frame (header, link address, alignment), and for a VLAN tag.</summary>
    private const int SlotOverhead = 128;
    private const int SlotAlignment = 256;
    private const int EthernetSize = 14;
    private const int BlockBytes = 256 * 1024;

    /// <summary>Of an interface with an MTU of 1500, 9,216 slots: what 200,000 frames a second need to ride out a pause of 46 ms, as a garbage collection amid table updates.</summary>
    private const int MostRingBytes = 16 * 1024 * 1024;
    private const int LeastRingBytes = 4 * 1024 * 1024;
    private const int MaxFrameBytes = 65_536 + EthernetSize;

    /// <summary>The ring is memory that is never paged out, for every port of every switch: a small machine gets small rings.</summary>
    private static readonly int s_ringBytes =
        (int)Math.Clamp((long)BitOperations.RoundUpToPowerOf2((ulong)GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024), LeastRingBytes, MostRingBytes);
    private readonly int _socket;
    private readonly byte* _memory;
    private readonly int _bytes;
    private readonly int _slotBytes;
    private readonly int _slotsPerBlock;
    private readonly int _slots;
    private readonly byte[] _scratch = new byte[2048];
    private byte[] _large = [];
    private int _next;

    private ReceiveRing(int socket, nint memory, int bytes, int slotBytes, int slotsPerBlock)
    {
        _socket = socket;
        _memory = (byte*)memory;
        _bytes = bytes;
        _slotBytes = slotBytes;
        _slotsPerBlock = slotsPerBlock;
        _slots = slotsPerBlock * (bytes / BlockBytes);
    }

    /// <summary>Gives the socket a ring whose slots hold frames of an interface with this MTU; longer ones come through the socket's queue.</summary>
    /// <exception cref="IOException">The kernel refuses; the message says what.</exception>
    public static ReceiveRing Create(int socket, int mtuBytes, int mostBytes = int.MaxValue)
    {
        int bytes = Math.Min(s_ringBytes, mostBytes / BlockBytes * BlockBytes);
        int slotBytes = (mtuBytes + EthernetSize + SlotOverhead + SlotAlignment - 1) / SlotAlignment * SlotAlignment;
        int slotsPerBlock = BlockBytes / slotBytes;
        int blocks = bytes / BlockBytes;
        Set(Native.PacketVersion, BitConverter.GetBytes(1), "TPACKET_V2");
        Set(Native.PacketCopyThreshold, BitConverter.GetBytes(1), "PACKET_COPY_THRESH");
        byte[] request = new byte[16];
        _ = BitConverter.TryWriteBytes(request, BlockBytes)
            && BitConverter.TryWriteBytes(request.AsSpan(4), blocks)
            && BitConverter.TryWriteBytes(request.AsSpan(8), slotBytes)
            && BitConverter.TryWriteBytes(request.AsSpan(12), slotsPerBlock * blocks);
        Set(Native.PacketReceiveRing, request, "PACKET_RX_RING");
        nint memory = Native.mmap(0, bytes, Native.ProtectReadWrite, Native.MapShared, socket, 0);
        return memory != -1
            ? new ReceiveRing(socket, memory, bytes, slotBytes, slotsPerBlock)
            : throw new IOException($"mmap of the receive ring: {Marshal.GetLastPInvokeErrorMessage()}");

        void Set(int option, byte[] value, string name)
        {
            if (Native.setsockopt(socket, Native.SolPacket, option, value, value.Length) < 0)
            {
                throw new IOException($"{name}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    /// <summary>
    /// The oldest frame, with what the sender left to hardware undone; valid until <see cref="Release"/>, which must
    /// follow. An empty frame is one that the kernel had no memory to keep whole.
    /// </summary>
    public bool TryPeek(out ReadOnlySpan<byte> frame)
    {
        byte* slot = Slot();
        uint status = Volatile.Read(ref *(uint*)slot);
        if ((status & Ready) == 0)
        {
            frame = default;
            return false;
        }

        int length = *(int*)(slot + LengthAt);
        int captured = *(int*)(slot + CapturedAt);
        if (captured == length && (status & (Copied | ChecksumNotReady | VlanValid)) == 0)
        {
            frame = new ReadOnlySpan<byte>(slot + *(ushort*)(slot + FrameAt), length);
            return true;
        }

        frame = Restore(slot, status, captured);
        return true;
    }

    /// <summary>When the kernel took the oldest frame, nanoseconds since 1970; false when there is none.</summary>
    public bool TryPeekTime(out long unixNs)
    {
        byte* slot = Slot();
        bool isReady = (Volatile.Read(ref *(uint*)slot) & Ready) != 0;
        unixNs = isReady ? (*(uint*)(slot + SecondsAt) * 1_000_000_000L) + *(uint*)(slot + NanosecondsAt) : 0;
        return isReady;
    }

    /// <summary>Gives the frame's slot back to the kernel.</summary>
    public void Release()
    {
        Volatile.Write(ref *(uint*)Slot(), 0);
        _next = _next + 1 == _slots ? 0 : _next + 1;
    }

    public void Dispose() => _ = Native.munmap((nint)_memory, _bytes);

    private byte* Slot() => _memory + ((long)(_next / _slotsPerBlock) * BlockBytes) + ((long)(_next % _slotsPerBlock) * _slotBytes);

    /// <summary>A frame with a missing checksum or VLAN tag, or too long for its slot.</summary>
    private Span<byte> Restore(byte* slot, uint status, int captured)
    {
        byte[] target;
        int length;
        if ((status & Copied) != 0)
        {
            if (_large.Length == 0)
            {
                _large = new byte[MaxFrameBytes + 4];
            }

            target = _large;
            length = (int)Native.recv(_socket, ref _large[0], MaxFrameBytes, Native.DontWait);
        }
        else if (captured < *(int*)(slot + LengthAt))
        {
            return default;
        }
        else
        {
            target = captured + 4 <= _scratch.Length ? _scratch : _large = _large.Length > 0 ? _large : new byte[MaxFrameBytes + 4];
            length = captured;
            new ReadOnlySpan<byte>(slot + *(ushort*)(slot + FrameAt), length).CopyTo(target);
        }

        if (length <= 0)
        {
            return default;
        }

        if ((status & ChecksumNotReady) != 0)
        {
            ReceivedFrame.CompleteChecksum(target.AsSpan(0, length));
        }

        if ((status & VlanValid) != 0)
        {
            length = ReceivedFrame.InsertVlan(target, length, *(ushort*)(slot + VlanTypeAt), *(ushort*)(slot + VlanTagAt));
        }

        return target.AsSpan(0, length);
    }
}
