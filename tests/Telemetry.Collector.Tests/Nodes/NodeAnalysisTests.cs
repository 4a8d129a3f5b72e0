using System.Net;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;
using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Tests.Nodes;

public class NodeAnalysisTests
{
    private readonly ManualTime _time = new();
    private readonly BatchList _sink = new();

    private NodeEngine Node(NodeOptions? options = null, Inventory? inventory = null)
    {
        NodeEngine node = new(options ?? new NodeOptions(), _time, _sink);
        node.SetInventory(inventory ?? Inventories.Linear());
        return node;
    }

    [Fact]
    public void OnDatagram_MachineWasBusy_ReportsAreInTheWindowsOfTheirPackets()
    {
        NodeEngine node = Node();
        byte[][] late = [.. Enumerable.Range(0, 50).Select(i => Reports.TwoHops((uint)i, (ushort)i, atUs: 1_000 + ((ulong)i * 10_000)))];
        for (int i = 0; i < 5; i++)
        {
            node.OnDatagram(late[i]);
            _time.AdvanceMs(10);
            node.Tick();
        }

        // Nothing is read for 450 ms, then all of it at once, and only then the clock is looked at.
        _time.AdvanceMs(450);
        foreach (byte[] datagram in late[5..])
        {
            node.OnDatagram(datagram);
        }

        node.Tick();
        node.Flush();
        Assert.Equal([10ul, 10, 10, 10, 10], _sink.Windows.Select(window => window.Flows.Count == 0 ? 0 : window.Flows[0].Packets).Where(packets => packets > 0));
        Assert.Equal(0, node.Statistics.LateReports);
    }

    [Fact]
    public void OnDatagram_WindowWasSent_LateReportIsCountedAndKept()
    {
        NodeEngine node = Node();
        for (uint i = 0; i < 30; i++)
        {
            node.OnDatagram(Reports.TwoHops(i, (ushort)i, atUs: 1_000 + (i * 10_000)));
            _time.AdvanceMs(10);
            node.Tick();
        }

        node.OnDatagram(Reports.TwoHops(30, 30, atUs: 20_000));
        node.Flush();
        Assert.Equal(1, node.Statistics.LateReports);
        Assert.Equal(31ul, _sink.Windows.SelectMany(window => window.Flows).Aggregate(0ul, (sum, flow) => sum + flow.Packets));
    }

    [Fact]
    public void OnDatagram_Ipv6Flow_IsAFlowWithItsAddresses()
    {
        Inventory inventory = Inventories.Linear();
        inventory.Devices.First(device => device.Name == "h1").Address = "fd00::1";
        NodeEngine node = Node(inventory: inventory);
        UInt128 source = new(0xFD00_0000_0000_0000, 1);
        UInt128 destination = new(0xFD00_0000_0000_0000, 2);
        byte[] buffer = new byte[1024];
        for (uint i = 0; i < 5; i++)
        {
            ReportBuilder builder = new(buffer, 1, i, 2);
            builder.Begin(InnerType.Ipv6, ReportFlags.TrackedFlow);
            builder.Append(
                new IntPacket
                {
                    Flow = new FiveTuple(source, destination, 4000, 80, IpProtocol.Tcp, true),
                    Carrier = IntCarrier.Tcp,
                    OriginalLength = 700,
                    Hops = [Reports.Hop(2, 3, 1, 1030, 1060), Reports.Hop(1, 1, 3, 1000, 1020)],
                    Header = new IntMdFields { RemainingHops = 8 },
                },
                ReportProfile.Default);
            builder.End();
            node.OnDatagram(builder.Written);
        }

        node.Flush();
        FlowWindow flow = Assert.Single(_sink.Windows.SelectMany(window => window.Flows));
        Assert.Equal(("h1", "fd00::2", 5ul, 3500ul, false), (flow.Src, flow.Dst, flow.Packets, flow.Bytes, flow.HasLost));
        Assert.Equal(IPAddress.Parse("fd00::2"), new IPAddress(flow.Key.DstAddressV6.Span));
        Assert.NotEqual(0u, flow.Key.SrcAddress);
        Assert.Equal(["s1", "s2"], flow.Path);
        Assert.Equal("[fd00::1]:4000 > [fd00::2]:80/6", Assert.Single(_sink.Events, told => told.Kind == EventKind.NewFlow).Detail);
    }

    [Theory, InlineData(10_000_000, 0.0), InlineData(-4_000_000, 50e-6), InlineData(10_000_000, -50e-6)]
    public void OnDatagram_ClocksApartAndDrifting_LinkLatencyIsFoundOrUnknown(long offsetUs, double drift)
    {
        // Both clocks tick in nanoseconds here: a microsecond's rounding would be a tenth of the bound.
        NodeEngine node = Node(
            new NodeOptions { LatenessNs = 0, DefaultProfile = new ClockProfile(1, 1) },
            Inventories.Linear(sharedClock: false));
        Random random = new(3);
        const ulong WireNs = 250_000;
        ulong Second(ulong ns) => (ulong)((long)ns + (offsetUs * 1000) + (long)(ns * drift));
        for (uint i = 0; i < 4000; i++)
        {
            ulong now = 20_000_000_000 + (i * 2_000_000ul);
            bool forward = random.Next(2) == 0;
            ulong wait = random.Next(3) == 0 ? 0ul : (ulong)random.Next(2_000_000);
            ulong sends = 528 * 8 * 100ul; // 10 Mb/s
            HopMetadata a = forward ? Reports.Hop(1, 1, 3, now, now + 10_000 + wait) : Reports.Hop(2, 1, 3, Second(now), Second(now + 10_000 + wait));
            ulong arrives = now + 10_000 + wait + WireNs + sends;
            HopMetadata b = forward ? Reports.Hop(2, 3, 1, Second(arrives), Second(arrives + 5_000)) : Reports.Hop(1, 3, 1, arrives, arrives + 5_000);
            node.OnDatagram(Reports.Datagram(i, forward ? Reports.Udp() : Reports.Udp(Reports.H2, Reports.H1), (ushort)i, [a, b], length: 500 - 34));
            _time.AdvanceMs(2);
            node.Tick();
        }

        node.Flush();
        LinkWindow[] told = [.. _sink.Windows.SelectMany(window => window.Links).Where(link => link.LatencyNs.Deltas.Count > 0)];
        Assert.InRange(told.Length, 60, 200);
        foreach (LinkWindow link in told)
        {
            ValueHistogram latency = ValueHistogram.FromDistribution(link.LatencyNs);
            Assert.InRange(latency.Min, (long)WireNs + 380_000 - 10_000, (long)WireNs + 480_000);
        }

        Assert.Contains(_sink.Windows.SelectMany(window => window.Flows), flow => flow.LatencyNs.Deltas.Count > 0);
    }

    [Fact]
    public void OnDatagram_DropReport_IsToldOnceAWindowAndCounted()
    {
        NodeEngine node = Node();
        byte[] buffer = new byte[1024];
        for (uint i = 0; i < 3; i++)
        {
            ReportBuilder builder = new(buffer, 1, i, 1);
            HopMetadata own = Reports.Hop(1, 1, 3, 1000, 1000) with { DropReason = 71, QueueId = 2 };
            own.Fields |= HopFields.DropReason;
            builder.BeginIntMetadata(InnerType.Ipv4, ReportFlags.Dropped | ReportFlags.TrackedFlow, own);
            builder.Append(new IntPacket { Flow = Reports.Udp() }, ReportProfile.Default);
            builder.End();
            node.OnDatagram(builder.Written);
        }

        node.Flush();
        Event told = Assert.Single(_sink.Events, told => told.Kind == EventKind.Drop);
        Assert.Equal("s1-p3", told.Entity);
        Assert.Contains("reason 71", told.Detail, StringComparison.Ordinal);
        Window window = Assert.Single(_sink.Windows);
        Assert.Equal(3ul, Assert.Single(window.Ports).ReportedDrops);
        Assert.Empty(window.Flows); // a dropped packet did not reach its flow's end
    }

    [Fact]
    public void OnDatagram_OneNodeIdAtTwoAddresses_IsToldAndNoLossIsInvented()
    {
        NodeEngine node = Node();
        for (uint i = 0; i < 50; i++)
        {
            node.OnDatagram(Reports.TwoHops(i, (ushort)(2 * i)), new DatagramOrigin(0x0A000001));
            node.OnDatagram(Reports.TwoHops(500_000 + i, (ushort)((2 * i) + 1)), new DatagramOrigin(0x0A000002));
        }

        node.Flush();
        Assert.Equal(0ul, node.Counters.Lost);
        Assert.Equal("s2", Assert.Single(_sink.Events, told => told.Kind == EventKind.InventoryFault).Entity);
    }

    [Fact]
    public void OnDatagram_NodeTwiceInAStack_IsALoop()
    {
        NodeEngine node = Node();
        node.OnDatagram(Reports.Datagram(0, Reports.Udp(), 1, [Reports.Hop(1, 1, 3, 1, 2), Reports.Hop(2, 3, 3, 3, 4), Reports.Hop(1, 3, 3, 5, 6)]));
        node.Flush();
        Event told = Assert.Single(_sink.Events, told => told.Kind == EventKind.Loop);
        Assert.Contains("s1 s2 s1", told.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void OnPortCounters_ReadingsBunched_LineIsNeverMoreThanFull()
    {
        NodeEngine node = Node();
        ulong bytes = 0;
        PortCounterSample Reading(ulong grown) => new(3, 0, 0, (bytes += grown) / 1000, bytes / 1000, bytes);
        node.OnPortCounters("s1", [Reading(0)]);

        // A full line of 10 Mb/s; the second reading waited 400 ms in a busy machine, the third did not.
        _time.AdvanceMs(900);
        node.OnPortCounters("s1", [Reading(625_000)]);
        _time.AdvanceMs(100);
        node.OnPortCounters("s1", [Reading(625_000)]);
        node.Flush();
        PortWindow[] ports = [.. _sink.Windows.SelectMany(window => window.Ports)];
        Assert.Equal(2, ports.Length);
        Assert.All(ports, port => Assert.InRange(port.TxBytes * 8e9 / port.CounterSpanNs, 1, 10_000_000));
        Assert.Equal(1_250_000ul, ports.Aggregate(0ul, (sum, port) => sum + port.TxBytes));
    }

    [Fact]
    public void OnDatagram_MoreFlowsThanAWindowTells_LargestAreToldOthersCounted()
    {
        NodeEngine node = Node(new NodeOptions { MaxFlowsPerWindow = 3 });
        uint sequence = 0;
        for (int flow = 0; flow < 10; flow++)
        {
            for (int packet = 0; packet <= flow; packet++)
            {
                node.OnDatagram(Reports.TwoHops(sequence++, (ushort)((1000 * flow) + packet), flow: Reports.Udp(sourcePort: (ushort)(4000 + flow))));
            }
        }

        node.Flush();
        Window window = _sink.Windows.First();
        Assert.Equal((uint[])[4007, 4008, 4009], window.Flows.Select(flow => flow.Key.SrcPort).Order());
        Assert.Equal(28ul, window.FlowPacketsOmitted);
    }
}
