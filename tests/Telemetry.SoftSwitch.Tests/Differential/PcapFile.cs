using System.Buffers.Binary;

namespace Telemetry.SoftSwitch.Tests.Differential;

/// <summary>Capture files as BMv2 reads and writes them with --use-files.</summary>
internal static class PcapFile
{
    private const int HeaderSize = 24;
    private const int RecordSize = 16;

    /// <summary>Writes frames, each with its time in microseconds.</summary>
    public static void Write(string path, IEnumerable<(long AtUs, byte[] Frame)> frames)
    {
        using FileStream file = File.Create(path);
        byte[] header = new byte[HeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), 1);
        file.Write(header);
        byte[] record = new byte[RecordSize];
        foreach ((long atUs, byte[] frame) in frames)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(1_000_000 + (atUs / 1_000_000)));
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), (uint)(atUs % 1_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), (uint)frame.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12), (uint)frame.Length);
            file.Write(record);
            file.Write(frame);
        }
    }

    /// <summary>The frames of a file, in hexadecimal; none for one that was never written.</summary>
    public static IReadOnlyList<string> Read(string path)
    {
        List<string> frames = [];
        byte[] bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        for (int at = HeaderSize; at + RecordSize <= bytes.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8));
            if (at + RecordSize + length > bytes.Length)
            {
                break;
            }

            frames.Add(Convert.ToHexString(bytes, at + RecordSize, length));
            at += RecordSize + length;
        }

        return frames;
    }
}
