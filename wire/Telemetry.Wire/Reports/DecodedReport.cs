using Telemetry.Wire.Flows;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>
/// One individual report, decoded; made once and filled again for every report (about 22 kB, for the 252 hops that a shim's length allows).
/// Values belong to the report that <see cref="ReportDecoder.MoveNext"/> stopped at last; offsets count from the start of the datagram.
/// </summary>
public sealed class DecodedReport
{
    /// <summary>A shim of 255 words holds 252 words of stack.</summary>
    public const int MaxHops = 252;

    internal readonly HopMetadata[] HopBuffer = new HopMetadata[MaxHops];
    internal HopMetadata OwnMetadata;

    /// <summary>What is wrong with this report; values that were read before the fault stay valid.</summary>
    public ReportError Error { get; internal set; }

    /// <summary>Where the fault is.</summary>
    public int ErrorOffset { get; internal set; }

    /// <summary>Group header: 6 bits.</summary>
    public byte HardwareId { get; internal set; }

    /// <summary>Group header: 22 bits, counts datagrams.</summary>
    public uint Sequence { get; internal set; }

    /// <summary>Group header: who reports.</summary>
    public uint NodeId { get; internal set; }

    /// <summary>Position in the datagram, from 0.</summary>
    public int Index { get; internal set; }

    public ReportType Type { get; internal set; }

    public InnerType InnerType { get; internal set; }

    public ReportFlags Flags { get; internal set; }

    /// <summary>Main contents of <see cref="ReportType.IntMetadata"/>: what the reporting node itself measured; node id from the group header.</summary>
    public ref readonly HopMetadata Own => ref OwnMetadata;

    /// <summary>Of the main contents.</summary>
    public ushort OwnDomainId { get; internal set; }

    /// <summary>Of the main contents.</summary>
    public ushort OwnDomainStatus { get; internal set; }

    /// <summary>Where the inner packet (or TLVs) starts.</summary>
    public int InnerOffset { get; internal set; }

    /// <summary>Bytes, with padding to a word.</summary>
    public int InnerLength { get; internal set; }

    /// <summary>An inner IP header was read: <see cref="Flow"/> and the Ip values are valid.</summary>
    public bool HasFlow { get; internal set; }

    /// <summary>The flow as it was before INT: port and protocol restored from the shim.</summary>
    public FlowKey Flow { get; internal set; }

    /// <summary>Identification of the inner IPv4 header; 0 for IPv6.</summary>
    public ushort IpIdentification { get; internal set; }

    /// <summary>Bytes of the inner packet as its IP header says it, INT included.</summary>
    public int IpTotalLength { get; internal set; }

    /// <summary>Bytes of the packet without INT.</summary>
    public int OriginalIpLength => Math.Max(IpTotalLength - IntLength, 0);

    /// <summary>The DSCP before INT: from the shim where it keeps it (next-protocol type 0), else from the IP header.</summary>
    public byte Dscp { get; internal set; }

    /// <summary>Time to live or hop limit of the inner packet.</summary>
    public byte Ttl { get; internal set; }

    /// <summary>An INT-MD or INT-MX header was read: the values below are valid.</summary>
    public bool HasInt { get; internal set; }

    public IntType IntType { get; internal set; }

    /// <summary>Bytes of INT in the inner packet with the shim; 0 without.</summary>
    public int IntLength { get; internal set; }

    /// <summary>D: the packet is a copy that the sink drops.</summary>
    public bool Discard { get; internal set; }

    /// <summary>E: the hop limit was reached, the path is not complete.</summary>
    public bool HopsExceeded { get; internal set; }

    /// <summary>M: an MTU kept at least one hop out.</summary>
    public bool MtuExceeded { get; internal set; }

    public int HopWords { get; internal set; }

    public byte RemainingHops { get; internal set; }

    public IntInstructions Instructions { get; internal set; }

    public ushort DomainId { get; internal set; }

    public ushort DomainInstructions { get; internal set; }

    public ushort DomainFlags { get; internal set; }

    /// <summary>Hops in the stack.</summary>
    public int HopCount { get; internal set; }

    /// <summary>Hops as the packet carries them: newest (nearest to the sink) first.</summary>
    public ReadOnlySpan<HopMetadata> Hops => HopBuffer.AsSpan(0, HopCount);

    /// <summary>Where words that only the source added start, at the stack's bottom.</summary>
    public int SourceDataOffset { get; internal set; }

    /// <summary>Bytes.</summary>
    public int SourceDataLength { get; internal set; }

    /// <summary>Hop <paramref name="index"/> along the path: 0 is the source's.</summary>
    public ref readonly HopMetadata PathHop(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)HopCount, nameof(index));
        return ref HopBuffer[HopCount - 1 - index];
    }

    internal void Fail(ReportError error, int offset)
    {
        Error = error;
        ErrorOffset = offset;
    }

    // The group header's values and the hop buffer stay.
    internal void Clear()
    {
        (Error, ErrorOffset, Index, Type, InnerType, Flags) = (ReportError.None, 0, 0, default, default, default);
        OwnMetadata = default;
        (OwnDomainId, OwnDomainStatus, InnerOffset, InnerLength) = (0, 0, 0, 0);
        (HasFlow, Flow, IpIdentification, IpTotalLength, Dscp, Ttl) = (false, default, 0, 0, 0, 0);
        (HasInt, IntType, IntLength, Discard, HopsExceeded, MtuExceeded) = (false, default, 0, false, false, false);
        (HopWords, RemainingHops, Instructions, DomainId, DomainInstructions, DomainFlags) = (0, 0, default, 0, 0, 0);
        (HopCount, SourceDataOffset, SourceDataLength) = (0, 0, 0);
    }
}
