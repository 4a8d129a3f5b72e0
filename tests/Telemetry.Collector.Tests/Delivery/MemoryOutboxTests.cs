using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;

namespace Telemetry.Collector.Tests.Delivery;

public class MemoryOutboxTests
{
    [Fact]
    public void Append_BeyondTheLimit_DropsTheOldestAndCounts()
    {
        MemoryOutbox outbox = new(epoch: 3, limit: 4);
        for (int i = 0; i < 10; i++)
        {
            outbox.Append(new Batch(), []);
        }

        Assert.Equal(new OutboxStatistics(4, 0, 10, 6), outbox.Statistics);
        Assert.True(outbox.TryRead(0, out Batch? oldest));
        Assert.Equal((3ul, 7ul), (oldest.Epoch, oldest.Sequence));
        Assert.True(outbox.TryRead(9, out Batch? newest));
        Assert.Equal(10ul, newest.Sequence);
        Assert.False(outbox.TryRead(10, out _));
    }

    [Fact]
    public void Acknowledge_OtherEpochOrFuture_IsIgnored()
    {
        MemoryOutbox outbox = new(epoch: 3);
        outbox.Append(new Batch(), []);
        outbox.Acknowledge(2, 1);
        outbox.Acknowledge(3, 5);
        Assert.Equal((0ul, 1L), (outbox.AcknowledgedSequence, outbox.Statistics.Pending));
        outbox.Acknowledge(3, 1);
        Assert.Equal((1ul, 0L), (outbox.AcknowledgedSequence, outbox.Statistics.Pending));
    }

    [Fact]
    public void DirectLink_Refused_SendsAgainInOrder()
    {
        MemoryOutbox outbox = new(epoch: 1);
        List<ulong> taken = [];
        bool refuse = true;
        DirectLink link = new(outbox, batch =>
        {
            if (refuse)
            {
                return new Ack { Epoch = 1, Sequence = (ulong)taken.Count, Error = "disk full" };
            }

            taken.Add(batch.Sequence);
            return new Ack { Epoch = 1, Sequence = batch.Sequence };
        });
        link.Append(new Batch(), []);
        link.Append(new Batch(), []);
        Assert.Equal("disk full", link.LastError);
        refuse = false;
        link.Append(new Batch(), []);
        Assert.Equal([1, 2, 3], taken);
        Assert.Equal((0L, ""), (outbox.Statistics.Pending, link.LastError));
    }
}
