using System.Buffers.Binary;

namespace Telemetry.SoftSwitch.Tests.Differential;

/// <summary>
/// Sets to 0 what in a frame depends on when it was sent: in the newest hop of INT and in the main contents of a telemetry
/// report the latency, the occupancy of the queue and both times, and the L4 checksum of a packet whose INT has any of them;
/// and of a report its number, which BMv2's egress threads take in the order in which they are scheduled. What else a frame
/// holds stays, so a frame without INT is left as it is.
/// </summary>
internal static class TimeMask
{
    private const int ReportUdpPort = 32766;
    private const int IntUdpPort = 32765;
    private const int IntDscp = 0x17;

    /// <summary>Words and time of what each instruction asks for, from bit 15 on: node, ports, latency, queue, ingress time, egress time.</summary>
    private static readonly (int Words, int FirstByte, int Bytes)[] Values = [(1, 0, 0), (1, 0, 0), (1, 0, 4), (1, 1, 3), (2, 0, 8), (2, 0, 8)];

    /// <summary>The frame without what depends on time.</summary>
    public static string Apply(string hex) => Apply(hex, out _);

    /// <summary>The same, and the report's number; -1 for another frame.</summary>
    public static string Apply(string hex, out int sequence)
    {
        byte[] frame = Convert.FromHexString(hex);
        sequence = -1;
        int at = 12;
        while (at + 4 <= frame.Length && Word16(frame, at) is 0x8100 or 0x88A8)
        {
            at += 4;
        }

        if (at + 2 <= frame.Length && Word16(frame, at) is 0x0800 or 0x86DD)
        {
            MaskIp(frame, at + 2, ref sequence);
        }

        return Convert.ToHexString(frame);
    }

    private static int Word16(byte[] frame, int at) => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at));

    /// <summary>An IP packet, of a frame or inside a report.</summary>
    private static void MaskIp(byte[] frame, int at, ref int sequence)
    {
        if (at + 40 > frame.Length && (at + 20 > frame.Length || frame[at] >> 4 != 4))
        {
            return;
        }

        bool isIpv4 = frame[at] >> 4 == 4;
        int dscp = isIpv4 ? frame[at + 1] >> 2 : (Word16(frame, at) >> 6) & 0x3F;
        int protocol = frame[at + (isIpv4 ? 9 : 6)];
        int l4 = at + (isIpv4 ? (frame[at] & 15) * 4 : 40);
        if (protocol is not (6 or 17) || l4 + (protocol == 6 ? 20 : 8) > frame.Length)
        {
            return;
        }

        if (protocol == 17 && Word16(frame, l4 + 2) == ReportUdpPort)
        {
            if (isIpv4 && sequence < 0 && l4 + 28 <= frame.Length)
            {
                // The identification and so the checksum of IPv4 come from the number.
                sequence = (int)(BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(l4 + 8)) & 0x3FFFFF);
                frame.AsSpan(at + 4, 2).Clear();
                frame.AsSpan(at + 10, 2).Clear();
                frame[l4 + 9] &= 0xC0;
                frame.AsSpan(l4 + 10, 2).Clear();
                MaskReport(frame, l4 + 8, ref sequence);
            }

            return;
        }

        bool isOwnUdp = protocol == 17 && Word16(frame, l4 + 2) == IntUdpPort;
        int shim = l4 + (protocol == 6 ? 20 : 8);
        if ((dscp == IntDscp || isOwnUdp) && shim + 16 <= frame.Length && frame[shim] >> 4 == 1
            && MaskValues(frame, shim + 16, Word16(frame, shim + 8)))
        {
            frame.AsSpan(l4 + (protocol == 6 ? 16 : 6), 2).Clear();
        }
    }

    private static void MaskReport(byte[] frame, int at, ref int sequence)
    {
        int inner = at + 12;
        if (frame[at + 8] >> 4 == 1)
        {
            MaskValues(frame, at + 20, Word16(frame, at + 12) & 0x7FFF); // bit 15 is reserved: the group has the node
            inner = at + 20 + (frame[at + 10] * 4);
        }

        if ((frame[at + 8] & 15) is 4 or 5)
        {
            MaskIp(frame, inner, ref sequence);
        }
    }

    /// <summary>The values of a hop, in the order of their bits; true when one of them tells time.</summary>
    private static bool MaskValues(byte[] frame, int at, int bits)
    {
        bool found = false;
        for (int i = 0; i < Values.Length; i++)
        {
            if ((bits & (0x8000 >> i)) == 0)
            {
                continue;
            }

            (int words, int firstByte, int bytes) = Values[i];
            if (bytes > 0 && at + (words * 4) <= frame.Length)
            {
                frame.AsSpan(at + firstByte, bytes).Clear();
                found = true;
            }

            at += words * 4;
        }

        return found;
    }
}
