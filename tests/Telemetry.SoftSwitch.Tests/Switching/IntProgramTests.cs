using System.Buffers.Binary;
using P4.V1;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Reports;

namespace Telemetry.SoftSwitch.Tests.Switching;

/// <summary>p4/int on the embedded switch: source, transit and sink, on the wire and in the report.</summary>
public sealed class IntProgramTests
{
    private const uint HostOne = 0x0A000101;
    private const uint HostTwo = 0x0A000202;

    private static byte[] Udp(int payload, ushort identification = 7)
    {
        byte[] frame = new byte[ReportFrame.HeaderLength + payload];
        ReportFrame.WriteHeaders(frame, 0x0000_0000_0001, 0x0000_0000_0101, HostOne, HostTwo, 5000, 6000, payload, identification);
        for (int i = 0; i < payload; i++)
        {
            frame[ReportFrame.HeaderLength + i] = (byte)(i * 7);
        }

        ushort checksum = L4Checksum(frame);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(40), checksum == 0 ? (ushort)0xFFFF : checksum);
        return frame;
    }

    /// <summary>0 when the UDP checksum of the frame is right (and what it should be when the field is 0).</summary>
    private static ushort L4Checksum(ReadOnlySpan<byte> frame)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(frame[16..]) - 20;
        ulong pseudo = InternetChecksum.PseudoHeader(
            BinaryPrimitives.ReadUInt32BigEndian(frame[26..]), BinaryPrimitives.ReadUInt32BigEndian(frame[30..]), frame[23], length);
        return InternetChecksum.Compute(frame.Slice(34, length), pseudo);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(101)]
    [InlineData(1000)]
    public void SourceTransitSink_Udp_DeliversTheSendersPacketAndReportsEveryHop(int payload)
    {
        using IntFabric fabric = new();
        byte[] sent = Udp(payload);
        fabric.Loop.RunUntil(5_000_000);
        fabric.Switches[0].Receive(1, sent);
        fabric.Loop.RunUntil(20_000_000);

        byte[] delivered = Convert.FromHexString(Assert.Single(fabric.HostTwo.Frames).Hex);
        Assert.Equal(sent.Length, delivered.Length);
        Assert.Equal(61, delivered[22]);
        Assert.Equal(0, InternetChecksum.Compute(delivered.AsSpan(14, 20)));
        Assert.Equal(0, L4Checksum(delivered));
        Assert.Equal(sent.AsSpan(34).ToArray(), delivered.AsSpan(34).ToArray());
        for (int hop = 0; hop < 2; hop++)
        {
            byte[] onWire = Convert.FromHexString(Assert.Single(fabric.Wires[hop].Frames).Hex);
            Assert.Equal(sent.Length + 4 + 12 + (32 * (hop + 1)), onWire.Length);
            Assert.Equal(0x17, onWire[15] >> 2);
            Assert.Equal(0, InternetChecksum.Compute(onWire.AsSpan(14, 20)));
            Assert.Equal(0, L4Checksum(onWire));
        }

        byte[] report = Convert.FromHexString(Assert.Single(fabric.Reports.Frames).Hex);
        Assert.True(ReportFrame.TryGetPayload(report, 32766, out ReadOnlySpan<byte> datagram));
        DecodedReport decoded = new();
        ReportDecoder decoder = new(datagram, decoded);
        Assert.True(decoder.MoveNext());
        Assert.Equal(ReportError.None, decoded.Error);
        Assert.Equal(ReportError.None, decoder.Error);
        Assert.Equal(3u, decoded.NodeId);
        Assert.Equal(3, decoded.HopCount);
        Assert.Equal(7, decoded.IpIdentification);
        Assert.Equal([1u, 2u, 3u], Enumerable.Range(0, 3).Select(i => decoded.PathHop(i).NodeId));
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal((1, 2, 0u, 0u), (decoded.PathHop(i).IngressPort, decoded.PathHop(i).EgressPort, decoded.PathHop(i).QueueOccupancy, decoded.PathHop(i).HopLatency)));
        Assert.Equal(5_000ul, decoded.PathHop(0).IngressTimestamp);
        Assert.Equal([10ul, 10ul], Enumerable.Range(1, 2).Select(i => decoded.PathHop(i).IngressTimestamp - decoded.PathHop(i - 1).EgressTimestamp));
    }

    [Fact]
    public void BurstAtALinkRate_QueueDepthAndHopLatencyAreReported()
    {
        using IntFabric fabric = new();
        for (int i = 0; i < 5; i++)
        {
            fabric.Switches[0].Receive(1, Udp(1000, (ushort)i));
        }

        fabric.Loop.RunUntil(20_000_000);
        List<(uint Depth, uint LatencyUs)> source = [];
        foreach ((long _, string hex) in fabric.Reports.Frames)
        {
            Assert.True(ReportFrame.TryGetPayload(Convert.FromHexString(hex), 32766, out ReadOnlySpan<byte> datagram));
            DecodedReport decoded = new();
            ReportDecoder decoder = new(datagram, decoded);
            Assert.True(decoder.MoveNext());
            Assert.Equal((uint)source.Count, decoded.Sequence);
            source.Add((decoded.PathHop(0).QueueOccupancy, decoded.PathHop(0).HopLatency));
        }

        // 1042 + 48 bytes at 100 Mbit/s are 87.2 us on the wire; times are cut to microseconds.
        Assert.Equal([(0u, 0u), (3u, 87u), (2u, 174u), (1u, 261u), (0u, 348u)], source);
    }

    [Fact]
    public void Counters_RxEnqueuedTxReports_CountByPort()
    {
        using IntFabric fabric = new();
        for (int i = 0; i < 4; i++)
        {
            fabric.Switches[0].Receive(1, Udp(100));
        }

        fabric.Loop.RunUntil(20_000_000);
        Assert.Equal(4, Packets(0, "Ingress.port_rx", 1));
        Assert.Equal(4, Packets(0, "Ingress.port_enqueued", 2));
        Assert.Equal(4, Packets(0, "Egress.port_tx", 2));
        Assert.Equal(4, Packets(2, "Egress.port_reports", 500));
        Entity direct = Assert.Single(fabric.Controllers[0].Read(new Entity
        {
            DirectCounterEntry = new DirectCounterEntry { TableEntry = new TableEntry { TableId = fabric.Info.Tables.Get("Ingress.int_watchlist").Id } },
        }));
        Assert.Equal(4, direct.DirectCounterEntry.Data.PacketCount);

        long Packets(int index, string counter, int port) => Assert.Single(fabric.Controllers[index].Read(new Entity
        {
            CounterEntry = new CounterEntry { CounterId = fabric.Info.Counters.Get(counter).Id, Index = new P4.V1.Index { Index_ = port } },
        })).CounterEntry.Data.PacketCount;
    }

    [Fact]
    public void PacketOutAndIn_CarryThePortBothWays()
    {
        using IntFabric fabric = new();
        byte[] lldp = [.. Convert.FromHexString("0180C200000E00000000010188CC"), .. new byte[46]];
        fabric.Controllers[0].Send(new StreamMessageRequest
        {
            Packet = fabric.Info.PacketMetadata.Get("packet_out").PacketOut(Google.Protobuf.ByteString.CopyFrom(lldp), ("egress_port", 2)),
        });
        fabric.Loop.RunUntil(1_000_000);
        Assert.Equal(Convert.ToHexString(lldp), Assert.Single(fabric.Wires[0].Frames).Hex);
        PacketIn packet = Assert.Single(fabric.Controllers[1].Messages, m => m.Packet is not null).Packet;
        Assert.Equal(lldp, packet.Payload.ToByteArray());
        Assert.True(fabric.Info.PacketMetadata.Get("packet_in").TryGet(packet, "ingress_port", out ulong port));
        Assert.Equal(1ul, port);
    }
}
