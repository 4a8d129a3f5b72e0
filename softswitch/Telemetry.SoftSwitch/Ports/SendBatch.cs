using System.Runtime.InteropServices;

namespace Telemetry.SoftSwitch.Ports;

/// <summary>Frames gathered to be sent with one system call. One thread.</summary>
internal sealed unsafe class SendBatch
{
    /// <summary>Frames a call; beyond 64 the call's own cost no longer shows (bench of l3-veth).</summary>
    public const int MaxFrames = 64;
    private const int MaxBytes = 96 * 1024;
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(MaxBytes, pinned: true);
    private readonly Message[] _messages = GC.AllocateArray<Message>(MaxFrames, pinned: true);
    private readonly Vector[] _vectors = GC.AllocateArray<Vector>(MaxFrames, pinned: true);
    private int _used;

    public SendBatch()
    {
        for (int i = 0; i < MaxFrames; i++)
        {
            _messages[i].Vectors = (Vector*)Marshal.UnsafeAddrOfPinnedArrayElement(_vectors, i);
            _messages[i].VectorCount = 1;
        }
    }

    public int Count { get; private set; }

    /// <summary>Copies the frame; false when there is no room, which an empty batch always has for frames of up to 64 KiB.</summary>
    public bool TryAdd(ReadOnlySpan<byte> frame)
    {
        if (Count == MaxFrames || MaxBytes - _used < frame.Length)
        {
            return false;
        }

        frame.CopyTo(_bytes.AsSpan(_used));
        _vectors[Count].Base = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, _used);
        _vectors[Count].Length = (nuint)frame.Length;
        _used += (frame.Length + 15) & ~15;
        Count++;
        return true;
    }

    /// <summary>Sends all; returns how many frames the interface refused: down, no room, or longer than its MTU.</summary>
    public int Send(int socket)
    {
        int refused = 0;
        int next = 0;
        while (next < Count)
        {
            int sent = Native.sendmmsg(socket, ref _messages[next], (uint)(Count - next), Native.DontWait);
            if (sent > 0)
            {
                next += sent;
            }
            else if (Marshal.GetLastPInvokeError() != Native.Interrupted)
            {
                refused++;
                next++;
            }
        }

        Clear();
        return refused;
    }

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct mmsghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        public nint Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public nint Control;
        public nuint ControlLength;
        public int Flags;
        public uint Sent;
    }
}
