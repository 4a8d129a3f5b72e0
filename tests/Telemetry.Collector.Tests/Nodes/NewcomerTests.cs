using Telemetry.Collector.Contracts;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Nodes;

/// <summary>An exporter that makes up node ids takes no place from anybody, and is told of once.</summary>
public sealed class NewcomerTests
{
    private const int Seconds = 20;
    private const int MadeUpPerWindow = 2_000;
    private const uint FirstMadeUp = 1_000_000;
    private static readonly DatagramOrigin s_liar = new(0x0A00_0009);
    private readonly ManualTime _time = new();
    private readonly BatchList _batches = new();

    [Fact]
    public void OnDatagram_ANewNodeIdEachTime_IsBoundedAndTold()
    {
        NodeEngine node = new(new NodeOptions { LatenessNs = 0 }, _time, _batches);
        node.SetInventory(Inventories.Linear());
        uint madeUp = FirstMadeUp;
        uint sequence = 0;
        for (int window = 0; window < Seconds * 10; window++)
        {
            for (int i = 0; i < MadeUpPerWindow; i++)
            {
                node.OnDatagram(Reports.Datagram(0, Reports.Udp(), 1, [Reports.Hop(madeUp++, 1, 2, 0, 10, 0)]), s_liar);
            }

            node.OnDatagram(Reports.TwoHops(sequence, (ushort)(sequence + 1)));
            sequence++;
            _time.AdvanceMs(100);
            node.Tick();
        }

        ulong sound = (ulong)_batches.Windows.SelectMany(w => w.Ports).Where(p => p.Switch == "s1").Sum(p => (long)p.Packets);
        Assert.Equal(sequence, sound);
        HashSet<string> devices = [.. _batches.Devices.Select(d => d.Name)];
        Assert.InRange(devices.Count(d => d.StartsWith("node-1", StringComparison.Ordinal)), 1, 1024 + (50 * Seconds));
        Assert.True(node.Statistics.EntitiesOmitted > MadeUpPerWindow * Seconds * 5);
        Event[] told = [.. _batches.Events.Where(e => e.Detail.Contains("nobody knows", StringComparison.Ordinal))];
        Assert.InRange(told.Length, 1, Seconds / 10 + 1);
        Assert.Contains("from 10.0.0.9: not taken up", told[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void OnDatagram_AFabricWithoutInventory_IsTakenUpAtOnce()
    {
        NodeEngine node = new(new NodeOptions { LatenessNs = 0 }, _time, _batches);
        for (uint id = 1; id <= 400; id++)
        {
            node.OnDatagram(Reports.Datagram(0, Reports.Udp(), 1, [Reports.Hop(id, 1, 2, 0, 10, 0)]));
        }

        Assert.Equal(0, node.Statistics.EntitiesOmitted);
    }
}
