using Telemetry.Collector.Centers;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Centers;

public sealed class CenterEngineTests
{
    private const long Ms = 1_000_000;

    private readonly ManualTime _time = new();
    private readonly BatchList _up = new();
    private ulong _sequence;

    private Batch FromNode(string node = "node-1", params DeviceStatus[] devices)
    {
        Batch batch = new() { Sender = node, Epoch = 1, Sequence = ++_sequence, Windows = { new Window { StartNs = _time.NowNs, LengthNs = 100 * Ms } } };
        batch.Devices.AddRange(devices);
        return batch;
    }

    private DeviceStatus Up(string name, DeviceKind kind = DeviceKind.Switch) =>
        new() { Name = name, Kind = kind, State = DeviceState.Up, LastSeenNs = _time.NowNs };

    private static DeviceState StateOf(CenterEngine center, string name) => center.Devices.Single(status => status.Name == name).State;

    [Fact]
    public void Tick_SwitchSilent_AlarmIsOutBeforeThreeSeconds()
    {
        CenterEngine center = new(new CenterOptions(), _time, _up);
        for (int i = 0; i < 20; i++)
        {
            center.Accept(FromNode("node-1", Up("s1"), Up("s2")));
            _time.AdvanceMs(100);
        }

        long lastSignNs = _time.NowNs - (100 * Ms);
        Event? alarm = null;
        while (alarm is null && _time.NowNs < 10_000 * Ms)
        {
            center.Accept(FromNode("node-1", Up("s2")));
            _time.AdvanceMs(250);
            center.Tick();
            alarm = _up.Events.FirstOrDefault(told => told.Kind == EventKind.Silent);
        }

        Assert.Equal("s1", alarm?.Entity);
        Assert.InRange(_time.NowNs - lastSignNs, 2500 * Ms, 2999 * Ms);
        DeviceStatus told = _up.Devices.Last(status => status.Name == "s1");
        Assert.Equal((DeviceState.Silent, lastSignNs), (told.State, told.LastSeenNs));
        Assert.Equal(DeviceState.Up, StateOf(center, "s2"));

        center.Accept(FromNode("node-1", Up("s1")));
        center.Tick();
        Assert.Equal(DeviceState.Up, StateOf(center, "s1"));
        Assert.Contains(_up.Events, told => told.Kind == EventKind.Back && told.Entity == "s1");
    }

    [Fact]
    public void Tick_NodeSilent_ItIsSilentAndItsSwitchesAreUnknownNotHealthy()
    {
        CenterEngine center = new(new CenterOptions(), _time, _up);
        center.Accept(FromNode("node-1", Up("s1"), Up("h1", DeviceKind.Host)));
        for (int i = 0; i < 12; i++)
        {
            _time.AdvanceMs(250);
            center.Tick();
        }

        Assert.Equal(DeviceState.Silent, StateOf(center, "node-1"));
        Assert.Equal(DeviceState.Unspecified, StateOf(center, "s1"));
        Assert.Equal(DeviceState.Unspecified, StateOf(center, "h1"));
        Assert.Equal(["node-1"], _up.Events.Where(told => told.Kind == EventKind.Silent).Select(told => told.Entity));
    }

    [Fact]
    public void Tick_HostSendsNothing_IsUnknownWithoutAlarm()
    {
        CenterEngine center = new(new CenterOptions(), _time, _up);
        center.Accept(FromNode("node-1", Up("h1", DeviceKind.Host)));
        Assert.Equal(DeviceState.Up, StateOf(center, "h1"));
        for (int i = 0; i < 40; i++)
        {
            _time.AdvanceMs(100);
            center.Accept(FromNode());
            center.Tick();
        }

        Assert.Equal(DeviceState.Unspecified, StateOf(center, "h1"));
        Assert.DoesNotContain(_up.Events, told => told.Kind == EventKind.Silent);
    }

    [Fact]
    public void Devices_NeverHeard_AreUnknown()
    {
        CenterEngine center = new(new CenterOptions { ExpectedNodes = ["node-9"] }, _time, _up);
        Batch batch = FromNode();
        batch.Inventory = Inventories.Linear();
        center.Accept(batch);
        for (int i = 0; i < 50; i++)
        {
            _time.AdvanceMs(100);
            center.Accept(FromNode());
            center.Tick();
        }

        Assert.Equal(DeviceState.Unspecified, StateOf(center, "s1"));
        Assert.Equal(DeviceState.Unspecified, StateOf(center, "node-9"));
        Assert.Equal(0, center.Devices.Single(status => status.Name == "s1").LastSeenNs);
    }

    [Fact]
    public void Accept_KnownToBeOff_IsDownAndTold()
    {
        CenterEngine center = new(new CenterOptions(), _time, _up);
        center.Accept(FromNode("node-1", Up("s1")));
        center.Accept(FromNode("node-1", new DeviceStatus { Name = "s1", Kind = DeviceKind.Switch, State = DeviceState.Down }));
        Assert.Equal(DeviceState.Down, StateOf(center, "s1"));
        center.Tick();
        Assert.Contains(_up.Events, told => told.Kind == EventKind.Silent && told.Entity == "s1");
    }

    [Fact]
    public void Accept_RepeatOfABatch_IsNotCountedTwice()
    {
        CenterEngine center = new(new CenterOptions(), _time, _up);
        Batch batch = FromNode();
        batch.Windows[0].Ports.Add(new PortWindow { Switch = "s1", Port = 1, Packets = 5 });
        Ack first = center.Accept(batch);
        Ack second = center.Accept(batch);
        Assert.Equal((1ul, 1ul, ""), (first.Sequence, second.Sequence, second.Error));
        center.Flush();
        Assert.Equal(5ul, _up.Windows.SelectMany(window => window.Ports).Aggregate(0ul, (sum, port) => sum + port.Packets));
    }

    [Fact]
    public void Accept_MoreFlowsThanPassedOn_CountsThePacketsOfTheOthers()
    {
        CenterEngine center = new(new CenterOptions { MaxFlowsPerWindow = 2 }, _time, _up);
        Batch batch = FromNode();
        for (uint i = 0; i < 5; i++)
        {
            batch.Windows[0].Flows.Add(new FlowWindow { Key = new FlowKey { SrcAddress = i }, Packets = 10 + i, Bytes = 100 * i });
        }

        center.Accept(batch);
        Window window = Assert.Single(_up.Windows);
        Assert.Equal([3u, 4u], window.Flows.Select(flow => flow.Key.SrcAddress));
        Assert.Equal(33ul, window.FlowPacketsOmitted);
    }

    [Fact]
    public void Accept_OutboxRefuses_NothingIsAcknowledgedUntilItTakes()
    {
        FullDisk disk = new(_up) { Full = true };
        CenterEngine center = new(new CenterOptions(), _time, disk);
        Batch batch = FromNode();
        Ack refused = center.Accept(batch);
        Assert.Contains("no space", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0ul, refused.Sequence);
        disk.Full = false;
        Ack taken = center.Accept(batch);
        Assert.Equal((1ul, ""), (taken.Sequence, taken.Error));
        Assert.Single(_up.Windows);
    }

    private sealed class FullDisk(IBatchSink inner) : IBatchSink
    {
        public bool Full { get; set; }

        public void Append(Batch batch, IReadOnlyList<SenderMark> covers)
        {
            if (Full)
            {
                throw new IOException("no space left on device");
            }

            inner.Append(batch, covers);
        }
    }
}
