using Telemetry.Collector.Contracts;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Nodes;

/// <summary>Loss of reports on their way, as the sequences tell it, by exporter and destination.</summary>
public class ReportLossTests
{
    private const int Count = 40_000;

    [Theory, InlineData(0), InlineData(1), InlineData(10)]
    public void OnDatagram_ShareLost_IsMeasuredForEachExporterAndDestination(int percent)
    {
        ManualTime time = new();
        NodeEngine node = new(new NodeOptions(), time, new BatchList());
        Random random = new(percent);
        Stream[] streams =
        [
            new(new DatagramOrigin(0x0A000001), 0, percent / 100.0),
            new(new DatagramOrigin(0x0A000002), (1 << 22) - 5000, percent / 100.0), // wraps
            new(new DatagramOrigin(0x0A000001, Destination: 9), 77_777, 0), // the same exporter to elsewhere, and nothing is lost there
            new(new DatagramOrigin(0x0A000001, Destination: 10), 5, percent / 50.0),
        ];
        for (int i = 0; i < Count; i++)
        {
            foreach (Stream stream in streams)
            {
                stream.Step(node, random);
            }

            if (i % 100 == 99)
            {
                time.AdvanceMs(10);
                node.Tick();
            }
        }

        time.AdvanceMs(1000);
        node.Flush();
        IReadOnlyList<ExporterCount> told = node.Exporters(10);
        Assert.Equal(streams.Length, told.Count);
        foreach (Stream stream in streams)
        {
            ExporterCount count = Assert.Single(told, one => one.Address == stream.Origin.Address && one.Destination == stream.Origin.Destination);
            Assert.Equal(stream.Received, count.Received);
            Assert.Equal(0, count.Restarts);
            Assert.InRange(count.Loss - ((double)stream.Dropped / Count), -0.001, 0.001);
            Assert.InRange(count.Loss - stream.Share, -0.005, 0.005); // what chance made of the share
        }

        ReportCounters counters = node.Counters;
        Assert.Equal(((ulong)streams.Sum(stream => stream.Received), (ulong)told.Sum(one => one.Lost)), (counters.Decoded, counters.Lost));
    }

    /// <summary>Sends numbered datagrams, loses some, and lets some overtake others.</summary>
    private sealed class Stream(DatagramOrigin origin, uint first, double share)
    {
        private byte[]? _late;
        private uint _next = first;

        public DatagramOrigin Origin { get; } = origin;

        public double Share { get; } = share;

        public long Received { get; private set; }

        public long Dropped { get; private set; }

        public void Step(NodeEngine node, Random random)
        {
            byte[] datagram = Reports.TwoHops(_next & 0x3F_FFFF, (ushort)_next);
            _next++;
            if (random.NextDouble() < Share)
            {
                Dropped++;
                return;
            }

            if (_late is null && random.NextDouble() < 0.05)
            {
                _late = datagram;
                return;
            }

            Received++;
            node.OnDatagram(datagram, Origin);
            if (_late is { } late)
            {
                Received++;
                node.OnDatagram(late, Origin);
                _late = null;
            }
        }
    }
}
