using Telemetry.Wire.Flows;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>
/// One individual report, decoded; made once and filled again for every report (about 22 kB, for the 252 hops that a shim's length allows).
/// Values belong to the report that <see cref="ReportDecoder.MoveNext()"/> stopped at last; offsets count from the start of the datagram.
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

    /// <summary>With an error: how much was needed, in the unit of <see cref="ReportFault"/>; else 0.</summary>
    public int ErrorNeeded { get; internal set; }

    /// <summary>With an error: how much was there.</summary>
    public int ErrorLeft { get; internal set; }

    /// <summary>Format of the report.</summary>
    public ReportVersion Version { get; internal set; }

    /// <summary>Group header: 6 bits.</summary>
    public byte HardwareId { get; internal set; }

    /// <summary>Counts datagrams: <see cref="SequenceBits"/> bits.</summary>
    public uint Sequence { get; internal set; }

    /// <summary>22 with v2.0, 32 before.</summary>
    public int SequenceBits => Version == ReportVersion.V20 ? 22 : 32;

    /// <summary>Who reports; 0 with v0.5 reports that carry no drop or local header.</summary>
    public uint NodeId { get; internal set; }

    /// <summary>Position in the datagram, from 0.</summary>
    public int Index { get; internal set; }

    public ReportType Type { get; internal set; }

    public InnerType InnerType { get; internal set; }

    public ReportFlags Flags { get; internal set; }

    /// <summary>With <see cref="HasOwn"/>: what the reporting node itself measured; node id from the group header.</summary>
    public ref readonly HopMetadata Own => ref OwnMetadata;

    /// <summary>Of the main contents.</summary>
    public ushort OwnDomainId { get; internal set; }

    /// <summary>Of the main contents: which domain-specific metadata is there.</summary>
    public ushort OwnDomainBits { get; internal set; }

    /// <summary>Of the main contents.</summary>
    public ushort OwnDomainStatus { get; internal set; }

    /// <summary>The report carries what the reporting node itself measured: <see cref="Own"/> is valid.</summary>
    public bool HasOwn { get; internal set; }

    /// <summary>The times in <see cref="Own"/> have 32 bits and wrap (v1.0 and v0.5).</summary>
    public bool OwnHasNarrowTimes => Version is ReportVersion.V10 or ReportVersion.V05;

    /// <summary>Where the report's own first word is in the datagram.</summary>
    public int Offset { get; internal set; }

    /// <summary>Where the main contents start (v2.0) or the optional metadata (before).</summary>
    public int OwnOffset { get; internal set; }

    /// <summary>Bytes of the main contents or optional metadata.</summary>
    public int OwnLength { get; internal set; }

    /// <summary>TLVs in the report.</summary>
    public int TlvCount { get; internal set; }

    /// <summary>Where domain-specific extension data starts (the first such TLV's, or all inner contents).</summary>
    public int ExtensionOffset { get; internal set; }

    /// <summary>Bytes of it; 0 without.</summary>
    public int ExtensionLength { get; internal set; }

    /// <summary>The TLV data template of it; 0 without a TLV.</summary>
    public ushort ExtensionTemplate { get; internal set; }

    /// <summary>Where the inner packet (or TLVs) starts.</summary>
    public int InnerOffset { get; internal set; }

    /// <summary>Bytes, with padding to a word.</summary>
    public int InnerLength { get; internal set; }

    /// <summary>An inner IP header was read: <see cref="Flow"/> and the Ip values are valid.</summary>
    public bool HasFlow { get; internal set; }

    /// <summary>The flow as it was before INT: port and protocol restored from the shim. In a tunnel (GRE, VXLAN, Geneve) the innermost flow that is there.</summary>
    public FlowKey Flow { get; internal set; }

    /// <summary>The packet is a tunnel's: <see cref="OuterFlow"/> is valid.</summary>
    public bool HasOuterFlow { get; internal set; }

    /// <summary>The outermost flow of a tunnel.</summary>
    public FlowKey OuterFlow { get; internal set; }

    /// <summary>Network identifier of a VXLAN or Geneve tunnel; -1 without.</summary>
    public int NetworkId { get; internal set; } = -1;

    /// <summary>VLAN of the inner packet's outer tag; -1 without.</summary>
    public int VlanId { get; internal set; } = -1;

    /// <summary>VLAN of its second tag; -1 without.</summary>
    public int InnerVlanId { get; internal set; } = -1;

    /// <summary>Where the IP header of <see cref="Flow"/> starts.</summary>
    public int IpOffset { get; internal set; }

    /// <summary>Identification of the inner IPv4 header; 0 for IPv6.</summary>
    public ushort IpIdentification { get; internal set; }

    /// <summary>Bytes of the inner packet as its IP header says it, INT included.</summary>
    public int IpTotalLength { get; internal set; }

    /// <summary>Bytes of the packet of <see cref="Flow"/> without INT.</summary>
    public int OriginalIpLength => Math.Max(IpTotalLength - IntInIpLength, 0);

    /// <summary>The DSCP before INT: from the shim where it keeps it (next-protocol type 0), else from the IP header.</summary>
    public byte Dscp { get; internal set; }

    /// <summary>Time to live or hop limit of the inner packet.</summary>
    public byte Ttl { get; internal set; }

    /// <summary>An INT-MD or INT-MX header was read: the values below are valid.</summary>
    public bool HasInt { get; internal set; }

    public IntType IntType { get; internal set; }

    public IntVersion IntVersion { get; internal set; }

    /// <summary>Behind which header INT stands.</summary>
    public IntCarrier IntCarrier { get; internal set; }

    /// <summary>Next-protocol type of a shim behind TCP or UDP.</summary>
    public int NextProtocolType { get; internal set; }

    /// <summary>Where the shim starts, or with Geneve the INT header.</summary>
    public int IntOffset { get; internal set; }

    /// <summary>Where the stack starts.</summary>
    public int StackOffset { get; internal set; }

    /// <summary>The hops' times have 32 bits and wrap (INT v1.0 and v0.5).</summary>
    public bool HopsHaveNarrowTimes { get; internal set; }

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

    // Of IntLength what lies within the IP packet of Flow.
    internal int IntInIpLength { get; set; }

    internal void Fail(ReportError error, int offset, int needed = 0, int left = 0) =>
        (Error, ErrorOffset, ErrorNeeded, ErrorLeft) = (error, offset, needed, left);

    // The group header's values and the hop buffer stay.
    internal void Clear()
    {
        (Error, ErrorOffset, ErrorNeeded, ErrorLeft) = (ReportError.None, 0, 0, 0);
        (Index, Type, InnerType, Flags, Offset) = (0, default, default, default, 0);
        if (HasOwn)
            OwnMetadata = default;
        (HasOwn, OwnDomainId, OwnDomainBits, OwnDomainStatus, OwnOffset, OwnLength) = (false, 0, 0, 0, 0, 0);
        (InnerOffset, InnerLength, TlvCount, ExtensionOffset, ExtensionLength, ExtensionTemplate) = (0, 0, 0, 0, 0, 0);
        (HasFlow, Flow, IpIdentification, IpTotalLength, Dscp, Ttl, IpOffset) = (false, default, 0, 0, 0, 0, 0);
        (HasOuterFlow, NetworkId, VlanId, InnerVlanId) = (false, -1, -1, -1);
        (HasInt, IntType, IntVersion, IntCarrier, NextProtocolType, HopsHaveNarrowTimes) = (false, default, default, default, 0, false);
        (IntOffset, StackOffset, IntLength, IntInIpLength) = (0, 0, 0, 0);
        (Discard, HopsExceeded, MtuExceeded) = (false, false, false);
        (HopWords, RemainingHops, Instructions, DomainId, DomainInstructions, DomainFlags) = (0, 0, default, 0, 0, 0);
        (HopCount, SourceDataOffset, SourceDataLength) = (0, 0, 0);
    }
}
