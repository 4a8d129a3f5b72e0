using Telemetry.Collector.Contracts;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Nodes;

public class PortCountersTests
{
    private readonly ManualTime _time = new();
    private readonly BatchList _sink = new();
    private readonly NodeEngine _node;

    public PortCountersTests()
    {
        _node = new NodeEngine(new NodeOptions(), _time, _sink);
        _node.SetInventory(Inventories.Linear());
    }

    private PortWindow[] Windows => [.. _sink.Windows.SelectMany(window => window.Ports)];

    /// <summary>A reading of s1's port 3, then half a second.</summary>
    private void Read(ulong enqueued, ulong tx, ulong? waiting = null, ulong rx = 0)
    {
        _node.OnPortCounters("s1", [new PortCounterSample(3, rx, rx * 100, enqueued, tx, tx * 100, waiting)]);
        _time.AdvanceMs(500);
        _node.Tick();
    }

    [Fact]
    public void OnPortCounters_GrowingCounters_GiveDifferencesAndTheirSpan()
    {
        Read(100, 100, rx: 5);
        Assert.Empty(Windows);
        Read(160, 160, rx: 8);
        Read(170, 170, rx: 8);
        Assert.Equal([60ul, 10ul], Windows.Select(port => port.TxPackets));
        Assert.Equal([6000ul, 1000ul], Windows.Select(port => port.TxBytes));
        Assert.Equal([3ul, 0ul], Windows.Select(port => port.RxPackets));
        Assert.All(Windows, port => Assert.Equal((500_000_000ul, 0ul, false), (port.CounterSpanNs, port.Drops, port.HasErrors)));
        Assert.Contains(_sink.Devices, status => status.Name == "s1" && status.State == DeviceState.Up);
    }

    [Fact]
    public void OnPortCounters_WaitingKnown_DropsAreExact()
    {
        Read(0, 0, 0);
        Read(100, 60, 40);
        Read(200, 100, 50);
        Read(200, 150, 0);
        Assert.Equal([0ul, 50ul, 0ul], Windows.Select(port => port.Drops));
    }

    [Fact]
    public void OnPortCounters_QueueFillsAndDrains_NothingIsCalledDropped()
    {
        Read(0, 0);
        Read(100, 60);
        Read(200, 195);
        Read(300, 230);
        Read(400, 399);
        Read(410, 410);
        Assert.Equal(0ul, Windows.Aggregate(0ul, (sum, port) => sum + port.Drops));
    }

    [Fact]
    public void OnPortCounters_IdleAfterDrops_AllAreCountedOnce()
    {
        Read(0, 0);
        Read(1000, 700);
        Read(2000, 1500);
        Read(2000, 1600);
        for (int i = 0; i < 5; i++)
        {
            Read(2000, 1600);
        }

        Assert.Equal(400ul, Windows.Aggregate(0ul, (sum, port) => sum + port.Drops));
    }

    [Fact]
    public void OnPortCounters_OverloadWithoutPause_LagsByWhatTheQueueMayHold()
    {
        Read(0, 0);
        for (uint i = 1; i < 10; i++)
        {
            // Half of each 1000 is dropped; 80 of the 100 places are taken.
            Read(i * 1000, (i * 500) - 80);
        }

        Assert.Equal(((7 * 500) + 80 - 100), (long)Windows.Aggregate(0ul, (sum, port) => sum + port.Drops));
    }

    [Fact]
    public void OnPortCounters_QueueAlwaysHeldByInt_IsNotCalledDropped()
    {
        Read(0, 0);
        for (uint i = 1; i < 10; i++)
        {
            _node.OnDatagram(Reports.TwoHops(i, (ushort)i, depth1: 50));
            Read(i * 100, (i * 100) - 50);
        }

        Assert.Equal(0ul, Windows.Aggregate(0ul, (sum, port) => sum + port.Drops));
    }

    [Fact]
    public void OnPortCounters_SwitchRestarts_DifferencesStartAtZeroAgain()
    {
        Read(1000, 1000);
        Read(1100, 1100);
        Read(30, 30);
        Read(50, 50);
        Assert.Equal([100ul, 30ul, 20ul], Windows.Select(port => port.TxPackets));
        Assert.Equal(1, _node.Statistics.CounterResets);
    }
}
