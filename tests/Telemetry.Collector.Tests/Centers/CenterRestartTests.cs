using Telemetry.Collector.Centers;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Centers;

/// <summary>The center dies at any moment, its last record cut off or not: what it acknowledged arrives, once.</summary>
public sealed class CenterRestartTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-center").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public void KilledAgainAndAgain_EveryAcknowledgedWindowArrivesOnce(int seed)
    {
        Random random = new(seed);
        MemoryOutbox node = new(epoch: 1);
        Dictionary<long, int> arrived = [];
        ulong acknowledgedToNode = 0;
        int sent = 0;
        for (int life = 0; life < 8; life++)
        {
            Spool spool = new(new SpoolOptions { Directory = _directory, SegmentBytes = 4096 }, _time);
            CenterEngine center = new(new CenterOptions(), _time, spool, spool.Marks);
            ulong delivered = node.AcknowledgedSequence;
            ulong read = spool.AcknowledgedSequence;
            for (int step = random.Next(5, 40); step > 0; step--)
            {
                _time.AdvanceMs(100);
                Window window = new() { StartNs = sent * 100_000_000L, LengthNs = 100_000_000, Ports = { new PortWindow { Switch = "s1", Packets = 1 } } };
                node.Append(new Batch { Sender = "node-1", Windows = { window } }, []);
                sent++;
                while (random.Next(4) > 0 && node.TryRead(delivered, out Batch? batch))
                {
                    Ack ack = center.Accept(batch.Clone());
                    delivered = batch.Sequence;
                    acknowledgedToNode = Math.Max(acknowledgedToNode, ack.Sequence);
                    if (random.Next(3) > 0)
                    {
                        node.Acknowledge(ack.Epoch, ack.Sequence);
                    }
                }

                // The data center takes some, and its acknowledgement may get lost.
                while (random.Next(2) > 0 && spool.TryRead(read, out Batch? up))
                {
                    read = up.Sequence;
                    Take(up);
                    if (random.Next(2) > 0)
                    {
                        spool.Acknowledge(up.Epoch, up.Sequence);
                    }
                }
            }

            spool.Dispose();
            if (random.Next(2) > 0)
            {
                // Killed in the middle of a write: part of one more record is there.
                string newest = Directory.GetFiles(_directory, "*.spool").Order(StringComparer.Ordinal).Last();
                using FileStream file = new(newest, FileMode.Append);
                file.Write(new byte[random.Next(1, 30)]);
            }
        }

        using Spool last = new(new SpoolOptions { Directory = _directory }, _time);
        ulong position = last.AcknowledgedSequence;
        while (last.TryRead(position, out Batch? up))
        {
            position = up.Sequence;
            Take(up);
        }

        Assert.NotEqual(0ul, acknowledgedToNode);
        for (long i = 0; i < (long)acknowledgedToNode; i++)
        {
            Assert.Equal((i, 1), (i, arrived.GetValueOrDefault(i * 100_000_000)));
        }

        Assert.All(arrived.Values, count => Assert.Equal(1, count));
        return;

        void Take(Batch up)
        {
            if (up.Sequence <= _taken)
            {
                return; // the data center knows it by (sender, epoch, sequence)
            }

            _taken = up.Sequence;
            foreach (Window window in up.Parts.SelectMany(part => part.Windows))
            {
                arrived[window.StartNs] = arrived.GetValueOrDefault(window.StartNs) + 1;
            }
        }
    }

    private ulong _taken;
}
