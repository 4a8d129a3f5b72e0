using System.Globalization;
using System.Text;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Captures;

/// <summary>Prints every part of a report on a line of its own, with its offset in the datagram in hexadecimal.</summary>
internal static class ReportTree
{
    public static string Text(DecodedReport report, int count, ReportProfile profile)
    {
        StringBuilder tree = new();
        string version = report.Version switch { ReportVersion.V20 => "v2.0", ReportVersion.V10 => "v1.0", _ => "v0.5" };
        Line(tree, 0, 1, $"Telemetry report {version}: node {report.NodeId}, hardware {report.HardwareId}, sequence {report.Sequence}");
        Line(tree, report.Offset, 1, $"Report {report.Index + 1} of {count}: {report.Type}, inner {report.InnerType}, {(report.Flags == ReportFlags.None ? "no flags" : report.Flags)}");
        if (report.HasOwn)
        {
            Line(tree, report.OwnOffset, 2, $"Measured by the node itself, {report.OwnLength} bytes{Domain(report.OwnDomainId, report.OwnDomainBits)}");
            Hop(tree, report.OwnOffset, 3, report.Own, profile);
        }

        if (report.ExtensionLength > 0)
        {
            Line(tree, report.ExtensionOffset, 2, $"Domain-specific extension, template {report.ExtensionTemplate}, {report.ExtensionLength} bytes");
        }

        if (report.InnerLength > 0)
        {
            Line(tree, report.InnerOffset, 2, $"Inner contents, {report.InnerLength} bytes{(report.TlvCount > 0 ? $", {report.TlvCount} TLVs" : "")}");
        }

        if (report.VlanId >= 0)
        {
            Line(tree, report.InnerOffset, 3, $"Ethernet, VLAN {report.VlanId}{(report.InnerVlanId >= 0 ? $", {report.InnerVlanId}" : "")}");
        }

        if (report.HasOuterFlow)
        {
            Line(tree, report.InnerOffset, 3, $"Tunnel {report.OuterFlow}{(report.NetworkId >= 0 ? $", network {report.NetworkId}" : "")}");
        }

        if (report.HasFlow)
        {
            Line(tree, report.IpOffset, 3, $"Flow {report.Flow}, {report.OriginalIpLength} bytes, id {report.IpIdentification}, TTL {report.Ttl}, DSCP {report.Dscp}");
        }

        if (report.HasInt)
        {
            Int(tree, report, profile);
        }

        if (report.Error != ReportError.None)
        {
            Line(tree, report.ErrorOffset, 2, $"Fault: {ReportFault.Explain(report.Error, report.ErrorNeeded, report.ErrorLeft)}");
        }

        return tree.ToString().TrimEnd('\n');
    }

    private static void Int(StringBuilder tree, DecodedReport report, ReportProfile profile)
    {
        string version = report.IntVersion switch { IntVersion.V20 => "v2.x", IntVersion.V10 => "v1.0", _ => "v0.5" };
        string kind = report.IntType == IntType.Metadata ? "INT-MD" : "INT-MX";
        Line(
            tree,
            report.IntOffset,
            3,
            $"{kind} {version} behind {report.IntCarrier}, {report.IntLength} bytes, bitmap 0x{(int)report.Instructions:X4}"
            + (report.IntType == IntType.Metadata ? $", {report.HopWords} words a hop, {report.RemainingHops} hops remaining" : "")
            + (report.Discard ? ", D" : "") + (report.HopsExceeded ? ", E: hop limit" : "") + (report.MtuExceeded ? ", M: MTU" : "")
            + Domain(report.DomainId, report.DomainInstructions));
        for (int i = 0; i < report.HopCount; i++)
        {
            int offset = report.StackOffset + (4 * report.HopWords * i);
            Line(tree, offset, 4, $"Hop {report.HopCount - i} of {report.HopCount}{(i == 0 ? " (newest)" : "")}");
            Hop(tree, offset, 5, report.Hops[i], profile);
        }

        if (report.SourceDataLength > 0)
        {
            Line(tree, report.SourceDataOffset, 4, $"Source's own data, {report.SourceDataLength} bytes");
        }
    }

    private static void Hop(StringBuilder tree, int offset, int depth, in HopMetadata hop, ReportProfile profile)
    {
        List<string> values = [];
        void Add(in HopMetadata of, HopFields field, string name, ulong value)
        {
            if (of.Has(field))
            {
                values.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {value}"));
            }
        }

        Add(hop, HopFields.NodeId, "node", hop.NodeId);
        Add(hop, HopFields.IngressPort, "in", hop.IngressPort);
        Add(hop, HopFields.EgressPort, "out", hop.EgressPort);
        Add(hop, HopFields.HopLatency, "latency", hop.HopLatency);
        Add(hop, HopFields.Queue, "queue", hop.QueueId);
        Add(hop, HopFields.Queue, "depth", hop.QueueOccupancy);
        Add(hop, HopFields.IngressTimestamp, "ingress", hop.IngressTimestamp);
        Add(hop, HopFields.EgressTimestamp, "egress", hop.EgressTimestamp);
        Add(hop, HopFields.Level2IngressPort, "in-2", hop.Level2IngressPort);
        Add(hop, HopFields.Level2EgressPort, "out-2", hop.Level2EgressPort);
        Add(hop, HopFields.TxUtilisation, "tx", hop.TxUtilisation);
        Add(hop, HopFields.Buffer, "buffer", hop.BufferId);
        Add(hop, HopFields.Buffer, "buffer depth", hop.BufferOccupancy);
        Add(hop, HopFields.QueueCongestion, "congestion", hop.QueueCongestion);
        Add(hop, HopFields.ChecksumComplement, "complement", hop.ChecksumComplement);
        if (hop.Has(HopFields.DropReason))
        {
            values.Add($"drop reason {profile.Tell(hop.DropReason)}");
        }

        Line(tree, offset, depth, values.Count == 0 ? "nothing valid" : string.Join(", ", values));
        if (hop.DomainDataLength > 0)
        {
            Line(tree, hop.DomainDataOffset, depth, $"domain-specific data, {hop.DomainDataLength} bytes");
        }
    }

    private static string Domain(ushort id, ushort bits) => id == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", domain {id}, bits 0x{bits:X4}");

    private static void Line(StringBuilder tree, int offset, int depth, FormattableString text) =>
        Line(tree, offset, depth, text.ToString(CultureInfo.InvariantCulture));

    private static void Line(StringBuilder tree, int offset, int depth, string text) =>
        tree.Append(CultureInfo.InvariantCulture, $"  {offset:x4} ").Append(' ', 2 * depth).Append(text).Append('\n');
}
