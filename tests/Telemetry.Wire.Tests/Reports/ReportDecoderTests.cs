using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Wire.Tests.Reports;

public sealed class ReportDecoderTests
{
    private readonly DecodedReport _report = new();

    [Fact]
    public void MoveNext_GoldenTwoHops_EveryValue()
    {
        var decoder = new ReportDecoder(Samples.TwoHops, _report);
        Assert.True(decoder.MoveNext());
        Assert.Equal((ReportError.None, (byte)5, 0x12345u, 3u, 0), (_report.Error, _report.HardwareId, _report.Sequence, _report.NodeId, _report.Index));
        Assert.Equal((ReportType.InnerOnly, InnerType.Ipv4, ReportFlags.TrackedFlow), (_report.Type, _report.InnerType, _report.Flags));
        Assert.True(_report.HasFlow);
        Assert.Equal(Samples.Flow, _report.Flow);
        Assert.Equal(((ushort)0x1234, 208, 208 - 80, (byte)10, (byte)62), (_report.IpIdentification, _report.IpTotalLength, _report.OriginalIpLength, _report.Dscp, _report.Ttl));
        Assert.Equal((12, 108), (_report.InnerOffset, _report.InnerLength));
        Assert.True(_report.HasInt);
        Assert.Equal((IntType.Metadata, 80, false, false, true), (_report.IntType, _report.IntLength, _report.Discard, _report.HopsExceeded, _report.MtuExceeded));
        Assert.Equal((8, (byte)6, IntInstructions.Default, 2, 0), (_report.HopWords, _report.RemainingHops, _report.Instructions, _report.HopCount, _report.SourceDataLength));

        var newest = _report.Hops[0];
        Assert.Equal((2u, (ushort)3, (ushort)1, 500u, (byte)1, 10u, 1_000_000ul, 1_000_500ul),
            (newest.NodeId, newest.IngressPort, newest.EgressPort, newest.HopLatency, newest.QueueId, newest.QueueOccupancy, newest.IngressTimestamp, newest.EgressTimestamp));
        ref readonly var source = ref _report.PathHop(0);
        Assert.Equal(HopFields.NodeId | HopFields.EgressPort | HopFields.EgressTimestamp, source.Fields);
        Assert.Equal((1u, (ushort)0, (ushort)2, 0xF4000ul), (source.NodeId, source.IngressPort, source.EgressPort, source.EgressTimestamp));
        Assert.Equal(2u, _report.PathHop(1).NodeId);
        Assert.Throws<ArgumentOutOfRangeException>(() => _report.PathHop(2));

        Assert.False(decoder.MoveNext());
        Assert.Equal(ReportError.None, decoder.Error);
    }

    [Fact]
    public void Builder_SameReport_GoldenBytes()
    {
        var buffer = Bytes.Dirty(200);
        var builder = new ReportBuilder(buffer, 5, 0x12345, 3);
        builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
        HopMetadata[] hops =
        [
            Samples.Hop(2, 3, 1, 500, 10, 1_000_000) with { QueueId = 1 },
            new() { Fields = HopFields.NodeId | HopFields.EgressPort | HopFields.EgressTimestamp, NodeId = 1, EgressPort = 2, EgressTimestamp = 0xF4000 },
        ];
        builder.AppendFlowWithInt(Samples.Flow, new Ipv4Fields { TotalLength = 128, Identification = 0x1234, Dscp = 10, Ttl = 62, DontFragment = true },
            new IntMdFields { MtuExceeded = true, RemainingHops = 6 }, hops);
        builder.End();
        Assert.Equal(Samples.TwoHops, builder.Written.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(31)]
    public void MoveNext_AnyHopCount_PathInOrder(int hops)
    {
        var decoder = new ReportDecoder(Samples.Datagram(hops, protocol: IpProtocol.Tcp), _report);
        Assert.True(decoder.MoveNext());
        Assert.Equal((ReportError.None, hops), (_report.Error, _report.HopCount));
        for (var i = 0; i < hops; i++)
            Assert.Equal((uint)(i + 1), _report.PathHop(i).NodeId);
        Assert.Equal((IpProtocol.Tcp, (ushort)80, 1028), (_report.Flow.Protocol, _report.Flow.DestinationPort, _report.OriginalIpLength));
    }

    [Fact]
    public void MoveNext_ManyReports_EachInOrder()
    {
        var decoder = new ReportDecoder(Samples.Datagram(3, reports: 20), _report);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(decoder.MoveNext());
            Assert.Equal((i, (ushort)i, 3, ReportError.None), (_report.Index, _report.IpIdentification, _report.HopCount, _report.Error));
        }
        Assert.False(decoder.MoveNext());
        Assert.Equal(ReportError.None, decoder.Error);
    }

    [Fact]
    public void MoveNext_LengthToTheEnd_LastReport()
    {
        var datagram = Samples.Datagram(3, reports: 2);
        var second = 8 + ((datagram.Length - 8) / 2);
        datagram[second + 1] = 0xFF;
        var decoder = new ReportDecoder(datagram, _report);
        Assert.True(decoder.MoveNext());
        Assert.True(decoder.MoveNext());
        Assert.Equal((1, 3, ReportError.None), (_report.Index, _report.HopCount, _report.Error));
        Assert.False(decoder.MoveNext());
    }

    [Fact]
    public void MoveNext_FaultInOneReport_NextIsStillDecoded()
    {
        var datagram = Samples.Datagram(3, reports: 2);
        datagram[12] = 0x55;
        var decoder = new ReportDecoder(datagram, _report);
        Assert.True(decoder.MoveNext());
        Assert.Equal((ReportError.InnerIp, 12, false, 0), (_report.Error, _report.ErrorOffset, _report.HasFlow, _report.HopCount));
        Assert.True(decoder.MoveNext());
        Assert.Equal((ReportError.None, 3), (_report.Error, _report.HopCount));
    }

    [Fact]
    public void MoveNext_TenThousandReports_NoAllocation()
    {
        var datagrams = new[] { Samples.Datagram(6), Samples.Datagram(2, reports: 5), Samples.TwoHops, Samples.TwoHops[..60] };
        var reports = Decode(datagrams, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        reports += Decode(datagrams, 10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(10_100 * 7, reports);
    }

    private int Decode(byte[][] datagrams, int rounds)
    {
        var count = 0;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var datagram in datagrams)
            {
                var decoder = new ReportDecoder(datagram, _report);
                while (decoder.MoveNext())
                    count++;
            }
        }
        return count;
    }

    // What a tracked flow's ports and protocol were before the source inserted INT.
    [Fact]
    public void MoveNext_NextProtocolTypes_FlowRestored()
    {
        var byPort = Samples.TwoHops.ToArray();
        (byPort[40], byPort[42], byPort[43]) = (0x14, 0x00, 0x35);
        Assert.Equal(Samples.Flow with { DestinationPort = 53 }, One(byPort).Flow);
        Assert.Equal((byte)0x17, _report.Dscp);

        // A new UDP header was put in: the flow's own TCP header follows the stack.
        var byProtocol = Samples.TwoHops.Concat(Bytes.Hex("01BB 1F90 00000000")).ToArray();
        (byProtocol[9], byProtocol[40], byProtocol[42], byProtocol[43]) = (0x1D, 0x18, 0x00, 0x06);
        Assert.Equal(FlowKey.Ipv4(0x0A000101, 0x0A000202, IpProtocol.Tcp, 443, 8080), One(byProtocol).Flow);
        Assert.Equal(2, _report.HopCount);
    }

    [Fact]
    public void MoveNext_UdpPortProfile_IntWithoutMarkOrFlag()
    {
        var datagram = Samples.TwoHops.ToArray();
        (datagram[11], datagram[13]) = (0, 0);
        Assert.False(One(datagram).HasInt);
        Assert.True(One(datagram, new ReportProfile { IntUdpPort = 80 }).HasInt);
        datagram[13] = 0x5C;
        Assert.True(One(datagram).HasInt);
        Assert.False(One(datagram, new ReportProfile { IntDscp = -1 }).HasInt);
    }

    [Fact]
    public void MoveNext_TcpOptions_ByProfile()
    {
        var plain = Samples.Datagram(2, protocol: IpProtocol.Tcp);
        var l4 = 12 + 20;
        byte[] withOptions = [.. plain[..(l4 + 20)], .. new byte[12], .. plain[(l4 + 20)..]];
        withOptions[9] += 3;
        withOptions[l4 + 12] = 0x80;
        Assert.Equal(ReportError.IntTypeUnsupported, One(withOptions).Error);
        Assert.Equal((ReportError.None, 2), (One(withOptions, new ReportProfile { IntAfterTcpOptions = true }).Error, _report.HopCount));
        Assert.Equal((ReportError.None, 2), (One(plain, new ReportProfile { IntAfterTcpOptions = true }).Error, _report.HopCount));
    }

    [Fact]
    public void MoveNext_SourceOnlyWordsAtTheBottom_NotAHop()
    {
        var datagram = Samples.TwoHops.Concat(Bytes.Hex("AAAAAAAA BBBBBBBB")).ToArray();
        datagram[9] += 2;
        datagram[41] += 2;
        Assert.Equal((ReportError.None, 2), (One(datagram).Error, _report.HopCount));
        Assert.Equal((Samples.TwoHops.Length, 8), (_report.SourceDataOffset, _report.SourceDataLength));
    }

    [Fact]
    public void MoveNext_HopLengthZero_AllSourceData()
    {
        var datagram = Samples.TwoHops.ToArray();
        datagram[46] = 0;
        Assert.Equal((ReportError.None, 0), (One(datagram).Error, _report.HopCount));
        Assert.Equal((56, 64), (_report.SourceDataOffset, _report.SourceDataLength));
    }

    [Fact]
    public void MoveNext_DomainSpecificWords_BehindTheBaseline()
    {
        var datagram = Samples.TwoHops.ToArray();
        (datagram[48], datagram[49]) = (0x80, 0x01);
        Assert.Equal((ReportError.None, 2), (One(datagram).Error, _report.HopCount));
        Assert.Equal((56 + 4, 24), (_report.Hops[0].DomainDataOffset, _report.Hops[0].DomainDataLength));
        Assert.Equal(0xF4434u, _report.Hops[0].ChecksumComplement);
    }

    [Fact]
    public void MoveNext_IntMx_HeaderWithoutHops()
    {
        var datagram = Bytes.Hex("""
            20000001 00000003  04 0B 00 20
            455C0064 12344000 3E110000 0A000101 0A000202  1388 0050 0050 0000
            30 03 00 28  28000000 FC000001 00020003
            """);
        Assert.Equal(ReportError.None, One(datagram).Error);
        Assert.Equal((true, IntType.Instructions, true, (ushort)1, 0), (_report.HasInt, _report.IntType, _report.Discard, _report.DomainId, _report.HopCount));
    }

    [Fact]
    public void MoveNext_Ipv6BehindTaggedEthernet_Decoded()
    {
        byte[] inner =
        [
            .. Bytes.Hex("080000000202 080000000101 8100 0064 86DD"),
            .. Bytes.Hex("65C00000 00581140 20010DB8000000000000000000000001 20010DB8000000000000000000000002 1388005000580000"),
            .. Samples.TwoHops[40..],
        ];
        var buffer = Bytes.Dirty(512);
        var builder = new ReportBuilder(buffer, 0, 1, 3);
        builder.Begin(InnerType.Ethernet, ReportFlags.TrackedFlow);
        builder.Append(inner);
        builder.End(toTheEnd: true);
        Assert.Equal((ReportError.None, 2), (One(builder.Written.ToArray()).Error, _report.HopCount));
        Assert.Equal("[2001:db8::1]:5000>[2001:db8::2]:80/udp", _report.Flow.ToString());
        Assert.Equal((40 + 88, 40 + 8, (byte)10), (_report.IpTotalLength, _report.OriginalIpLength, _report.Dscp));
    }

    [Fact]
    public void MoveNext_IntMetadataReport_OwnValuesDropReasonAndInner()
    {
        var own = Samples.Hop(0, 3, 4, 500, 63, 1000) with { DropReason = 71, TxUtilisation = 9, BufferId = 1, BufferOccupancy = 2, QueueId = 6 };
        own.Fields |= HopFields.DropReason | HopFields.TxUtilisation | HopFields.Buffer;
        var buffer = Bytes.Dirty(512);
        var builder = new ReportBuilder(buffer, 0, 1, 3);
        builder.BeginIntMetadata(InnerType.Ipv4, ReportFlags.Dropped | ReportFlags.CongestedQueue, own, Bytes.Hex("CAFECAFE"), domainId: 8, domainStatus: 9);
        builder.Append(Samples.TwoHops.AsSpan(12, 28));
        builder.End();
        var datagram = builder.Written.ToArray();
        // RepMdBits: ports, latency, queue, both times, tx, buffer, drop; 10 words and one domain-specific.
        Assert.Equal(Bytes.Hex("14140BC0 7D810008 00000009"), datagram[8..20]);
        datagram[8 + 4 + 8 + 44 + 1] = 0;
        Assert.Equal(ReportError.None, One(datagram).Error);
        Assert.Equal((3u, (ushort)3, (ushort)4, 500u, (byte)6, 63u), (_report.Own.NodeId, _report.Own.IngressPort, _report.Own.EgressPort, _report.Own.HopLatency, _report.Own.QueueId, _report.Own.QueueOccupancy));
        Assert.Equal(((byte)71, 9u, 2u), (_report.Own.DropReason, _report.Own.TxUtilisation, _report.Own.BufferOccupancy));
        Assert.True(_report.Own.Has(HopFields.DropReason | HopFields.NodeId));
        Assert.Equal((20 + 40, 4, (ushort)8, (ushort)9), (_report.Own.DomainDataOffset, _report.Own.DomainDataLength, _report.OwnDomainId, _report.OwnDomainStatus));
        Assert.Equal((Samples.Flow, false), (_report.Flow, _report.HasInt));
    }

    [Fact]
    public void MoveNext_Tlvs_SkippedOrReported()
    {
        var good = Bytes.Hex("20000001 00000003  01040020  00010007 AAAAAAAA 50010000 BBBBBBBB");
        Assert.Equal((ReportError.None, false), (One(good).Error, _report.HasFlow));
        Assert.Equal((2, 16, 4, (ushort)7), (_report.TlvCount, _report.ExtensionOffset, _report.ExtensionLength, _report.ExtensionTemplate));
        good[21] = 2;
        Assert.Equal((ReportError.TlvLength, 20), (One(good).Error, _report.ErrorOffset));
    }

    // Place and value of one byte, and what has to come of it.
    [Theory]
    [InlineData(0, 0x30, ReportError.GroupVersion)]
    [InlineData(8, 0x24, ReportError.ReportTypeUnsupported)]
    [InlineData(8, 0x74, ReportError.ReportTypeUnsupported)]
    [InlineData(8, 0x09, ReportError.InnerTypeUnsupported)]
    [InlineData(8, 0x03, ReportError.InnerEthernet)]
    [InlineData(8, 0x05, ReportError.InnerIp)]
    [InlineData(9, 0x1C, ReportError.ReportLength)]
    [InlineData(9, 0x06, ReportError.InnerTransport)]
    [InlineData(9, 0x07, ReportError.IntTruncated)]
    [InlineData(9, 0x08, ReportError.IntTruncated)]
    [InlineData(9, 0x0B, ReportError.StackTruncated)]
    [InlineData(9, 0x1A, ReportError.StackTruncated)]
    [InlineData(10, 0x1C, ReportError.None)] // receivers ignore MdLength of inner only
    [InlineData(12, 0x65, ReportError.InnerIp)]
    [InlineData(12, 0x44, ReportError.InnerIp)]
    [InlineData(21, 0x01, ReportError.InnerTransport)]
    [InlineData(40, 0x20, ReportError.IntTypeUnsupported)]
    [InlineData(40, 0x1C, ReportError.IntTypeUnsupported)]
    [InlineData(41, 0x02, ReportError.IntLength)]
    [InlineData(41, 0x14, ReportError.StackTruncated)]
    [InlineData(44, 0x10, ReportError.IntVersion)]
    [InlineData(46, 0x07, ReportError.HopLength)]
    [InlineData(49, 0x80, ReportError.HopLength)]
    public void MoveNext_OneWrongByte_ItsError(int place, byte value, ReportError expected)
    {
        var datagram = Samples.TwoHops.ToArray();
        datagram[place] = value;
        var decoder = new ReportDecoder(datagram, _report);
        var first = decoder.MoveNext() ? _report.Error : decoder.Error;
        Assert.Equal(expected, first);
    }

    [Fact]
    public void MoveNext_RepMdBitsBeyondMdLength_MetadataLengthAndFlowKept()
    {
        var datagram = Bytes.Hex("""
            20000001 00000003  140A0180  7C000000 00000000  11111111
            45000064 12344000 3E110000 0A000101 0A000202  1388 0050 0050 0000
            """);
        Assert.Equal((ReportError.MetadataLength, Samples.Flow), (One(datagram).Error, _report.Flow));
    }

    [Fact]
    public void MoveNext_EveryTruncation_ErrorAndNoException()
    {
        for (var length = 0; length < Samples.TwoHops.Length; length++)
        {
            var decoder = new ReportDecoder(Samples.TwoHops.AsSpan(0, length), _report);
            Assert.False(decoder.MoveNext());
            var expected = length < 8 ? ReportError.GroupTruncated
                : length == 8 ? ReportError.NoReport
                : length < 12 ? ReportError.ReportTruncated
                : ReportError.ReportLength;
            Assert.Equal(expected, decoder.Error);

            // The same bytes behind a header that says "to the end": the fault is found further in.
            if (length < 12)
                continue;
            var open = Samples.TwoHops[..length];
            open[9] = 0xFF;
            decoder = new ReportDecoder(open, _report);
            Assert.True(decoder.MoveNext());
            Assert.NotEqual(ReportError.None, _report.Error);
            Assert.InRange(_report.ErrorOffset, 12, length);
            Assert.Equal(0, _report.HopCount);
            Assert.Equal(length >= 12 + 20, _report.HasFlow);
        }
    }

    [Fact]
    public void MoveNext_RandomAndMutatedBytes_EndsWithoutException()
    {
        var random = new Random(5);
        var buffer = new byte[400];
        byte[][] seeds = [Samples.TwoHops, Samples.Datagram(6), Samples.Datagram(2, reports: 2)];
        var decoded = 0;
        for (var round = 0; round < 100_000; round++)
        {
            int length;
            if (round % 2 == 0)
            {
                length = random.Next(buffer.Length);
                random.NextBytes(buffer.AsSpan(0, length));
                if (length > 0)
                    buffer[0] = (byte)(0x20 | (buffer[0] & 0x0F));
            }
            else
            {
                var seed = seeds[random.Next(seeds.Length)];
                length = random.Next(1, seed.Length + 1);
                seed.AsSpan(0, length).CopyTo(buffer);
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                    buffer[random.Next(length)] = (byte)random.Next(256);
            }
            var decoder = new ReportDecoder(buffer.AsSpan(0, length), _report);
            var reports = 0;
            while (decoder.MoveNext())
            {
                reports++;
                Assert.InRange(_report.InnerOffset + _report.InnerLength, 0, length);
                Assert.InRange(_report.SourceDataOffset + _report.SourceDataLength, 0, length);
                foreach (ref readonly var hop in _report.Hops)
                    Assert.InRange(hop.DomainDataOffset + hop.DomainDataLength, 0, length);
                if (_report.Error != ReportError.None)
                    Assert.InRange(_report.ErrorOffset, _report.Version == ReportVersion.V20 ? 8 : 0, length);
                decoded += _report.HopCount;
            }
            Assert.InRange(reports, 0, length / 4);
        }
        Assert.NotEqual(0, decoded);
    }

    private DecodedReport One(byte[] datagram, ReportProfile? profile = null)
    {
        var decoder = new ReportDecoder(datagram, _report, profile);
        Assert.True(decoder.MoveNext());
        Assert.Equal(ReportError.None, decoder.Error);
        return _report;
    }
}
