using System.Buffers.Binary;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>Telemetry Reports v1.0 and v0.5: one report a datagram.</summary>
/// <remarks>
/// v1.0: version4, words4, next protocol3, RepMdBits6, R6, D, Q, F, hardware id6; switch id32; sequence32; ingress time32; 4 bytes for each bit: ports, hop latency,
/// queue, egress time, queue and drop reason, tx utilisation.
/// v0.5: version4, next protocol4, D, Q, F, R15, hardware id6; sequence32; ingress time32; next protocol 1: switch id32, ports16/16, queue8, reason8, pad16;
/// 2: switch id32, ports16/16, queue8, occupancy24, egress time32.
/// </remarks>
internal static class OldReports
{
    private const int V10Size = 16;
    private const int V05Size = 12;
    private const int V05DropSize = 12;
    private const int V05LocalSize = 16;

    public static int FixedSize(ReportVersion version) => version == ReportVersion.V10 ? V10Size : V05Size;

    /// <summary>Takes over what names the exporter; false where the datagram is shorter than the fixed header.</summary>
    public static bool ReadHeader(ReadOnlySpan<byte> datagram, DecodedReport report)
    {
        if (datagram.Length < FixedSize(report.Version))
            return false;
        report.HardwareId = (byte)(datagram[3] & 0x3F);
        if (report.Version == ReportVersion.V10)
        {
            report.NodeId = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]);
            report.Sequence = BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]);
            return true;
        }
        report.Sequence = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]);
        var kind = datagram[0] & 0xF;
        report.NodeId = kind is 1 or 2 && datagram.Length >= V05Size + 4 ? BinaryPrimitives.ReadUInt32BigEndian(datagram[V05Size..]) : 0;
        return true;
    }

    /// <summary>Decodes the one report; <see cref="ReadHeader"/> went well.</summary>
    public static void Read(ReadOnlySpan<byte> datagram, DecodedReport report, ReportProfile profile)
    {
        var length = report.Version == ReportVersion.V10 ? ReadV10(datagram, report, profile) : ReadV05(datagram, report, profile);
        if (length == 0)
            return;
        report.InnerOffset = length;
        report.InnerLength = datagram.Length - length;
        InnerPacket.Read(datagram[length..], report, profile);
    }

    // Bytes of the header; 0 at a fault.
    private static int ReadV10(ReadOnlySpan<byte> datagram, DecodedReport report, ReportProfile profile)
    {
        var word = BinaryPrimitives.ReadUInt32BigEndian(datagram);
        report.Flags = FlagsOf((word & (1u << 8)) != 0, (word & (1u << 7)) != 0, (word & (1u << 6)) != 0);
        var words = (int)(word >> 24) & 0xF;
        var bits = (int)(word >> 15) & 0x3F;
        var needed = (V10Size / 4) + System.Numerics.BitOperations.PopCount((uint)bits);
        var next = (int)(word >> 21) & 7;
        if (words < needed || (profile.Strict && words != needed))
        {
            report.Fail(ReportError.MetadataLength, 0, needed, words);
            return 0;
        }
        if (4 * words > datagram.Length)
        {
            report.Fail(ReportError.ReportLength, 0, words, datagram.Length / 4);
            return 0;
        }
        if (profile.Strict && (word & 0x7E00) != 0)
        {
            report.Fail(ReportError.ReservedValue, 2, 0, (int)(word & 0x7E00));
            return 0;
        }
        if (next > 2)
        {
            report.Fail(ReportError.InnerTypeUnsupported, 1, 2, next);
            return 0;
        }
        report.InnerType = InnerType.Ethernet + next;
        ref var own = ref StartOwn(datagram, V10Size - 4, report, 4 * words);
        own.NodeId = report.NodeId;
        own.Fields |= HopFields.NodeId;
        var at = V10Size;
        if ((bits & 0x20) != 0)
            ReadPorts(Next(datagram, ref at), ref own);
        if ((bits & 0x10) != 0 && Valid(Next(datagram, ref at), out var latency))
            (own.HopLatency, own.Fields) = (latency, own.Fields | HopFields.HopLatency);
        if ((bits & 0x08) != 0)
            ReadQueue(Next(datagram, ref at), ref own);
        if ((bits & 0x04) != 0 && Valid(Next(datagram, ref at), out var time))
            (own.EgressTimestamp, own.Fields) = (time, own.Fields | HopFields.EgressTimestamp);
        if ((bits & 0x02) != 0)
            IntMainContents.ReadDrop(Next(datagram, ref at), (bits & 0x08) != 0, ref own);
        if ((bits & 0x01) != 0 && Valid(Next(datagram, ref at), out var utilisation))
            (own.TxUtilisation, own.Fields) = (utilisation, own.Fields | HopFields.TxUtilisation);
        return 4 * words;
    }

    private static int ReadV05(ReadOnlySpan<byte> datagram, DecodedReport report, ReportProfile profile)
    {
        var word = BinaryPrimitives.ReadUInt32BigEndian(datagram);
        report.Flags = FlagsOf((word & (1u << 23)) != 0, (word & (1u << 22)) != 0, (word & (1u << 21)) != 0);
        report.InnerType = InnerType.Ethernet;
        var next = (int)(word >> 24) & 0xF;
        if (next > 2)
        {
            report.Fail(ReportError.InnerTypeUnsupported, 0, 2, next);
            return 0;
        }
        if (profile.Strict && (word & 0x1F_FFC0) != 0)
        {
            report.Fail(ReportError.ReservedValue, 1, 0, (int)(word & 0x1F_FFC0));
            return 0;
        }
        var length = V05Size + (next == 1 ? V05DropSize : next == 2 ? V05LocalSize : 0);
        if (length > datagram.Length)
        {
            report.Fail(ReportError.MetadataLength, V05Size, (length - V05Size) / 4, (datagram.Length - V05Size) / 4);
            return 0;
        }
        ref var own = ref StartOwn(datagram, V05Size - 4, report, length);
        if (next == 0)
            return length;
        if (Valid(datagram[V05Size..], out var node))
            (own.NodeId, own.Fields) = (node, own.Fields | HopFields.NodeId);
        ReadPorts(datagram[(V05Size + 4)..], ref own);
        if (next == 1)
        {
            IntMainContents.ReadDrop(datagram[(V05Size + 8)..], false, ref own);
            return length;
        }
        ReadQueue(datagram[(V05Size + 8)..], ref own);
        if (Valid(datagram[(V05Size + 12)..], out var time))
            (own.EgressTimestamp, own.Fields) = (time, own.Fields | HopFields.EgressTimestamp);
        return length;
    }

    private static ref HopMetadata StartOwn(ReadOnlySpan<byte> datagram, int timeOffset, DecodedReport report, int length)
    {
        report.HasOwn = true;
        (report.OwnOffset, report.OwnLength) = (timeOffset, length - timeOffset);
        ref var own = ref report.OwnMetadata;
        own = default;
        if (Valid(datagram[timeOffset..], out var time))
            (own.IngressTimestamp, own.Fields) = (time, HopFields.IngressTimestamp);
        return ref own;
    }

    private static void ReadPorts(ReadOnlySpan<byte> word, ref HopMetadata own)
    {
        var (ingress, egress) = (BinaryPrimitives.ReadUInt16BigEndian(word), BinaryPrimitives.ReadUInt16BigEndian(word[2..]));
        if (ingress != ushort.MaxValue)
            (own.IngressPort, own.Fields) = (ingress, own.Fields | HopFields.IngressPort);
        if (egress != ushort.MaxValue)
            (own.EgressPort, own.Fields) = (egress, own.Fields | HopFields.EgressPort);
    }

    private static void ReadQueue(ReadOnlySpan<byte> word, ref HopMetadata own)
    {
        if (!Valid(word, out var queue))
            return;
        (own.QueueId, own.QueueOccupancy) = ((byte)(queue >> 24), queue & 0xFF_FFFF);
        own.Fields |= HopFields.Queue;
    }

    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> datagram, ref int at)
    {
        at += 4;
        return datagram.Slice(at - 4, 4);
    }

    private static bool Valid(ReadOnlySpan<byte> word, out uint value)
    {
        value = BinaryPrimitives.ReadUInt32BigEndian(word);
        return value != uint.MaxValue;
    }

    private static ReportFlags FlagsOf(bool dropped, bool congested, bool tracked) =>
        (dropped ? ReportFlags.Dropped : 0) | (congested ? ReportFlags.CongestedQueue : 0) | (tracked ? ReportFlags.TrackedFlow : 0);
}
