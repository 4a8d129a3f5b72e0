using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Collector.Time;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Tests.Nodes;

public class NodeEngineTests
{
    private readonly ManualTime _time = new();
    private readonly BatchList _sink = new();

    private NodeEngine Node(NodeOptions? options = null, Inventory? inventory = null)
    {
        NodeEngine node = new((options ?? new NodeOptions()) with { LatenessNs = 0 }, _time, _sink);
        node.SetInventory(inventory ?? Inventories.Linear());
        return node;
    }

    private static long[] Values(Distribution distribution)
    {
        ValueHistogram histogram = ValueHistogram.FromDistribution(distribution);
        return histogram.Count == 0 ? [] : [histogram.Count, histogram.Min, histogram.Max];
    }

    [Fact]
    public void OnDatagram_TwoHops_FillsPortsLinkAndFlow()
    {
        NodeEngine node = Node();
        for (uint i = 0; i < 10; i++)
        {
            node.OnDatagram(Reports.TwoHops(i, (ushort)(100 + i), depth1: i, depth2: 40));
        }

        _time.AdvanceMs(100);
        node.Tick();

        Window window = Assert.Single(_sink.Windows);
        Assert.Equal((0, 100_000_000), (window.StartNs, window.LengthNs));
        Assert.Equal(["s1-3", "s2-1"], window.Ports.Select(port => $"{port.Switch}-{port.Port}"));
        Assert.Equal([10, 20_000, 20_000], Values(window.Ports[0].HopLatencyNs));
        Assert.Equal([10, 0, 9], Values(window.Ports[0].QueueDepth));
        Assert.Equal([10, 30_000, 30_000], Values(window.Ports[1].HopLatencyNs));
        Assert.Equal([10, 40, 40], Values(window.Ports[1].QueueDepth));
        Assert.Equal((100u, 10_000_000ul), (window.Ports[0].QueueCapacity, window.Ports[0].RateBps));

        LinkWindow link = Assert.Single(window.Links);
        Assert.Equal(("s1", 3u, "s2", 3u, 10ul), (link.A, link.APort, link.B, link.BPort, link.Packets));
        Assert.Equal([10, 10_000, 10_000], Values(link.LatencyNs));

        FlowWindow flow = Assert.Single(window.Flows);
        Assert.Equal(("h1", "h2", 10ul, 5000ul), (flow.Src, flow.Dst, flow.Packets, flow.Bytes));
        Assert.Equal(["s1", "s2"], flow.Path);
        Assert.Equal([10, 60_000, 60_000], Values(flow.LatencyNs));
        Assert.Equal((true, 0ul), (flow.HasLost, flow.Lost));

        ReportCounters counters = node.Counters;
        Assert.Equal((10ul, 10ul, 0ul, 0ul), (counters.Received, counters.Decoded, counters.Malformed, counters.Lost));
        Assert.Equal(EventKind.NewFlow, Assert.Single(_sink.Events).Kind);
    }

    [Fact]
    public void OnDatagram_KnownFlow_AllocatesNothing()
    {
        NodeEngine node = Node();
        byte[][] datagrams = [.. Enumerable.Range(0, 256).Select(i => Reports.TwoHops((uint)i, (ushort)i, depth1: (uint)i % 50))];
        byte[][] again = [.. Enumerable.Range(256, 256).Select(i => Reports.TwoHops((uint)i, (ushort)i, depth1: (uint)i % 50))];
        foreach (byte[] datagram in datagrams)
        {
            node.OnDatagram(datagram);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte[] datagram in again)
        {
            node.OnDatagram(datagram);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(512ul, node.Counters.Decoded);
    }

    [Fact]
    public void OnDatagramOfMany_ReportsOfAllKinds_WindowsAreThoseOfOneByOne()
    {
        BatchList oneByOne = new();
        NodeOptions options = new() { MaxFlows = 40, TopFlows = 16, LatenessNs = 0 };
        NodeEngine single = new(options, _time, oneByOne);
        NodeEngine many = new(options, _time, _sink);
        single.SetInventory(Inventories.Linear());
        many.SetInventory(Inventories.Linear());
        Random random = new(4);
        uint sequence = 0;
        for (int i = 0; i < 20_000; i++)
        {
            // Some are coalesced, some cut, some change their path; most flows come again and again, others push them out.
            byte[] buffer = new byte[2048];
            ReportBuilder builder = new(buffer, 1, sequence++ & 0x3F_FFFF, 2);
            for (int reports = random.Next(5) == 0 ? random.Next(1, 6) : 1; reports > 0; reports--)
            {
                ulong atUs = 1000 + ((ulong)_time.GetUtcNow().Ticks / 10);
                ushort port = (ushort)(random.Next(10) == 0 ? 1000 + random.Next(500) : random.Next(30));
                HopMetadata last = Reports.Hop(2, 3, 1, atUs + 40, atUs + 60 + (ulong)random.Next(50), (uint)random.Next(80));
                HopMetadata[] hops = random.Next(200) == 0
                    ? [last, Reports.Hop(3, 1, 2, atUs + 25, atUs + 30), Reports.Hop(1, 1, 4, atUs, atUs + 20)]
                    : [last, Reports.Hop(1, 1, 3, atUs, atUs + 20)];
                builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
                builder.AppendFlowWithInt(Reports.Udp(sourcePort: port), new Ipv4Fields { TotalLength = 400, Identification = (ushort)i, Ttl = 60 }, new IntMdFields { RemainingHops = 5 }, hops);
                builder.End();
            }

            ReadOnlySpan<byte> datagram = random.Next(100) == 0 ? builder.Written[..random.Next(builder.Length)] : builder.Written;
            single.OnDatagram(datagram);
            many.OnDatagramOfMany(datagram, default);
            if (i % 50 == 49)
            {
                many.EndOfMany();
                _time.AdvanceMs(10);
                single.Tick();
                many.Tick();
            }
        }

        single.Flush();
        many.Flush();
        Assert.Equal(single.Statistics, many.Statistics);
        Assert.Equal(single.Counters, many.Counters);
        Assert.True(many.Statistics.FlowsEvicted > 100 && many.Statistics.FlowPacketsOmitted > 100 && many.Counters.Malformed > 100);
        Assert.Equal(oneByOne.Windows, _sink.Windows);
        Assert.Equal(oneByOne.Events, _sink.Events);
    }

    [Fact]
    public void OnDatagramOfMany_SteadyTrafficOverWindows_AllocatesNothing()
    {
        NodeEngine node = Node();
        long allocated = 0;
        uint sequence = 0;
        byte[][] datagrams = new byte[200][];
        for (int window = 0; window < 40; window++)
        {
            for (int i = 0; i < datagrams.Length; i++)
            {
                // 50 flows, each port with 100 latencies and depths a window.
                ulong atUs = 1000 + ((ulong)_time.GetUtcNow().Ticks / 10);
                datagrams[i] = Reports.Datagram(
                    sequence++,
                    Reports.Udp(sourcePort: (ushort)(i % 50)),
                    (ushort)(sequence / 50),
                    [Reports.Hop(1, 1, 3, atUs, atUs + (ulong)(i % 100), (uint)i % 100), Reports.Hop(2, 3, 1, atUs + 200, atUs + 300 + (ulong)(i % 100), (uint)(i % 90))]);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            DatagramOrigin origin = new(1, RunClock.NowNs(_time));
            foreach (byte[] datagram in datagrams)
            {
                node.OnDatagramOfMany(datagram, origin);
            }

            allocated += window >= 10 ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
            _time.AdvanceMs(50);
            node.Tick();
        }

        Assert.Equal((0, 8000ul, 0ul), (allocated, node.Counters.Decoded, node.Counters.Lost));
        Assert.Equal(8000ul, _sink.Windows.SelectMany(window => window.Flows).Aggregate(0ul, (sum, flow) => sum + flow.Packets));
    }

    [Fact]
    public void OnDatagram_NoSharedClock_LatencyBetweenSwitchesIsUnknown()
    {
        NodeEngine node = Node(inventory: Inventories.Linear(sharedClock: false));
        node.OnDatagram(Reports.TwoHops(0, 1));
        _time.AdvanceMs(100);
        node.Tick();

        Window window = Assert.Single(_sink.Windows);
        Assert.Equal(1ul, window.Links[0].Packets);
        Assert.Empty(window.Links[0].LatencyNs.Deltas);
        Assert.Empty(window.Flows[0].LatencyNs.Deltas);
        Assert.Equal([1, 20_000, 20_000], Values(window.Ports[0].HopLatencyNs));
    }

    [Fact]
    public void OnDatagram_OneMachine_LatencyOnceBothDirectionsCarriedPackets()
    {
        // The second switch's clock is 900 ms behind the first's; 40 us from one to the other, and inside a switch 20 and 30.
        NodeEngine node = Node(new NodeOptions { OneMachine = true }, Inventories.Linear(sharedClock: false));
        for (uint i = 0; i < 80; i++)
        {
            ulong at = 1_000_000 + (i * 25_000);
            node.OnDatagram(Reports.Datagram(i, Reports.Udp(), 1, [Reports.Hop(1, 1, 3, at, at + 20), Reports.Hop(2, 3, 1, at + 60 - 900_000, at + 90 - 900_000)]));
            node.OnDatagram(Reports.Datagram(i, Reports.Udp(), 1, [Reports.Hop(2, 1, 3, at - 900_000, at + 20 - 900_000), Reports.Hop(1, 3, 1, at + 60, at + 90)]));
            _time.AdvanceMs(25);
            node.Tick();
        }

        _time.AdvanceMs(100);
        node.Tick();
        Window[] windows = [.. _sink.Windows];
        Assert.Empty(windows[0].Links[0].LatencyNs.Deltas);
        Assert.Equal(2, windows[^2].Links.Count);
        Assert.All(windows[^2].Links, link => Assert.Equal(40_000, Values(link.LatencyNs)[1]));
        Assert.All(windows[^2].Flows, flow => Assert.Equal(90_000, Values(flow.LatencyNs)[1]));
        Assert.Equal(0, node.Statistics.ClockFaults);
    }

    [Fact]
    public void OnDatagram_ClockRunsBackwards_IsCountedNotMeasured()
    {
        NodeEngine node = Node();
        node.OnDatagram(Reports.Datagram(0, Reports.Udp(), 1, [Reports.Hop(1, 1, 3, 1000, 1020), Reports.Hop(2, 3, 1, 900, 930)]));
        _time.AdvanceMs(100);
        node.Tick();
        Assert.Empty(Assert.Single(_sink.Windows).Links[0].LatencyNs.Deltas);
        Assert.Equal(2, node.Statistics.ClockFaults);
    }

    [Fact]
    public void OnDatagram_EveryTruncation_IsMalformedOfAKind()
    {
        NodeEngine node = Node();
        byte[] whole = Reports.TwoHops(0, 1);
        for (int length = 0; length < whole.Length; length++)
        {
            node.OnDatagram(whole.AsSpan(0, length));
        }

        ReportCounters counters = node.Counters;
        Assert.Equal((ulong)whole.Length, counters.Received);
        Assert.Equal((ulong)whole.Length, counters.Malformed);
        Assert.Equal(0ul, counters.Decoded);
        Assert.Equal(counters.Malformed, counters.Errors.Values.Aggregate(0ul, (sum, count) => sum + count));
    }

    [Fact]
    public void OnDatagram_RandomBytes_NeverThrow()
    {
        NodeEngine node = Node(new NodeOptions { MaxEntities = 64, MaxFlows = 16 });
        Random random = new(3);
        byte[] sound = Reports.TwoHops(0, 1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = (byte[])sound.Clone();
            for (int j = random.Next(1, 6); j > 0; j--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            node.OnDatagram(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
        }

        _time.AdvanceMs(1000);
        node.Tick();
        ReportCounters counters = node.Counters;
        Assert.Equal(counters.Received, counters.Decoded + counters.Malformed);
        Assert.InRange(node.Statistics.Flows, 1, 16);
        Assert.NotEqual(0, node.Statistics.EntitiesOmitted + node.Statistics.NewcomersRefused);
    }

    [Fact]
    public void OnDatagram_PacketsLostAndReportsWhole_FlowLossIsExact()
    {
        NodeEngine node = Node();
        uint sequence = 0;
        for (int i = 0; i < 200; i++)
        {
            if (i is not (20 or 21 or 90))
            {
                node.OnDatagram(Reports.TwoHops(sequence++, (ushort)(65_500 + i)));
            }

            if (i % 50 == 49)
            {
                _time.AdvanceMs(100);
                node.Tick();
            }
        }

        node.Flush();
        Assert.Equal(3, _sink.Windows.SelectMany(window => window.Flows).Sum(flow => (long)flow.Lost));
        Assert.Equal(0ul, node.Counters.Lost);
    }

    [Fact]
    public void OnDatagram_ReportsLost_FlowLossIsUnknownNotInvented()
    {
        NodeEngine node = Node();
        for (uint i = 0; i < 200; i++)
        {
            if (i is not (20 or 21 or 90))
            {
                node.OnDatagram(Reports.TwoHops(i, (ushort)i));
            }

            if (i % 50 == 49)
            {
                _time.AdvanceMs(100);
                node.Tick();
            }
        }

        node.Flush();
        Assert.Equal(3ul, node.Counters.Lost);
        Assert.All(_sink.Windows.SelectMany(window => window.Flows), flow => Assert.Equal(0ul, flow.Lost));
        Assert.Contains(_sink.Windows.SelectMany(window => window.Flows), flow => !flow.HasLost);
        Assert.Contains(_sink.Events, told => told.Kind == EventKind.ReportGap && told.Entity == "s2");
    }

    [Fact]
    public void OnDatagram_SenderCountsForThePair_TwoFlowsLoseNothing()
    {
        NodeEngine node = Node();
        for (uint i = 0; i < 100; i++)
        {
            node.OnDatagram(Reports.TwoHops(i, (ushort)i, flow: Reports.Udp(sourcePort: (ushort)(4000 + (i % 2)))));
        }

        node.Flush();
        FlowWindow[] flows = [.. _sink.Windows.SelectMany(window => window.Flows)];
        Assert.Equal(2, flows.Length);
        Assert.All(flows, flow => Assert.Equal((true, 0ul), (flow.HasLost, flow.Lost)));
    }

    [Fact]
    public void OnDatagram_SenderCountsForEachConnection_LossIsFoundInTheRightOne()
    {
        NodeEngine node = Node();
        uint sequence = 0;
        for (uint i = 0; i < 100; i++)
        {
            node.OnDatagram(Reports.TwoHops(sequence++, (ushort)(1000 + i), flow: Reports.Udp(sourcePort: 4000)));
            if (i != 50)
            {
                node.OnDatagram(Reports.TwoHops(sequence++, (ushort)(40_000 + i), flow: Reports.Udp(sourcePort: 4001)));
            }
        }

        node.Flush();
        FlowWindow[] flows = [.. _sink.Windows.SelectMany(window => window.Flows).OrderBy(flow => flow.Key.SrcPort)];
        Assert.Equal(0ul, flows[0].Lost);
        Assert.Equal((true, 1ul), (flows[1].HasLost, flows[1].Lost));
    }

    [Theory, InlineData(1, 40), InlineData(2, 3000), InlineData(3, 7000), InlineData(4, 30_000)]
    public void OnDatagram_ConnectionsInBurstsWithNearCounts_NoLossIsInvented(int seed, int apart)
    {
        Random random = new(seed);
        NodeEngine node = Node();
        int[] next = [0, apart, 2 * apart];
        uint sequence = 0;
        for (int i = 0; i < 300; i++)
        {
            int flow = random.Next(3);
            for (int burst = random.Next(1, 12); burst > 0; burst--)
            {
                node.OnDatagram(Reports.TwoHops(sequence++, (ushort)next[flow]++, flow: Reports.Udp(sourcePort: (ushort)(4000 + flow))));
            }

            _time.AdvanceMs(random.Next(0, 60));
            node.Tick();
        }

        node.Flush();
        // Counts that start 40 apart run into each other: unknown is fine there, a number is not.
        Assert.All(_sink.Windows.SelectMany(window => window.Flows), flow => Assert.Equal(0ul, flow.Lost));
        Assert.Contains(_sink.Windows.SelectMany(window => window.Flows), flow => flow.HasLost);
    }

    [Fact]
    public void OnDatagram_ConstantIdentification_LossIsAbsent()
    {
        NodeEngine node = Node();
        for (uint i = 0; i < 50; i++)
        {
            node.OnDatagram(Reports.TwoHops(i, 0));
        }

        node.Flush();
        Assert.All(_sink.Windows.SelectMany(window => window.Flows), flow => Assert.False(flow.HasLost));
    }

    [Theory, InlineData(60_000), InlineData(65_500), InlineData(100)]
    public void OnDatagram_TcpWithZerosBetween_NoLossIsInvented(int first)
    {
        // As Linux does: SYN-ACK and TIME-WAIT's answer carry 0, the connection counts from a number of its own, here past 65535.
        NodeEngine node = Node();
        var tcp = Reports.Udp() with { Protocol = 6 };
        uint sequence = 0;
        foreach (int number in (int[])[0, .. Enumerable.Range(first, 200), 0, .. Enumerable.Range(first + 200, 50), 0])
        {
            node.OnDatagram(Reports.TwoHops(sequence++, (ushort)number, flow: tcp));
        }

        node.Flush();
        Assert.Contains(_sink.Windows.SelectMany(window => window.Flows), flow => flow.HasLost);
        Assert.All(_sink.Windows.SelectMany(window => window.Flows), flow => Assert.Equal(0ul, flow.Lost));
    }

    [Fact]
    public void OnDatagram_PathChanges_IsToldOnceWithBothPaths()
    {
        NodeEngine node = Node();
        for (uint i = 0; i < 20; i++)
        {
            node.OnDatagram(Reports.TwoHops(i, (ushort)i));
        }

        for (uint i = 20; i < 40; i++)
        {
            node.OnDatagram(Reports.Datagram(
                i, Reports.Udp(), (ushort)(i == 20 ? 22 : i), [Reports.Hop(1, 1, 4, 1000, 1001), Reports.Hop(7, 1, 2, 1002, 1003), Reports.Hop(2, 4, 1, 1004, 1005)]));
            if (i == 20)
            {
                // A packet that was sent before the change and comes after it.
                node.OnDatagram(Reports.TwoHops(100, 20));
            }
        }

        node.Flush();
        FlowWindow flow = Assert.Single(_sink.Windows.SelectMany(window => window.Flows));
        Assert.Equal(1u, flow.PathChanges);
        Assert.Equal(["s1", "node-7", "s2"], flow.Path);
        Event change = Assert.Single(_sink.Events, told => told.Kind == EventKind.PathChange);
        Assert.Equal("h1>h2", change.Entity);
        Assert.Contains("s1 s2 -> s1 node-7 s2", change.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void OnDatagram_IncompleteStack_SaysNothingOfThePath()
    {
        NodeEngine node = Node();
        node.OnDatagram(Reports.TwoHops(0, 1));
        node.OnDatagram(Reports.Datagram(1, Reports.Udp(), 2, [Reports.Hop(1, 1, 3, 1000, 1001)], hopsExceeded: true));
        node.Flush();
        FlowWindow flow = Assert.Single(_sink.Windows.SelectMany(window => window.Flows));
        Assert.Equal((0u, 2ul), (flow.PathChanges, flow.Packets));
        Assert.Equal(1, node.Statistics.IncompletePaths);
    }

    [Fact]
    public void OnDatagram_MoreFlowsThanPlaces_AreCountedAndPortsStillMeasured()
    {
        NodeEngine node = Node(new NodeOptions { MaxFlows = 4 });
        for (uint i = 0; i < 10; i++)
        {
            node.OnDatagram(Reports.TwoHops(i, 1, flow: Reports.Udp(sourcePort: (ushort)(5000 + i))));
        }

        node.Flush();
        Window window = Assert.Single(_sink.Windows);
        Assert.Equal((4, 6), (window.Flows.Count(flow => flow.Path.Count == 2), window.Flows.Count(flow => flow.Path.Count == 0)));
        Assert.Equal((0ul, 6L), (window.FlowPacketsOmitted, node.Statistics.FlowPacketsOmitted));
        Assert.All(window.Flows, flow => Assert.Equal((1ul, 500ul, 0ul), (flow.Packets, flow.Bytes, flow.BytesError)));
        Assert.All(window.Ports, port => Assert.Equal(10ul, port.Packets));
    }

    [Fact]
    public void SetInventory_TwoSwitchesWithOneId_IsToldAndNeitherIsBlamed()
    {
        Inventory inventory = Inventories.Linear();
        inventory.Devices[3].NodeId = 1;
        NodeEngine node = Node(inventory: inventory);
        node.OnDatagram(Reports.TwoHops(0, 1));
        node.Flush();
        Assert.Contains(_sink.Events, told => told.Kind == EventKind.InventoryFault && told.Entity == "s2");
        Assert.Equal(["node-1", "node-2"], Assert.Single(_sink.Windows).Flows[0].Path);
    }

    [Fact]
    public void Tick_NothingHappened_StillTellsEachWindow()
    {
        NodeEngine node = Node();
        _time.AdvanceMs(350);
        node.Tick();
        Assert.Equal([0, 100_000_000, 200_000_000], _sink.Windows.Select(window => window.StartNs));
        DeviceStatus silent = _sink.Devices.First(status => status.Name == "s1");
        Assert.Equal((DeviceState.Unspecified, 0), (silent.State, silent.LastSeenNs));
    }

    [Fact]
    public void Options_OutOfBounds_AreNamedTogether()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(
            () => new NodeEngine(new NodeOptions { WindowNs = 5, MaxFlows = 0, Name = "" }, _time, _sink));
        Assert.Contains("Name is empty", fault.Message, StringComparison.Ordinal);
        Assert.Contains("WindowNs 5", fault.Message, StringComparison.Ordinal);
        Assert.Contains("MaxFlows 0", fault.Message, StringComparison.Ordinal);
    }
}
