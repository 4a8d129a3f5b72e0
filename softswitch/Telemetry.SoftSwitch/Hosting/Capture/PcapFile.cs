using System.Buffers.Binary;

namespace Telemetry.SoftSwitch.Hosting.Capture;

/// <summary>The frames of a capture file in libpcap's format, either byte order, micro- or nanoseconds, Ethernet.</summary>
internal static class PcapFile
{
    private const int FileHeaderBytes = 24;
    private const int RecordHeaderBytes = 16;
    private const int Ethernet = 1;

    /// <exception cref="IOException">The file cannot be read, is no capture, or is cut off; the message says where.</exception>
    public static List<(long AtNs, byte[] Frame)> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < FileHeaderBytes)
        {
            throw new IOException($"{path}: no capture file: {bytes.Length} bytes, and the header takes {FileHeaderBytes}");
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        bool isBig = magic is 0xD4C3B2A1 or 0x4D3CB2A1;
        long fraction = magic switch
        {
            0xA1B2C3D4 or 0xD4C3B2A1 => 1000,
            0xA1B23C4D or 0x4D3CB2A1 => 1,
            _ => throw new IOException($"{path}: no capture file in libpcap's format: it starts with 0x{magic:X8}"),
        };
        uint link = Number(bytes, 20, isBig);
        if (link != Ethernet)
        {
            throw new IOException($"{path}: link type {link}; only Ethernet ({Ethernet}) can be played");
        }

        List<(long, byte[])> frames = [];
        int at = FileHeaderBytes;
        while (at < bytes.Length)
        {
            long length = at + RecordHeaderBytes <= bytes.Length ? Number(bytes, at + 8, isBig) : long.MaxValue;
            if (length > bytes.Length - at - RecordHeaderBytes)
            {
                throw new IOException($"{path}: frame {frames.Count + 1} at byte {at} is cut off");
            }

            long atNs = (Number(bytes, at, isBig) * 1_000_000_000L) + (Number(bytes, at + 4, isBig) * fraction);
            at += RecordHeaderBytes;
            frames.Add((atNs, bytes[at..(at + (int)length)]));
            at += (int)length;
        }

        return frames;
    }

    private static uint Number(byte[] bytes, int at, bool isBig) => isBig
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at))
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
