using System.Buffers.Binary;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>
/// Main contents of RepType 1: RepMdBits16, domain id16, domain bits16, domain status16, then the baseline metadata in bit order, then domain-specific data.
/// </summary>
internal static class IntMainContents
{
    public const int FixedSize = 8;

    /// <summary>Words of metadata that the bitmap asks for; <paramref name="contents"/> has the fixed part.</summary>
    public static int Words(ReadOnlySpan<byte> contents) => Bits(contents).Words();

    /// <summary><paramref name="contents"/>: the fixed part and MdLength words.</summary>
    public static void Read(ReadOnlySpan<byte> contents, int offset, DecodedReport report, ReportProfile profile)
    {
        var bits = Bits(contents);
        report.HasOwn = true;
        (report.OwnOffset, report.OwnLength) = (offset, contents.Length);
        report.OwnDomainId = BinaryPrimitives.ReadUInt16BigEndian(contents[2..]);
        report.OwnDomainBits = BinaryPrimitives.ReadUInt16BigEndian(contents[4..]);
        report.OwnDomainStatus = BinaryPrimitives.ReadUInt16BigEndian(contents[6..]);
        var metadata = contents[FixedSize..];
        ref var own = ref report.OwnMetadata;
        own = default;
        own.NodeId = report.NodeId;
        own.Fields = HopFields.NodeId;
        var words = bits.Words();
        if (4 * words > metadata.Length || (profile.Strict && report.OwnDomainBits == 0 && 4 * words != metadata.Length))
        {
            report.Fail(ReportError.MetadataLength, offset, words, metadata.Length / 4);
            return;
        }
        if (profile.Strict && ((contents[0] & 0x80) != 0 || (bits & IntInstructions.Reserved) != 0))
        {
            report.Fail(ReportError.ReservedValue, offset, 0, contents[0]);
            return;
        }
        var position = HopMetadata.ReadBaseline(metadata, new HopLayout(bits & ~IntInstructions.ChecksumComplement), ref own);
        if ((bits & IntInstructions.ChecksumComplement) != 0)
        {
            ReadDrop(metadata[position..], (bits & IntInstructions.Queue) != 0, ref own);
            position += 4;
        }
        own.DomainDataOffset = offset + FixedSize + position;
        own.DomainDataLength = metadata.Length - position;
    }

    // Queue id8, drop reason8, pad16. A queue with its occupancy, where it is there, is the same queue.
    internal static void ReadDrop(ReadOnlySpan<byte> word, bool hasQueue, ref HopMetadata own)
    {
        own.DropReason = word[1];
        if (!hasQueue)
            own.QueueId = word[0];
        own.Fields |= HopFields.DropReason;
    }

    // Bit 0 is reserved here and carries nothing: the node is named once, in the group header.
    private static IntInstructions Bits(ReadOnlySpan<byte> contents) =>
        (IntInstructions)BinaryPrimitives.ReadUInt16BigEndian(contents) & ~IntInstructions.NodeId;
}
