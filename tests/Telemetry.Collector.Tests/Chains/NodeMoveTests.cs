using Telemetry.Collector.Centers;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.History;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Chains;

/// <summary>A node that leaves its center for another one while the first holds batches that it did not acknowledge.</summary>
public class NodeMoveTests
{
    private readonly ManualTime _time = new();

    private static Batch FromNode(ulong sequence) => new()
    {
        Sender = "node-1",
        Epoch = 9,
        Sequence = sequence,
        Windows = { new Window { StartNs = (long)sequence * 100_000_000, LengthNs = 100_000_000, Ports = { new PortWindow { Switch = "s1", Port = 1, Packets = 1 } } } },
        Events = { new Event { Kind = EventKind.NewFlow, Entity = "h1>h2", TimeNs = (long)sequence } },
    };

    private static void Deliver(IEnumerable<Batch> batches, DataCenterEngine dataCenter)
    {
        foreach (Batch batch in batches)
        {
            Assert.Empty(dataCenter.Accept(batch).Error);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Accept_BothCentersPassOnWhatTheOtherDid_CountsEachOnce(bool formerFirst)
    {
        BatchList former = new();
        BatchList later = new();
        CenterEngine a = new(new CenterOptions { Name = "center-a" }, _time, former);
        CenterEngine b = new(new CenterOptions { Name = "center-b" }, _time, later);
        for (ulong i = 1; i <= 8; i++)
        {
            a.Accept(FromNode(i));
        }

        // The acknowledgements of 5 to 8 never reached the node: it sends them again, to the center that it turned to.
        for (ulong i = 5; i <= 12; i++)
        {
            b.Accept(FromNode(i));
        }

        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        DataCenterEngine dataCenter = new(new DataCenterOptions(), _time, store, new DepthDetector(), new AlertOptions());
        Deliver(formerFirst ? former.Batches : later.Batches, dataCenter);
        _time.AdvanceMs(3000);
        dataCenter.Tick();
        Deliver(formerFirst ? later.Batches : former.Batches, dataCenter);
        dataCenter.Flush();
        Assert.Equal(12ul, Assert.Single(dataCenter.GetTotals().Ports).Packets);
        Assert.Equal(4, dataCenter.Statistics.Repeats);
        Assert.Equal(12, store.Query(new HistoryRequest { Table = HistoryRequest.Types.Table.Events }).Count(row => row.Values.Contains("h1>h2")));
    }

    [Fact]
    public void Restore_DataCenterRestartedBetweenTheTwo_StillCountsEachOnce()
    {
        BatchList former = new();
        BatchList later = new();
        CenterEngine a = new(new CenterOptions { Name = "center-a" }, _time, former);
        CenterEngine b = new(new CenterOptions { Name = "center-b" }, _time, later);
        for (ulong i = 1; i <= 4; i++)
        {
            a.Accept(FromNode(i));
            b.Accept(FromNode(i));
        }

        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        DataCenterEngine first = new(new DataCenterOptions(), _time, store, new DepthDetector(), new AlertOptions());
        Deliver(former.Batches, first);
        first.Flush();
        DataCenterEngine second = new(new DataCenterOptions(), _time, store, new DepthDetector(), new AlertOptions());
        Deliver(later.Batches, second);
        second.Flush();
        Assert.Equal(4, store.ReadWindows(0, long.MaxValue).Sum(window => window.Ports.Count));
    }
}
