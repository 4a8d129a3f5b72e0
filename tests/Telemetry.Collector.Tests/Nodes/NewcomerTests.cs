using Telemetry.Collector.Chains;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.History;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Nodes;

public class NewcomerTests
{
    private const uint FlooderAddress = 0xC0A80109;

    private readonly ManualTime _time = new();

    [Fact]
    public void TryTake_Rush_TakesAQuarterThenTheRateThenTheSendersHalf()
    {
        NewcomerGate gate = new(perSecond: 10, total: 100);
        int Taken(uint sender, long nowNs) => Enumerable.Range(0, 1000).Count(_ => gate.TryTake(sender, nowNs, out bool _));
        Assert.Equal(25, Taken(1, 0));
        Assert.Equal(10, Taken(1, 1_000_000_000));
        Assert.Equal(15, Taken(1, 60_000_000_000));
        Assert.Equal(0, Taken(1, 120_000_000_000));
        Assert.Equal(25, Taken(2, 120_000_000_000));
        Assert.Equal(25, Taken(3, 180_000_000_000));
        Assert.Equal(0, Taken(4, 240_000_000_000));
        Assert.Equal(7000 - 100, gate.Refused);
    }

    [Fact]
    public void TryTake_ManySendersRefused_TellsFewAndEachOnce()
    {
        NewcomerGate gate = new(perSecond: 1, total: 4);
        int told = 0;
        for (uint sender = 0; sender < 1000; sender++)
        {
            gate.TryTake(sender % 500, 0, out bool tell);
            told += tell ? 1 : 0;
        }

        Assert.Equal(16, told);
        gate.TryTake(2000, 61_000_000_000, out _);
        gate.TryTake(2001, 61_000_000_000, out bool again);
        Assert.True(again);
    }

    [Fact]
    public void OnDatagram_ListedDevicesBeyondTheLimits_AreAllTaken()
    {
        BatchList sink = new();
        NodeEngine node = new(new NodeOptions { MaxUnlistedDevices = 4, MaxUnlistedPorts = 4, LatenessNs = 0 }, _time, sink);
        Inventory inventory = new();
        for (uint id = 1; id <= 50; id++)
        {
            inventory.Devices.Add(new Inventory.Types.Device { Name = $"s{id}", Kind = DeviceKind.Switch, NodeId = id });
            inventory.Ports.Add(new Inventory.Types.Port { Device = $"s{id}", Port_ = 3 });
        }

        node.SetInventory(inventory);
        for (uint id = 1; id <= 50; id++)
        {
            node.OnDatagram(Reports.Datagram(0, Reports.Udp(), (ushort)id, [Reports.Hop(id, 1, 3, 1000, 1020)]));
        }

        _time.AdvanceMs(100);
        node.Tick();
        Assert.Equal(50, Assert.Single(sink.Windows).Ports.Count);
        Assert.Equal(0, node.Statistics.NewcomersRefused);
    }

    [Fact]
    public void OnDatagram_NewcomerRefusedOnce_IsMeasuredAndOnThePathOnceThereIsRoom()
    {
        BatchList sink = new();
        NodeEngine node = new(new NodeOptions { MaxUnlistedDevices = 4, NewDevicesPerSecond = 1, LatenessNs = 0 }, _time, sink);
        byte[] Both(uint sequence) => Reports.TwoHops(sequence, (ushort)sequence, atUs: 1000 + sequence);
        node.OnDatagram(Both(0)); // s2, which reports, has the only place of this second
        _time.AdvanceMs(1100);
        node.OnDatagram(Both(1));
        node.OnDatagram(Both(2));
        _time.AdvanceMs(1100);
        node.Tick();

        Assert.Equal(1, node.Statistics.NewcomersRefused);
        Assert.Equal(3ul, sink.Windows.SelectMany(window => window.Ports).Where(port => port.Switch == "node-2").Aggregate(0ul, (sum, port) => sum + port.Packets));
        Assert.Equal(2ul, sink.Windows.SelectMany(window => window.Ports).Where(port => port.Switch == "node-1").Aggregate(0ul, (sum, port) => sum + port.Packets));
        Assert.Equal(["node-1", "node-2"], sink.Windows.Last(window => window.Flows.Count > 0).Flows[0].Path);
        Assert.DoesNotContain(sink.Events, told => told.Kind == EventKind.PathChange);
    }

    [Fact]
    public void Chain_ExporterWithAnotherNodeIdEachDatagram_StaysBoundedAndOthersExact()
    {
        using CollectorChain chain = new(new ChainOptions(), _time, DuckDbHistoryStore.InMemory(), new DepthDetector(), new AlertOptions());
        NodeEngine node = chain.Nodes[0];
        node.SetInventory(Inventories.Linear());
        chain.Start();
        uint flood = 0;
        for (uint i = 0; i < 4000; i++)
        {
            // Each with a hardware id, a node id and a port of its own; also in the stack.
            for (int j = 0; j < 5; j++, flood++)
            {
                uint id = 1000 + flood;
                byte[] forged = Reports.Datagram(
                    0, Reports.Udp(), (ushort)flood, [Reports.Hop(id + 500_000, 1, (ushort)flood, 1000, 1020), Reports.Hop(id, 1, (ushort)flood, 1030, 1060)], hardwareId: (byte)flood);
                node.OnDatagram(forged, new DatagramOrigin(FlooderAddress));
            }

            node.OnDatagram(Reports.TwoHops(i, (ushort)i, atUs: i * 1000, flow: Reports.Udp(sourcePort: 5000)));
            _time.AdvanceMs(1);
        }

        _time.AdvanceMs(5000); // the forged ones fall silent
        chain.Flush();

        Totals totals = chain.DataCenter.GetTotals();
        Assert.Equal((24_000ul, 24_000ul), (totals.Reports.Received, totals.Reports.Decoded));
        Assert.All(totals.Ports.Where(port => port.Switch is "s1" or "s2"), port => Assert.Equal(4000ul, port.Packets));
        FlowWindow flow = Assert.Single(totals.Flows, flow => flow.Key.SrcPort == 5000);
        Assert.Equal((4000ul, 0ul), (flow.Packets, flow.Lost));
        Assert.Equal(["s1", "s2"], flow.Path);
        Assert.InRange(totals.Devices.Count(device => device.Kind == DeviceKind.Switch), 100, 1002);
        Assert.Contains(totals.Alerts, alert => alert.Kind == "silent" && alert.Entity.StartsWith("node-", StringComparison.Ordinal));
        Assert.True(node.Statistics.NewcomersRefused > 15_000);
        List<HistoryRow> events = [.. chain.DataCenter.GetHistory(new HistoryRequest { Table = HistoryRequest.Types.Table.Events, Entity = node.Name })];
        Assert.Single(events, row => row.Values.Any(value => value.Contains("192.168.1.9 name more devices", StringComparison.Ordinal)));
    }
}
