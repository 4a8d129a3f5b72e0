using System.Buffers.Binary;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>Writes the headers of Telemetry Reports v1.0 and v0.5; the packet follows where they end.</summary>
public static class OldReportWriter
{
    /// <summary>Writes a v1.0 header and returns its 16 to 40 bytes: the optional words are those of <paramref name="own"/> that are valid.</summary>
    /// <param name="target">The buffer.</param>
    /// <param name="next">Ethernet, IPv4 or IPv6.</param>
    /// <param name="flags">D, Q and F.</param>
    /// <param name="hardwareId">6 bits.</param>
    /// <param name="sequence">32 bits.</param>
    /// <param name="own">Node id, ingress time (32 bits) and the optional values.</param>
    /// <exception cref="ArgumentException">The packet is of another kind.</exception>
    public static int WriteV10(Span<byte> target, InnerType next, ReportFlags flags, byte hardwareId, uint sequence, in HopMetadata own)
    {
        if (next is not (InnerType.Ethernet or InnerType.Ipv4 or InnerType.Ipv6))
            throw new ArgumentException($"a v1.0 report carries no {next}", nameof(next));
        var bits = 0u;
        var at = 16;
        if ((own.Fields & (HopFields.IngressPort | HopFields.EgressPort)) != 0)
        {
            bits |= 0x20;
            WritePorts(target[at..], own);
            at += 4;
        }
        Put(target, HopFields.HopLatency, own.HopLatency, 0x10, own, ref bits, ref at);
        Put(target, HopFields.Queue, QueueWord(own), 0x08, own, ref bits, ref at);
        Put(target, HopFields.EgressTimestamp, (uint)own.EgressTimestamp, 0x04, own, ref bits, ref at);
        Put(target, HopFields.DropReason, DropWord(own), 0x02, own, ref bits, ref at);
        Put(target, HopFields.TxUtilisation, own.TxUtilisation, 0x01, own, ref bits, ref at);
        BinaryPrimitives.WriteUInt32BigEndian(
            target,
            (1u << 28) | ((uint)(at / 4) << 24) | ((uint)(next - InnerType.Ethernet) << 21) | (bits << 15)
            | (Has(flags, ReportFlags.Dropped) << 8) | (Has(flags, ReportFlags.CongestedQueue) << 7) | (Has(flags, ReportFlags.TrackedFlow) << 6) | (hardwareId & 0x3Fu));
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], own.NodeId);
        BinaryPrimitives.WriteUInt32BigEndian(target[8..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(target[12..], own.Has(HopFields.IngressTimestamp) ? (uint)own.IngressTimestamp : uint.MaxValue);
        return at;
    }

    /// <summary>
    /// Writes a v0.5 header and returns its 12, 24 or 28 bytes; an Ethernet frame follows. With a drop reason the drop header is written, else with a node id the
    /// local header, else neither.
    /// </summary>
    public static int WriteV05(Span<byte> target, ReportFlags flags, byte hardwareId, uint sequence, in HopMetadata own)
    {
        var next = own.Has(HopFields.DropReason) ? 1u : own.Has(HopFields.NodeId) ? 2u : 0;
        BinaryPrimitives.WriteUInt32BigEndian(
            target,
            (next << 24) | (Has(flags, ReportFlags.Dropped) << 23) | (Has(flags, ReportFlags.CongestedQueue) << 22) | (Has(flags, ReportFlags.TrackedFlow) << 21)
            | (hardwareId & 0x3Fu));
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(target[8..], own.Has(HopFields.IngressTimestamp) ? (uint)own.IngressTimestamp : uint.MaxValue);
        if (next == 0)
            return 12;
        BinaryPrimitives.WriteUInt32BigEndian(target[12..], own.Has(HopFields.NodeId) ? own.NodeId : uint.MaxValue);
        WritePorts(target[16..], own);
        if (next == 1)
        {
            BinaryPrimitives.WriteUInt32BigEndian(target[20..], DropWord(own));
            return 24;
        }
        BinaryPrimitives.WriteUInt32BigEndian(target[20..], own.Has(HopFields.Queue) ? QueueWord(own) : uint.MaxValue);
        BinaryPrimitives.WriteUInt32BigEndian(target[24..], own.Has(HopFields.EgressTimestamp) ? (uint)own.EgressTimestamp : uint.MaxValue);
        return 28;
    }

    private static uint QueueWord(in HopMetadata own) => ((uint)own.QueueId << 24) | own.QueueOccupancy;

    private static uint DropWord(in HopMetadata own) => ((uint)own.QueueId << 24) | ((uint)own.DropReason << 16);

    private static uint Has(ReportFlags flags, ReportFlags flag) => (flags & flag) != 0 ? 1u : 0;

    private static void WritePorts(Span<byte> target, in HopMetadata own)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, own.Has(HopFields.IngressPort) ? own.IngressPort : ushort.MaxValue);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], own.Has(HopFields.EgressPort) ? own.EgressPort : ushort.MaxValue);
    }

    private static void Put(Span<byte> target, HopFields field, uint value, uint bit, in HopMetadata own, ref uint bits, ref int at)
    {
        if (!own.Has(field))
            return;
        bits |= bit;
        BinaryPrimitives.WriteUInt32BigEndian(target[at..], value);
        at += 4;
    }
}
