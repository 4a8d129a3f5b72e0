using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Delivery;

public sealed class SpoolTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-spool").FullName;
    private readonly ManualTime _time = new(5_000_000_000);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Spool Open(long segmentBytes = 8 << 20, long limitBytes = 512 << 20) =>
        new(new SpoolOptions { Directory = _directory, SegmentBytes = segmentBytes, LimitBytes = limitBytes }, _time);

    private static Batch Batch(int number, int padding = 0) => new() { Sender = "center-1", CreatedNs = number, Cluster = new string('x', padding) };

    private static List<SenderMark> Marks(ulong sequence) => [new SenderMark { Sender = "node-1", Epoch = 7, Sequence = sequence }];

    private static List<long> Contents(Spool spool)
    {
        List<long> contents = [];
        ulong after = spool.AcknowledgedSequence;
        while (spool.TryRead(after, out Batch? batch))
        {
            contents.Add(batch.CreatedNs);
            after = batch.Sequence;
        }

        return contents;
    }

    private string NewestFile => Directory.GetFiles(_directory, "*.spool").Order(StringComparer.Ordinal).Last();

    [Fact]
    public void Open_AfterRestart_GoesOnWithEpochSequenceMarksAndBatches()
    {
        ulong epoch;
        using (Spool first = Open())
        {
            epoch = first.Epoch;
            for (int i = 1; i <= 5; i++)
            {
                first.Append(Batch(i), Marks((ulong)i * 10));
            }

            first.Acknowledge(epoch, 2);
        }

        _time.AdvanceMs(1000);
        using Spool second = Open();
        Assert.Equal((epoch, 5ul), (second.Epoch, second.LastSequence));
        Assert.Equal(50ul, Assert.Single(second.Marks).Sequence);
        second.Append(Batch(6), Marks(60));
        Assert.Equal(6ul, second.LastSequence);
        Assert.Equal([3, 4, 5, 6], Contents(second)[^4..]);
    }

    [Theory, InlineData(1), InlineData(4), InlineData(9), InlineData(40)]
    public void Open_LastRecordCutOff_KeepsEverythingBeforeIt(int cut)
    {
        using (Spool first = Open())
        {
            for (int i = 1; i <= 3; i++)
            {
                first.Append(Batch(i, padding: 50), Marks((ulong)i));
            }
        }

        using (FileStream file = new(NewestFile, FileMode.Open))
        {
            file.SetLength(file.Length - cut);
        }

        using Spool second = Open();
        Assert.Equal([1, 2], Contents(second));
        Assert.Equal((2ul, 2ul), (second.LastSequence, Assert.Single(second.Marks).Sequence));
        Assert.NotEqual(0, second.DamagedBytes);
        second.Append(Batch(4), Marks(3));
        second.Dispose();
        using Spool third = Open();
        Assert.Equal([1, 2, 4], Contents(third));
        Assert.Equal(0, third.DamagedBytes);
    }

    [Fact]
    public void Open_ByteFlippedInARecord_EndsThereInsteadOfDeliveringIt()
    {
        using (Spool first = Open())
        {
            for (int i = 1; i <= 3; i++)
            {
                first.Append(Batch(i, padding: 50), Marks((ulong)i));
            }
        }

        byte[] bytes = File.ReadAllBytes(NewestFile);
        bytes[^10] ^= 0x40;
        File.WriteAllBytes(NewestFile, bytes);
        using Spool second = Open();
        Assert.Equal([1, 2], Contents(second));
    }

    [Fact]
    public void Open_TailOfZeros_IsRemovedAndStateKept()
    {
        using (Spool first = Open())
        {
            first.Append(Batch(1), Marks(10));
        }

        using (FileStream file = new(NewestFile, FileMode.Append))
        {
            file.Write(new byte[64]);
        }

        using Spool second = Open();
        Assert.Equal((1ul, 10ul, 64L), (second.LastSequence, Assert.Single(second.Marks).Sequence, second.DamagedBytes));
    }

    [Fact]
    public void Open_FileOfGarbage_StartsEmpty()
    {
        File.WriteAllBytes(Path.Combine(_directory, SpoolSegment.FileName(3)), [0xFF, 0xFF, 0xFF, 0x7F, 1, 2, 3, 4, 5]);
        using Spool spool = Open();
        Assert.Empty(Contents(spool));
        spool.Append(Batch(1), []);
        Assert.Equal([1], Contents(spool));
    }

    [Fact]
    public void Append_BeyondTheLimit_GivesUpTheOldestAndCountsThem()
    {
        using Spool spool = Open(segmentBytes: 4096, limitBytes: 16384);
        for (int i = 1; i <= 100; i++)
        {
            spool.Append(Batch(i, padding: 1000), Marks((ulong)i));
        }

        List<long> left = Contents(spool);
        Assert.Equal(100 - left.Count, spool.Statistics.Dropped);
        Assert.Equal(Enumerable.Range(101 - left.Count, left.Count).Select(i => (long)i), left);
        Assert.InRange(spool.Statistics.PendingBytes, 1, 16384 + 4096);
        Assert.Equal(left.Count, spool.Statistics.Pending);
    }

    [Fact]
    public void Append_AtTheLimitOfOneThatRefuses_ThrowsUntilSomeIsAcknowledged()
    {
        SpoolOptions options = new() { Directory = _directory, SegmentBytes = 4096, LimitBytes = 16384, WhenFull = SpoolPolicy.Refuse };
        using Spool spool = new(options, _time);
        int taken = 0;
        IOException full = Assert.Throws<IOException>(() =>
        {
            for (; taken < 100; taken++)
            {
                spool.Append(Batch(taken + 1, padding: 1000), Marks((ulong)taken));
            }
        });
        Assert.Contains("the spool is full", full.Message, StringComparison.Ordinal);
        Assert.InRange(taken, 10, 20);
        Assert.Equal((taken, 0L), (Contents(spool).Count, spool.Statistics.Dropped));
        spool.Acknowledge(spool.Epoch, (ulong)taken);
        spool.Append(Batch(100), Marks(100));
        Assert.Equal([100L], Contents(spool));
    }

    [Fact]
    public void Acknowledge_WholeSegments_AreRemovedAndMarksStay()
    {
        using (Spool spool = Open(segmentBytes: 4096))
        {
            for (int i = 1; i <= 20; i++)
            {
                spool.Append(Batch(i, padding: 1000), Marks((ulong)i));
            }

            int files = Directory.GetFiles(_directory, "*.spool").Length;
            spool.Acknowledge(spool.Epoch + 1, 20);
            Assert.Equal(files, Directory.GetFiles(_directory, "*.spool").Length);
            spool.Acknowledge(spool.Epoch, 20);
            Assert.Single(Directory.GetFiles(_directory, "*.spool"));
            Assert.Equal(0, spool.Statistics.Pending);
            Assert.False(spool.TryRead(0, out _));
        }

        using Spool second = Open();
        Assert.Equal((20ul, 20ul), (second.LastSequence, Assert.Single(second.Marks).Sequence));
    }

    [Fact]
    public void Open_DirectoryInUse_IsOneClearError()
    {
        using Spool spool = Open();
        IOException fault = Assert.Throws<IOException>(() => Open());
        Assert.StartsWith($"{_directory}: the spool cannot be opened", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitAsync_UntilAppended_Completes()
    {
        using Spool spool = Open();
        Task waiting = spool.WaitAsync(0, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        spool.Append(Batch(1), []);
        await waiting;
        Assert.True(spool.TryRead(0, out _));
    }
}
