using Telemetry.Collector.Contracts;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Profiles;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Tests.Profiles;

public class ProfileAdvisorTests
{
    private static byte[] Broken(ReportDeviations deviations)
    {
        byte[] buffer = new byte[1024];
        bool ethernet = (deviations & ReportDeviations.EthernetUnannounced) != 0;
        ReportBuilder builder = new(buffer, 1, 7, 2);
        builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
        builder.Append(
            new IntPacket
            {
                Flow = Reports.Udp(),
                Carrier = IntCarrier.Udp,
                Hops = [Reports.Hop(2, 3, 1, 1030, 1060), Reports.Hop(1, 1, 3, 1000, 1020)],
                Header = new IntMdFields { RemainingHops = 8 },
            },
            ReportProfile.Default with { Deviations = deviations },
            ethernet);
        builder.End();
        byte[] datagram = builder.Written.ToArray();
        if ((deviations & ReportDeviations.LengthZero) != 0)
        {
            datagram[9] = 0;
        }

        if ((deviations & ReportDeviations.VersionOneLayoutTwo) != 0)
        {
            datagram[0] = (byte)(0x10 | (datagram[0] & 0x0F));
        }

        return datagram;
    }

    [Theory]
    [InlineData(ReportDeviations.ShimCounted)]
    [InlineData(ReportDeviations.LengthZero)]
    [InlineData(ReportDeviations.EthernetUnannounced)]
    [InlineData(ReportDeviations.VersionOneLayoutTwo)]
    [InlineData(ReportDeviations.ShimCounted | ReportDeviations.LengthZero)]
    public void Suggest_KnownDeviation_IsFoundAndDecodes(ReportDeviations deviations)
    {
        byte[] datagram = Broken(deviations);
        DecodedReport report = new();
        Assert.Equal(deviations, ProfileAdvisor.Suggest(datagram, ReportProfile.Default, report));
        ReportDecoder decoder = new(datagram, report, ReportProfile.Default with { Deviations = deviations });
        Assert.True(decoder.MoveNext());
        Assert.Equal((ReportError.None, 2, 1u), (report.Error, report.HopCount, report.PathHop(0).NodeId));
    }

    [Fact]
    public void Suggest_Noise_NothingIsFound()
    {
        Random random = new(1);
        DecodedReport report = new();
        byte[] datagram = new byte[100];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(datagram);
            Assert.Null(ProfileAdvisor.Suggest(datagram, ReportProfile.Default, report));
        }
    }

    [Fact]
    public void OnDatagram_ExporterDeviates_IsToldOnceAndTheProfileHelps()
    {
        ManualTime time = new();
        BatchList sink = new();
        NodeEngine node = new(new NodeOptions { LatenessNs = 0 }, time, sink);
        node.SetInventory(Inventories.Linear());
        for (int i = 0; i < 10; i++)
        {
            node.OnDatagram(Broken(ReportDeviations.ShimCounted));
        }

        node.Flush();
        Event told = Assert.Single(sink.Events, told => told.Kind == EventKind.InventoryFault);
        Assert.Equal("s2", told.Entity);
        Assert.Contains("shim-counted", told.Detail, StringComparison.Ordinal);
        Assert.Equal(10ul, node.Counters.Malformed);

        NodeEngine helped = new(
            new NodeOptions
            {
                LatenessNs = 0,
                Decoding = DecodeProfileFile.Parse("""{"profiles": [{"name": "s2", "nodes": [2], "deviations": ["shim-counted"]}]}""", "x"),
            },
            time,
            sink);
        helped.OnDatagram(Broken(ReportDeviations.ShimCounted));
        Assert.Equal((1ul, 0ul), (helped.Counters.Decoded, helped.Counters.Malformed));
    }
}
