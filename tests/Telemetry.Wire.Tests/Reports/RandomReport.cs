using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Wire.Tests.Reports;

/// <summary>One random report of any format, its bytes, and what a decoder has to find.</summary>
internal sealed class RandomReport
{
    private const HopFields HopValues = HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue
        | HopFields.IngressTimestamp | HopFields.EgressTimestamp | HopFields.Level2IngressPort | HopFields.Level2EgressPort | HopFields.TxUtilisation
        | HopFields.Buffer | HopFields.ChecksumComplement | HopFields.QueueCongestion;

    private const HopFields OwnValues = HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue | HopFields.IngressTimestamp
        | HopFields.EgressTimestamp | HopFields.TxUtilisation | HopFields.DropReason;

    private readonly Random _random;

    public RandomReport(Random random)
    {
        _random = random;
        Format = (ReportVersion)random.Next(1, 4);
        Profile = new ReportProfile
        {
            IntUdpPort = 5555,
            IntAfterTcpOptions = random.Next(2) == 0,
            ProbeMarker = random.Next(4) == 0 ? 0x0123_4567_89AB_CDEF : null,
            Deviations = (random.Next(4) == 0 ? ReportDeviations.NarrowLevel2Ports : 0) | (random.Next(4) == 0 ? ReportDeviations.WideTimestamps : 0)
                | (random.Next(6) == 0 ? ReportDeviations.ShimCounted : 0),
        };
        HasOwn = Format == ReportVersion.V10 || random.Next(2) == 0;
        Flags = ReportFlags.TrackedFlow | (ReportFlags)(random.Next(4) << 6);
        if (Format == ReportVersion.V20 && random.Next(4) == 0)
            Flags |= ReportFlags.Intermediate;
        Sequence = (uint)random.NextInt64(Format == ReportVersion.V20 ? 1 << 22 : 1L << 32);
        HardwareId = (byte)random.Next(64);
        NodeId = (uint)random.Next();
        InnerType = Format == ReportVersion.V05 ? InnerType.Ethernet : Format == ReportVersion.V20 && random.Next(6) == 0 ? InnerType.Tlv : InnerType.None;
        Packet = NewPacket();
        if (InnerType == InnerType.None)
            InnerType = random.Next(2) == 0 ? InnerType.Ethernet : (IsTunnel ? Packet.Outer : Packet.Flow).IsIpv6 ? InnerType.Ipv6 : InnerType.Ipv4;
        if (InnerType != InnerType.Ethernet)
            Packet = Packet with { VlanId = -1, InnerVlanId = -1 };
        Own = NewOwn();
        Bytes = Encode();
    }

    public ReportVersion Format { get; }

    public ReportProfile Profile { get; }

    public bool HasOwn { get; }

    public ReportFlags Flags { get; }

    public uint Sequence { get; }

    public byte HardwareId { get; }

    public uint NodeId { get; }

    public InnerType InnerType { get; }

    public IntPacket Packet { get; }

    public HopMetadata Own { get; }

    public byte[] Extension { get; private set; } = [];

    public byte[] Bytes { get; }

    private bool IsTunnel => Packet.Carrier is IntCarrier.Gre or IntCarrier.VxlanGpe or IntCarrier.Geneve;

    /// <summary>Compares with what was decoded; null when all is equal, else what is not.</summary>
    public string? Difference(DecodedReport report)
    {
        (string Name, object Expected, object Found)[] values =
        [
            ("error", ReportError.None, report.Error),
            ("version", Format, report.Version),
            ("hardware", HardwareId, report.HardwareId),
            ("sequence", Sequence, report.Sequence),
            ("node", Format == ReportVersion.V05 && !HasOwn ? 0 : NodeId, report.NodeId),
            ("flags", Flags, report.Flags),
            ("inner", InnerType, report.InnerType),
            ("flow", Packet.Flow, report.Flow),
            ("outer", IsTunnel ? Packet.Outer : default(FlowKey), report.HasOuterFlow ? report.OuterFlow : default),
            ("length", (int)Packet.OriginalLength, report.OriginalIpLength),
            ("identification", Packet.Flow.IsIpv6 ? (ushort)0 : Packet.Identification, report.IpIdentification),
            ("ttl", Packet.Ttl, report.Ttl),
            ("dscp", Packet.Dscp, report.Dscp),
            ("vlan", Packet.VlanId, report.VlanId),
            ("second vlan", Packet.VlanId < 0 ? -1 : Packet.InnerVlanId, report.InnerVlanId),
            ("network", Packet.Carrier is IntCarrier.VxlanGpe or IntCarrier.Geneve ? (int)Packet.NetworkId : -1, report.NetworkId),
            ("carrier", Packet.Carrier, report.IntCarrier),
            ("has int", Packet.Carrier != IntCarrier.None, report.HasInt),
            ("extension", Convert.ToHexString(Extension), Convert.ToHexString(Bytes.AsSpan(report.ExtensionOffset, report.ExtensionLength))),
        ];
        var wrong = values.FirstOrDefault(value => !value.Expected.Equals(value.Found));
        if (wrong.Name is not null)
            return $"{wrong.Name}: {wrong.Expected} became {wrong.Found}";
        if (HasOwn && Difference(Own, report.Own) is { } own)
            return $"own {own}";
        return Packet.Carrier == IntCarrier.None ? null : IntDifference(report);
    }

    private string? IntDifference(DecodedReport report)
    {
        var old = Packet.Version != IntVersion.V20;
        var md = Packet.Type == IntType.Metadata;
        var header = Packet.Header;
        (string Name, object Expected, object Found)[] values =
        [
            ("int version", Packet.Version, report.IntVersion),
            ("int type", Packet.Type, report.IntType),
            ("discard", header.Discard, report.Discard),
            ("hops exceeded", md && header.HopsExceeded, report.HopsExceeded),
            ("mtu exceeded", md && Packet.Version != IntVersion.V05 && header.MtuExceeded, report.MtuExceeded),
            ("hop words", md ? header.HopWords : 0, report.HopWords),
            ("remaining", md ? header.RemainingHops : (byte)0, report.RemainingHops),
            ("instructions", header.Instructions, report.Instructions),
            ("domain", old ? (ushort)0 : header.DomainId, report.DomainId),
            ("domain instructions", old ? (ushort)0 : header.DomainInstructions, report.DomainInstructions),
            ("domain flags", old ? (ushort)0 : header.DomainFlags, report.DomainFlags),
            ("hops", md ? Packet.Hops.Count : 0, report.HopCount),
            ("source data", Convert.ToHexString(Packet.SourceData.Span), Convert.ToHexString(Bytes.AsSpan(report.SourceDataOffset, report.SourceDataLength))),
        ];
        var wrong = values.FirstOrDefault(value => !value.Expected.Equals(value.Found));
        if (wrong.Name is not null)
            return $"{wrong.Name}: {wrong.Expected} became {wrong.Found}";
        for (var i = 0; i < report.HopCount; i++)
        {
            if (Difference(Packet.Hops[i], report.Hops[i]) is { } hop)
                return $"hop {i} {hop}";
        }
        return null;
    }

    private static string? Difference(in HopMetadata expected, in HopMetadata found)
    {
        static (HopFields, uint, ushort, ushort, uint, byte, uint, ulong, ulong) First(in HopMetadata hop) =>
            (hop.Fields, hop.NodeId, hop.IngressPort, hop.EgressPort, hop.HopLatency, hop.QueueId, hop.QueueOccupancy, hop.IngressTimestamp, hop.EgressTimestamp);
        static (uint, uint, uint, byte, uint, uint, uint, byte) Second(in HopMetadata hop) =>
            (hop.Level2IngressPort, hop.Level2EgressPort, hop.TxUtilisation, hop.BufferId, hop.BufferOccupancy, hop.ChecksumComplement, hop.QueueCongestion, hop.DropReason);
        return First(expected) != First(found) ? $"{First(expected)} became {First(found)}"
            : Second(expected) != Second(found) ? $"{Second(expected)} became {Second(found)}" : null;
    }

    private IntPacket NewPacket()
    {
        var carrier = (IntCarrier)_random.Next(7);
        var version = carrier is IntCarrier.Gre or IntCarrier.InsertedUdp ? IntVersion.V20 : (IntVersion)_random.Next(1, 4);
        var type = version == IntVersion.V20 && _random.Next(4) == 0 ? IntType.Instructions : IntType.Metadata;
        var marksPort = version == IntVersion.V20 && carrier == IntCarrier.Udp && _random.Next(2) == 0;
        var tunnel = carrier is IntCarrier.Gre or IntCarrier.VxlanGpe or IntCarrier.Geneve;
        var bits = (IntInstructions)(_random.Next(3) == 0 ? (int)IntInstructions.Default : _random.Next(1 << 16));
        if (version == IntVersion.V05)
            bits &= (IntInstructions)0xFF00;
        if (carrier == IntCarrier.Geneve)
            bits &= (IntInstructions)0xE100; // 28 words for all hops
        var layout = new HopLayout(bits, version, (Profile.Deviations & ReportDeviations.WideTimestamps) != 0, (Profile.Deviations & ReportDeviations.NarrowLevel2Ports) != 0);
        var domainWords = version == IntVersion.V20 && _random.Next(4) == 0 ? _random.Next(1, 5) : 0;
        var hopWords = Math.Min(31, layout.Words + domainWords);
        var hops = new HopMetadata[type == IntType.Metadata && hopWords > 0 ? _random.Next(carrier == IntCarrier.Geneve ? 3 : 8) : 0];
        for (var i = 0; i < hops.Length; i++)
            hops[i] = NewHop(layout);
        var source = new byte[version != IntVersion.V20 || carrier == IntCarrier.Geneve ? 0 : 4 * _random.Next(type == IntType.Metadata ? Math.Max(1, Math.Min(hopWords, 4)) : 4)];
        _random.NextBytes(source);
        var protocol = carrier switch
        {
            IntCarrier.Tcp => IpProtocol.Tcp,
            IntCarrier.Udp => IpProtocol.Udp,
            IntCarrier.InsertedUdp when _random.Next(3) == 0 => IpProtocol.Icmp,
            _ => _random.Next(2) == 0 ? IpProtocol.Tcp : IpProtocol.Udp,
        };
        var options = new byte[4 * _random.Next(4)];
        _random.NextBytes(options);
        if (options.Length > 0)
            options[0] = 8; // a timestamp: never taken for a shim
        var vlan = _random.Next(3) == 0 ? _random.Next(4096) : -1;
        return new IntPacket
        {
            Flow = NewFlow(protocol),
            Outer = tunnel ? NewFlow(carrier == IntCarrier.Gre ? IpProtocol.Gre : IpProtocol.Udp, carrier == IntCarrier.VxlanGpe ? VxlanHeader.GpePort : GeneveHeader.Port) : default,
            TunnelsEthernet = _random.Next(2) == 0,
            NetworkId = (uint)_random.Next(1 << 24),
            OriginalLength = (ushort)_random.Next(100, 9000),
            Identification = (ushort)_random.Next(1 << 16),
            Dscp = NewDscp(),
            Ttl = (byte)_random.Next(1, 256),
            Carrier = carrier,
            Version = version,
            Type = type,
            MarksPort = marksPort,
            Header = new IntMdFields
            {
                Discard = _random.Next(4) == 0,
                HopsExceeded = _random.Next(4) == 0,
                MtuExceeded = _random.Next(4) == 0,
                HopWords = (byte)hopWords,
                RemainingHops = (byte)_random.Next(200),
                Instructions = bits,
                DomainId = (ushort)_random.Next(1 << 16),
                DomainInstructions = (ushort)_random.Next(1 << 16),
                DomainFlags = (ushort)_random.Next(1 << 16),
            },
            Hops = hops,
            SourceData = source,
            TcpOptions = protocol == IpProtocol.Tcp ? options : default,
            VlanId = vlan,
            InnerVlanId = vlan >= 0 && _random.Next(2) == 0 ? _random.Next(4096) : -1,
        };
    }

    // Never the mark itself.
    private byte NewDscp()
    {
        var dscp = (byte)_random.Next(64);
        return dscp == 0x17 ? (byte)0 : dscp;
    }

    private FlowKey NewFlow(byte protocol, ushort port = 0)
    {
        var isIpv6 = _random.Next(2) == 0;
        var hasPorts = protocol is IpProtocol.Tcp or IpProtocol.Udp;
        return new FlowKey(
            isIpv6 ? new UInt128((ulong)_random.NextInt64(), (ulong)_random.NextInt64()) : (uint)_random.Next(),
            isIpv6 ? new UInt128((ulong)_random.NextInt64(), (ulong)_random.NextInt64()) : (uint)_random.Next(),
            hasPorts ? (ushort)_random.Next(1 << 16) : (ushort)0,
            !hasPorts ? (ushort)0 : port != 0 ? port : (ushort)_random.Next(6100, 1 << 16),
            protocol,
            isIpv6);
    }

    private HopMetadata NewHop(HopLayout layout)
    {
        HopMetadata hop = new();
        HopFields Keep(IntInstructions bit, HopFields fields) => (layout.Instructions & bit) != 0 && _random.Next(10) > 0 ? fields : 0;
        hop.Fields = Keep(IntInstructions.NodeId, HopFields.NodeId) | Keep(IntInstructions.Level1Ports, HopFields.IngressPort)
            | Keep(IntInstructions.Level1Ports, HopFields.EgressPort) | Keep(IntInstructions.HopLatency, HopFields.HopLatency)
            | Keep(IntInstructions.Queue, HopFields.Queue) | Keep(IntInstructions.IngressTimestamp, HopFields.IngressTimestamp)
            | Keep(IntInstructions.EgressTimestamp, HopFields.EgressTimestamp) | Keep(IntInstructions.TxUtilisation, HopFields.TxUtilisation);
        hop.Fields |= layout.Version == IntVersion.V05
            ? Keep(IntInstructions.Level2Ports, HopFields.QueueCongestion)
            : Keep(IntInstructions.Level2Ports, HopFields.Level2IngressPort) | Keep(IntInstructions.Level2Ports, HopFields.Level2EgressPort);
        hop.Fields |= layout.Version == IntVersion.V20 ? Keep(IntInstructions.Buffer, HopFields.Buffer) : 0;
        hop.Fields |= layout.Version != IntVersion.V05 ? Keep(IntInstructions.ChecksumComplement, HopFields.ChecksumComplement) : 0;
        Fill(ref hop, layout.HasWideTimestamps, layout.HasWideLevel2Ports);
        return hop;
    }

    private HopMetadata NewOwn()
    {
        HopMetadata own = new() { Fields = OwnValues };
        if (Format == ReportVersion.V05)
            own.Fields &= _random.Next(2) == 0 ? HopFields.IngressPort | HopFields.EgressPort | HopFields.DropReason : HopFields.IngressPort | HopFields.Queue | HopFields.EgressTimestamp;
        own.Fields &= (HopFields)_random.Next() | HopFields.DropReason;
        if (Format != ReportVersion.V20)
            own.Fields |= HopFields.IngressTimestamp;
        else if (_random.Next(2) == 0)
            own.Fields |= HopFields.Level2IngressPort | HopFields.Level2EgressPort | HopFields.Buffer;
        var drops = own.Has(HopFields.DropReason) && Format != ReportVersion.V05;
        if (drops && _random.Next(2) == 0)
            own.Fields &= ~HopFields.DropReason;
        Fill(ref own, Format == ReportVersion.V20, wideLevel2: true);
        if (own.Has(HopFields.DropReason))
            (own.QueueId, own.DropReason) = ((byte)_random.Next(256), (byte)_random.Next(256));
        own.NodeId = NodeId;
        own.Fields |= HopFields.NodeId;
        return own;
    }

    // Values for what is valid, never all ones.
    private void Fill(ref HopMetadata hop, bool wideTimes, bool wideLevel2)
    {
        ulong Time() => (ulong)_random.NextInt64(wideTimes ? long.MaxValue : uint.MaxValue);
        uint Port() => (uint)_random.Next(wideLevel2 ? int.MaxValue : ushort.MaxValue);
        hop.NodeId = hop.Has(HopFields.NodeId) ? (uint)_random.Next() : 0;
        hop.IngressPort = hop.Has(HopFields.IngressPort) ? (ushort)_random.Next(ushort.MaxValue) : (ushort)0;
        hop.EgressPort = hop.Has(HopFields.EgressPort) ? (ushort)_random.Next(ushort.MaxValue) : (ushort)0;
        hop.HopLatency = hop.Has(HopFields.HopLatency) ? (uint)_random.Next() : 0;
        (hop.QueueId, hop.QueueOccupancy) = hop.Has(HopFields.Queue) ? ((byte)_random.Next(255), (uint)_random.Next(1 << 24)) : ((byte)0, 0u);
        hop.IngressTimestamp = hop.Has(HopFields.IngressTimestamp) ? Time() : 0;
        hop.EgressTimestamp = hop.Has(HopFields.EgressTimestamp) ? Time() : 0;
        hop.Level2IngressPort = hop.Has(HopFields.Level2IngressPort) ? Port() : 0;
        hop.Level2EgressPort = hop.Has(HopFields.Level2EgressPort) ? Port() : 0;
        hop.TxUtilisation = hop.Has(HopFields.TxUtilisation) ? (uint)_random.Next() : 0;
        (hop.BufferId, hop.BufferOccupancy) = hop.Has(HopFields.Buffer) ? ((byte)_random.Next(255), (uint)_random.Next(1 << 24)) : ((byte)0, 0u);
        hop.ChecksumComplement = hop.Has(HopFields.ChecksumComplement) ? (uint)_random.Next() : 0;
        hop.QueueCongestion = hop.Has(HopFields.QueueCongestion) ? (uint)_random.Next() : 0;
    }

    private byte[] Encode()
    {
        var buffer = Tests.Bytes.Dirty(4096);
        if (Format != ReportVersion.V20)
        {
            var own = Own;
            if (Format == ReportVersion.V05 && !HasOwn)
                own.Fields = HopFields.IngressTimestamp;
            var start = Format == ReportVersion.V10
                ? OldReportWriter.WriteV10(buffer, InnerType, Flags, HardwareId, Sequence, own)
                : OldReportWriter.WriteV05(buffer, Flags, HardwareId, Sequence, own);
            return buffer[..(start + IntPacketWriter.Write(buffer.AsSpan(start), Packet, Profile, InnerType == InnerType.Ethernet))];
        }
        var builder = new ReportBuilder(buffer, HardwareId, Sequence, NodeId);
        if (HasOwn)
            builder.BeginIntMetadata(InnerType, Flags, Own, new byte[4 * _random.Next(3)], (ushort)_random.Next(1 << 16), 0x8000, 3);
        else
            builder.Begin(InnerType, Flags);
        if (InnerType == InnerType.Tlv)
        {
            Extension = new byte[4 * _random.Next(1, 5)];
            _random.NextBytes(Extension);
            builder.AppendTlv(0, 77, Extension);
            var packet = new byte[2048];
            var outer = IsTunnel ? Packet.Outer : Packet.Flow;
            builder.AppendTlv(outer.IsIpv6 ? (byte)3 : (byte)2, 0, packet.AsSpan(0, IntPacketWriter.Write(packet, Packet, Profile, ethernet: false)));
        }
        else
        {
            builder.Append(Packet, Profile, InnerType == InnerType.Ethernet);
        }
        builder.End(toTheEnd: true);
        return builder.Written.ToArray();
    }
}
