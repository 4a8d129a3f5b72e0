using System.Buffers.Binary;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>
/// Main contents of RepType 1: RepMdBits16, domain id16, domain bits16, domain status16, then the baseline metadata in bit order, then domain-specific data.
/// </summary>
internal static class IntMainContents
{
    public const int FixedSize = 8;

    /// <summary><paramref name="contents"/>: the fixed part and MdLength words.</summary>
    public static void Read(ReadOnlySpan<byte> contents, int offset, DecodedReport report)
    {
        var bits = (IntInstructions)BinaryPrimitives.ReadUInt16BigEndian(contents);
        report.OwnDomainId = BinaryPrimitives.ReadUInt16BigEndian(contents[2..]);
        report.OwnDomainStatus = BinaryPrimitives.ReadUInt16BigEndian(contents[6..]);
        var metadata = contents[FixedSize..];
        // Bit 0 is reserved here and carries nothing: the node is named once, in the group header.
        bits &= ~IntInstructions.NodeId;
        ref var own = ref report.OwnMetadata;
        own.NodeId = report.NodeId;
        own.Fields = HopFields.NodeId;
        if (4 * bits.Words() > metadata.Length)
        {
            report.Fail(ReportError.MetadataLength, offset);
            return;
        }
        var position = HopMetadata.ReadBaseline(metadata, bits & ~IntInstructions.ChecksumComplement, ref own);
        if ((bits & IntInstructions.ChecksumComplement) != 0)
        {
            own.DropReason = metadata[position + 1];
            if ((bits & IntInstructions.Queue) == 0)
                own.QueueId = metadata[position];
            own.Fields |= HopFields.DropReason;
            position += 4;
        }
        own.DomainDataOffset = offset + FixedSize + position;
        own.DomainDataLength = metadata.Length - position;
    }
}
