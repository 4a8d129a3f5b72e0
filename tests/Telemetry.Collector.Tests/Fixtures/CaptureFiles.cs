using System.Buffers.Binary;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>Writes capture files byte by byte, as other programs do.</summary>
internal static class CaptureFiles
{
    private const int Ethernet = 1;

    /// <summary>A frame with a report of a packet over s1 and s2, sent to a port so long after the first one.</summary>
    public static byte[] Frame(int number, int sequence, ushort port, long afterNs)
    {
        byte[] report = Reports.TwoHops((uint)sequence, (ushort)number, (ulong)(1000 + (afterNs / 1000)));
        byte[] frame = new byte[ReportFrame.HeaderLength + report.Length];
        report.CopyTo(frame.AsSpan(ReportFrame.HeaderLength));
        ReportFrame.WriteHeaders(frame, 2, 1, 0x0A000001, 0x0A0000FE, 5000, port, report.Length);
        return frame;
    }

    /// <summary>Classic pcap with nanoseconds.</summary>
    public static byte[] Pcap(IEnumerable<(long AtNs, byte[] Frame)> packets)
    {
        MemoryStream file = new();
        Write(file, 0xA1B23C4D, 2 | (4 << 16), 0, 0, 65535, Ethernet);
        foreach ((long atNs, byte[] frame) in packets)
        {
            Write(file, (uint)(atNs / 1_000_000_000), (uint)(atNs % 1_000_000_000), (uint)frame.Length, (uint)frame.Length);
            file.Write(frame);
        }

        return file.ToArray();
    }

    /// <summary>Pcapng: a section, an interface that counts nanoseconds, enhanced packets.</summary>
    public static byte[] PcapNg(IEnumerable<(long AtNs, byte[] Frame)> packets)
    {
        MemoryStream file = new();
        Write(file, 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, uint.MaxValue, uint.MaxValue, 28);
        Write(file, 1, 32, Ethernet, 65535, 9 | (1 << 16), 9, 0, 32); // option if_tsresol: 10^-9
        foreach ((long atNs, byte[] frame) in packets)
        {
            uint padded = (uint)((frame.Length + 3) & ~3);
            Write(file, 6, 32 + padded, 0, (uint)(atNs >> 32), (uint)atNs, (uint)frame.Length, (uint)frame.Length);
            file.Write(frame);
            file.Write(new byte[padded - frame.Length]);
            Write(file, 32 + padded);
        }

        return file.ToArray();
    }

    private static void Write(MemoryStream file, params ReadOnlySpan<uint> words)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (uint word in words)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, word);
            file.Write(bytes);
        }
    }
}
