using System.Buffers.Binary;

namespace Telemetry.SoftSwitch.Hosting.Capture;

/// <summary>A capture file in libpcap's format, Ethernet, microseconds. One thread at a time; a full disk ends the recording and is told once.</summary>
internal sealed class PcapWriter : IDisposable
{
    private const uint Magic = 0xA1B2C3D4;
    private const int SnapLength = 262_144;
    private const int Ethernet = 1;
    private const int BufferBytes = 256 * 1024;
    private readonly FileStream _file;
    private readonly byte[] _head = new byte[16];
    private readonly Action<string> _onFault;
    private bool _failed;

    /// <exception cref="IOException">The file cannot be made.</exception>
    public PcapWriter(string path, Action<string> onFault)
    {
        _onFault = onFault;
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes);
        Span<byte> head = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], SnapLength);
        BinaryPrimitives.WriteInt32LittleEndian(head[20..], Ethernet);
        _file.Write(head);
        _file.Flush();
    }

    /// <summary>Frames that a failed file did not take.</summary>
    public long Lost { get; private set; }

    /// <param name="frame">A whole Ethernet frame without its check sequence.</param>
    /// <param name="atNs">Nanoseconds since 1970.</param>
    public void Write(ReadOnlySpan<byte> frame, long atNs)
    {
        if (_failed)
        {
            Lost++;
            return;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(_head, (uint)(atNs / 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(_head.AsSpan(4), (uint)(atNs % 1_000_000_000 / 1000));
        BinaryPrimitives.WriteInt32LittleEndian(_head.AsSpan(8), frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(_head.AsSpan(12), frame.Length);
        try
        {
            _file.Write(_head);
            _file.Write(frame);
        }
        catch (IOException fault)
        {
            Fail(fault);
        }
    }

    public void Flush()
    {
        try
        {
            if (!_failed)
            {
                _file.Flush();
            }
        }
        catch (IOException fault)
        {
            Fail(fault);
        }
    }

    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException fault)
        {
            Fail(fault);
        }
    }

    private void Fail(IOException fault)
    {
        if (!_failed)
        {
            _failed = true;
            Lost++;
            _onFault($"{_file.Name}: recording ends: {fault.Message}");
        }
    }
}
