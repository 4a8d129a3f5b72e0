using System.Buffers.Binary;
using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Cli.Benchmarks;

/// <summary>
/// Datagrams of varied flows for the decode benchmarks: one report each, every flow with a path and values of its own. Sequence, identification and times go on
/// each time that a datagram is used, as an exporter's would.
/// </summary>
internal sealed class DecodeTraffic
{
    private const int PathSwitches = 24;
    private const int Ports = 8;

    private readonly byte[] _bytes;
    private readonly Slot[] _slots;
    private readonly uint[] _sequences = new uint[PathSwitches + 1];
    private readonly int _hopWords;

    /// <summary>Encodes the datagrams.</summary>
    /// <param name="format">Format of the reports.</param>
    /// <param name="carrier">Behind what INT stands.</param>
    /// <param name="hops">Hops a report.</param>
    /// <param name="flows">Datagrams, one a flow.</param>
    public DecodeTraffic(ReportVersion format, IntCarrier carrier, int hops, int flows)
    {
        Hops = hops;
        Random random = new(1);
        _slots = new Slot[flows];
        byte[] buffer = new byte[2048];
        using MemoryStream all = new();
        IntVersion version = format switch { ReportVersion.V05 => IntVersion.V05, ReportVersion.V10 => IntVersion.V10, _ => IntVersion.V20 };
        _hopWords = new HopLayout(IntInstructions.Default, version).Words;
        for (int i = 0; i < flows; i++)
        {
            IntPacket packet = Packet(random, carrier, version, hops, i);
            uint exporter = packet.Hops[0].NodeId;
            int length = Encode(buffer, format, packet, exporter);
            _slots[i] = new Slot((int)all.Position, length, exporter);
            all.Write(buffer, 0, length);
        }

        _bytes = all.ToArray();
        if (format != ReportVersion.V20 || carrier != IntCarrier.Udp)
        {
            return;
        }

        for (int i = 0; i < flows; i++)
        {
            _slots[i] = _slots[i] with { Identification = IdentificationOffset, Times = StackOffset };
        }
    }

    /// <summary>Hops a report.</summary>
    public int Hops { get; }

    /// <summary>Datagrams.</summary>
    public int Count => _slots.Length;

    private static int IdentificationOffset => ReportGroupHeader.Size + IndividualReportHeader.Size + 4;

    private static int StackOffset => ReportGroupHeader.Size + IndividualReportHeader.Size + Ipv4Header.Size + UdpHeader.Size + IntShim.Size + IntMdHeader.Size;

    /// <summary>A datagram as it was encoded.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_slots[index].Offset, _slots[index].Length);

    /// <summary>A datagram as the exporter's next: sequence and identification are the ones that follow, all times are moved by <paramref name="nowUs"/>.</summary>
    public ReadOnlySpan<byte> Next(int index, ulong nowUs)
    {
        ref Slot slot = ref _slots[index];
        Span<byte> datagram = _bytes.AsSpan(slot.Offset, slot.Length);
        uint sequence = _sequences[slot.Exporter]++ & ReportGroupHeader.MaxSequence;
        BinaryPrimitives.WriteUInt32BigEndian(datagram, (2u << 28) | (1u << 22) | sequence);
        if (slot.Identification == 0)
        {
            return datagram;
        }

        BinaryPrimitives.WriteUInt16BigEndian(datagram[slot.Identification..], slot.NextIdentification++);
        for (int hop = 0; hop < Hops; hop++)
        {
            // The source's time is oldest; 330 us from hop to hop.
            Span<byte> times = datagram[(slot.Times + (hop * 4 * _hopWords) + 16)..];
            uint latency = BinaryPrimitives.ReadUInt32BigEndian(datagram[(slot.Times + (hop * 4 * _hopWords) + 8)..]);
            ulong ingress = nowUs - (ulong)((hop + 1) * 330);
            BinaryPrimitives.WriteUInt64BigEndian(times, ingress);
            BinaryPrimitives.WriteUInt64BigEndian(times[8..], ingress + latency);
        }

        return datagram;
    }

    private static IntPacket Packet(Random random, IntCarrier carrier, IntVersion version, int hops, int index)
    {
        HopMetadata[] stack = new HopMetadata[hops];
        int first = random.Next(PathSwitches);
        ulong time = 1_000_000;
        ushort ingress = (ushort)(1 + random.Next(Ports));
        for (int hop = hops - 1; hop >= 0; hop--)
        {
            uint latency = (uint)(10 + random.Next(280));
            ushort egress = (ushort)(1 + random.Next(Ports));
            stack[hop] = new HopMetadata
            {
                Fields = HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue
                    | HopFields.IngressTimestamp | HopFields.EgressTimestamp,
                NodeId = (uint)(1 + ((first + hops - 1 - hop) % PathSwitches)),
                IngressPort = ingress,
                EgressPort = egress,
                HopLatency = latency,
                QueueOccupancy = (uint)random.Next(64),
                IngressTimestamp = time,
                EgressTimestamp = time + latency,
            };
            ingress = egress; // wires join ports of one number
            time += latency + 10;
        }

        FlowKey flow = FlowKey.Ipv4(
            0x0A000000u | (uint)random.Next(1 << 16), 0x0A010000u | (uint)random.Next(1 << 16),
            carrier == IntCarrier.Tcp ? IpProtocol.Tcp : IpProtocol.Udp, (ushort)(20_000 + (index % 40_000)), 443);
        return new IntPacket
        {
            Flow = flow,
            Outer = FlowKey.Ipv4(0xC0A80001, 0xC0A80002, IpProtocol.Udp, (ushort)(index & 0x7FFF), 0),
            Identification = (ushort)random.Next(1 << 16),
            Carrier = carrier,
            Version = version,
            Hops = stack,
            Header = new IntMdFields { HopWords = (byte)new HopLayout(IntInstructions.Default, version).Words, RemainingHops = (byte)(16 - hops) },
        };
    }

    private static int Encode(byte[] buffer, ReportVersion format, IntPacket packet, uint exporter)
    {
        HopMetadata own = new() { NodeId = exporter, Fields = HopFields.IngressTimestamp, IngressTimestamp = 1_000_000 };
        switch (format)
        {
            case ReportVersion.V20:
                ReportBuilder builder = new(buffer, 1, 0, exporter);
                builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
                builder.Append(packet, ReportProfile.Default);
                builder.End(toTheEnd: true);
                return builder.Length;
            case ReportVersion.V10:
                int start = OldReportWriter.WriteV10(buffer, InnerType.Ipv4, ReportFlags.TrackedFlow, 1, 0, own);
                return start + IntPacketWriter.Write(buffer.AsSpan(start), packet, ReportProfile.Default, ethernet: false);
            default:
                start = OldReportWriter.WriteV05(buffer, ReportFlags.TrackedFlow, 1, 0, own);
                return start + IntPacketWriter.Write(buffer.AsSpan(start), packet, ReportProfile.Default, ethernet: true);
        }
    }

    private record struct Slot(int Offset, int Length, uint Exporter)
    {
        public int Identification { get; init; }

        public int Times { get; init; }

        public ushort NextIdentification { get; set; }
    }
}
