using System.Buffers.Binary;
using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>
/// Builds the payload of one Telemetry Report v2.0 datagram in the caller's buffer: group header, then for each report Begin, contents, End.
/// </summary>
/// <remarks>A buffer that is too small or calls out of order are the caller's bugs: they throw.</remarks>
public ref struct ReportBuilder
{
    private readonly Span<byte> _target;
    private int _position;
    private int _reportStart;

    /// <summary>Writes the group header.</summary>
    /// <exception cref="ArgumentException">The buffer is too small.</exception>
    public ReportBuilder(Span<byte> target, byte hardwareId, uint sequence, uint nodeId)
    {
        _target = target;
        _reportStart = -1;
        Require(target, ReportGroupHeader.Size);
        _position = ReportGroupHeader.Write(target, hardwareId, sequence, nodeId);
    }

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => _position;

    /// <summary>What was written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _target[.._position];

    /// <summary>Starts a report without main contents.</summary>
    /// <exception cref="InvalidOperationException">A report is open.</exception>
    public void Begin(InnerType innerType, ReportFlags flags) => Begin(ReportType.InnerOnly, innerType, 0, flags);

    /// <summary>Starts a report whose main contents are what the reporting node measured: the bits are those values of <paramref name="own"/> that are valid.</summary>
    /// <exception cref="InvalidOperationException">A report is open.</exception>
    public void BeginIntMetadata(InnerType innerType, ReportFlags flags, scoped in HopMetadata own, scoped ReadOnlySpan<byte> domainData = default, ushort domainId = 0, ushort domainBits = 0, ushort domainStatus = 0)
    {
        if (domainData.Length % 4 != 0)
            throw new ArgumentException("domain data has to be whole words", nameof(domainData));
        var bits = BitsOf(own);
        Begin(ReportType.IntMetadata, innerType, (byte)(bits.Words() + (domainData.Length / 4)), flags);
        var head = Take(8);
        BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)bits);
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], domainId);
        BinaryPrimitives.WriteUInt16BigEndian(head[4..], domainBits);
        BinaryPrimitives.WriteUInt16BigEndian(head[6..], domainStatus);
        var baseline = Take(4 * bits.Words());
        baseline.Fill(0xFF);
        var position = own.WriteBaseline(baseline, new HopLayout(bits & ~IntInstructions.ChecksumComplement));
        if ((bits & IntInstructions.ChecksumComplement) != 0)
        {
            (baseline[position], baseline[position + 1]) = (own.QueueId, own.DropReason);
            baseline.Slice(position + 2, 2).Clear();
        }
        domainData.CopyTo(Take(domainData.Length));
    }

    /// <summary>Appends bytes to the open report: an inner packet, TLVs.</summary>
    public void Append(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Appends an inner packet with INT; start it with an Ethernet header where the report's inner type says so.</summary>
    /// <exception cref="ArgumentException">The packet cannot be, or the buffer is too small.</exception>
    public void Append(IntPacket packet, ReportProfile profile, bool ethernet = false) =>
        _position += IntPacketWriter.Write(_target[_position..], packet, profile, ethernet);

    /// <summary>Appends a TLV with what <paramref name="data"/> holds, padded to a word; at most 1020 bytes.</summary>
    public void AppendTlv(byte type, ushort template, scoped ReadOnlySpan<byte> data)
    {
        var words = (data.Length + 3) / 4;
        if (words > byte.MaxValue)
            throw new ArgumentException($"a TLV of {data.Length} bytes exceeds 1020", nameof(data));
        var head = Take(4 + (4 * words));
        head.Clear();
        (head[0], head[1]) = ((byte)(type << 4), (byte)words);
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], template);
        data.CopyTo(head[4..]);
    }

    /// <summary>Appends an inner Ethernet header.</summary>
    public void AppendEthernet(ulong destination, ulong source, ushort etherType) =>
        EthernetHeader.Write(Take(EthernetHeader.Size), destination, source, etherType);

    /// <summary>
    /// Appends the inner packet of a tracked flow without its payload: IPv4 (DSCP <paramref name="mark"/>), TCP or UDP, shim with next-protocol type 0, INT-MD header, stack.
    /// </summary>
    /// <param name="flow">An IPv4 flow of TCP or UDP.</param>
    /// <param name="ip">Identification, TTL and the DSCP before the mark; its total length is that of the packet without INT.</param>
    /// <param name="md">The INT-MD header.</param>
    /// <param name="hopsNewestFirst">The stack.</param>
    /// <param name="mark">DSCP of the INT domain.</param>
    /// <exception cref="ArgumentException">The flow is another, or the stack exceeds a shim's 252 words.</exception>
    public void AppendFlowWithInt(scoped in FlowKey flow, scoped in Ipv4Fields ip, scoped in IntMdFields md, scoped ReadOnlySpan<HopMetadata> hopsNewestFirst, byte mark = 0x17)
    {
        if (flow.IsIpv6 || flow.Protocol is not (IpProtocol.Tcp or IpProtocol.Udp))
            throw new ArgumentException($"{flow} is no TCP or UDP flow over IPv4", nameof(flow));
        var words = IntMdHeader.Words + (hopsNewestFirst.Length * md.HopWords);
        if (words > byte.MaxValue)
            throw new ArgumentException($"{hopsNewestFirst.Length} hops of {md.HopWords} words exceed a shim's 252 words", nameof(hopsNewestFirst));
        var intLength = IntShim.Size + (4 * words);
        var totalLength = (ushort)(ip.TotalLength + intLength);
        Ipv4Header.Write(Take(Ipv4Header.Size), ip with
        {
            Source = (uint)flow.Source,
            Destination = (uint)flow.Destination,
            Protocol = flow.Protocol,
            TotalLength = totalLength,
            Dscp = mark,
        });
        if (flow.Protocol == IpProtocol.Udp)
            UdpHeader.Write(Take(UdpHeader.Size), flow.SourcePort, flow.DestinationPort, (ushort)(totalLength - Ipv4Header.Size), 0);
        else
            TcpHeader.Write(Take(TcpHeader.Size), flow.SourcePort, flow.DestinationPort, 0, 0, TcpFlags.Ack, 0, 0);
        IntShim.WriteWithDscp(Take(IntShim.Size), IntType.Metadata, (byte)words, ip.Dscp);
        IntMdHeader.Write(Take(IntMdHeader.Size), md);
        foreach (ref readonly var hop in hopsNewestFirst)
            hop.Write(Take(4 * md.HopWords), md.Instructions);
    }

    /// <summary>Ends the open report: pads to a word with zeros and sets its length; <paramref name="toTheEnd"/> writes 0xFF, for the last report.</summary>
    /// <exception cref="InvalidOperationException">No report is open, or it has 255 words or more and is not the last.</exception>
    public void End(bool toTheEnd = false)
    {
        if (_reportStart < 0)
            throw new InvalidOperationException("no report is open");
        Take((4 - ((_position - _reportStart) % 4)) % 4).Clear();
        var words = ((_position - _reportStart) / 4) - 1;
        if (words >= IndividualReportHeader.ToTheEnd && !toTheEnd)
            throw new InvalidOperationException($"a report of {words} words can only be the last of its datagram");
        _target[_reportStart + 1] = toTheEnd ? IndividualReportHeader.ToTheEnd : (byte)words;
        _reportStart = -1;
    }

    private void Begin(ReportType type, InnerType innerType, byte metadataWords, ReportFlags flags)
    {
        if (_reportStart >= 0)
            throw new InvalidOperationException("the report before is not ended");
        _reportStart = _position;
        IndividualReportHeader.Write(Take(IndividualReportHeader.Size), type, innerType, 0, metadataWords, flags);
    }

    private static IntInstructions BitsOf(in HopMetadata own)
    {
        var bits = IntInstructions.None;
        Add(own.Fields, HopFields.IngressPort | HopFields.EgressPort, IntInstructions.Level1Ports, ref bits);
        Add(own.Fields, HopFields.HopLatency, IntInstructions.HopLatency, ref bits);
        Add(own.Fields, HopFields.Queue, IntInstructions.Queue, ref bits);
        Add(own.Fields, HopFields.IngressTimestamp, IntInstructions.IngressTimestamp, ref bits);
        Add(own.Fields, HopFields.EgressTimestamp, IntInstructions.EgressTimestamp, ref bits);
        Add(own.Fields, HopFields.Level2IngressPort | HopFields.Level2EgressPort, IntInstructions.Level2Ports, ref bits);
        Add(own.Fields, HopFields.TxUtilisation, IntInstructions.TxUtilisation, ref bits);
        Add(own.Fields, HopFields.Buffer, IntInstructions.Buffer, ref bits);
        Add(own.Fields, HopFields.DropReason, IntInstructions.ChecksumComplement, ref bits);
        return bits;
    }

    private static void Add(HopFields have, HopFields any, IntInstructions bit, ref IntInstructions bits)
    {
        if ((have & any) != 0)
            bits |= bit;
    }

    private Span<byte> Take(int length)
    {
        Require(_target[_position..], length);
        var taken = _target.Slice(_position, length);
        _position += length;
        return taken;
    }

    private static void Require(Span<byte> rest, int length)
    {
        if (rest.Length < length)
            throw new ArgumentException($"the buffer has {rest.Length} bytes left; {length} are needed");
    }
}
