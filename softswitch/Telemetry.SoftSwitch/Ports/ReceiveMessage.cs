using System.Runtime.InteropServices;

namespace Telemetry.SoftSwitch.Ports;

/// <summary>The msghdr of recvmsg(2) in memory that does not move: one buffer, and room for the packet's auxiliary data.</summary>
internal sealed class ReceiveMessage : IDisposable
{
    private const int ControlBytes = 128;

    // msghdr of 64-bit Linux: name 0, name length 8, vectors 16, count 24, control 32, control length 40, flags 48.
    private const int HeaderBytes = 56;
    private const int VectorsAt = 16;
    private const int VectorCountAt = 24;
    private const int ControlAt = 32;
    private const int ControlLengthAt = 40;

    // cmsghdr: length 0, level 8, type 12, data 16; tpacket_auxdata: status 0, vlan tci 16, vlan tpid 18.
    private const int AuxDataAt = 16;
    private readonly IntPtr _memory;
    private readonly IntPtr _buffer;
    private readonly IntPtr _control;

    public ReceiveMessage(int bufferBytes)
    {
        int vectorAt = HeaderBytes;
        int controlAt = vectorAt + 16;
        int bufferAt = controlAt + ControlBytes;
        _memory = Marshal.AllocHGlobal(bufferAt + bufferBytes);
        _buffer = _memory + bufferAt;
        _control = _memory + controlAt;
        for (int i = 0; i < HeaderBytes; i += 8)
        {
            Marshal.WriteInt64(_memory, i, 0);
        }

        Marshal.WriteIntPtr(_memory, VectorsAt, _memory + vectorAt);
        Marshal.WriteInt64(_memory, VectorCountAt, 1);
        Marshal.WriteIntPtr(_memory, ControlAt, _control);
        Marshal.WriteIntPtr(_memory, vectorAt, _buffer);
        Marshal.WriteInt64(_memory, vectorAt + 8, bufferBytes);
    }

    /// <summary>The header, ready for another call.</summary>
    public IntPtr Reset()
    {
        Marshal.WriteInt64(_memory, ControlLengthAt, ControlBytes);
        return _memory;
    }

    /// <summary>Copies the frame and undoes what the sender left to hardware; the target has four bytes more than the frame. Returns its length.</summary>
    public int CopyTo(byte[] target, int length)
    {
        Marshal.Copy(_buffer, target, 0, length);
        if (Marshal.ReadInt64(_memory, ControlLengthAt) < AuxDataAt + 20
            || Marshal.ReadInt32(_control, 8) != Native.SolPacket || Marshal.ReadInt32(_control, 12) != Native.PacketAuxData)
        {
            return length;
        }

        uint status = (uint)Marshal.ReadInt32(_control, AuxDataAt);
        if ((status & Native.ChecksumNotReady) != 0)
        {
            ReceivedFrame.CompleteChecksum(target.AsSpan(0, length));
        }

        return (status & Native.VlanValid) != 0
            ? ReceivedFrame.InsertVlan(target, length, (ushort)Marshal.ReadInt16(_control, AuxDataAt + 18), (ushort)Marshal.ReadInt16(_control, AuxDataAt + 16))
            : length;
    }

    public void Dispose() => Marshal.FreeHGlobal(_memory);
}
