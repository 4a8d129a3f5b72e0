using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;

namespace Telemetry.Collector.Tests.DataCenters;

public class OriginBookTests
{
    private readonly OriginBook _book = new();

    private static Part Part(ulong sequence, ulong epoch = 1) => new() { Sender = "node-1", Epoch = epoch, Sequence = sequence };

    [Fact]
    public void TryTake_AnyOrder_TakesEachOnceAndJoinsRanges()
    {
        Random random = new(7);
        ulong[] sequences = [.. Enumerable.Range(1, 200).Select(i => (ulong)i)];
        random.Shuffle(sequences);
        Assert.All(sequences, sequence => Assert.True(_book.TryTake(Part(sequence))));
        random.Shuffle(sequences);
        Assert.All(sequences, sequence => Assert.False(_book.TryTake(Part(sequence))));
        Assert.Equal([1ul, 200ul], _book.MarkOf(Part(1)).Bounds);
        Assert.Equal(200, _book.Repeats);
    }

    [Fact]
    public void Restore_MarksWithAGap_TakesOnlyWhatIsMissing()
    {
        foreach (ulong sequence in (ulong[])[1, 2, 3, 7, 8])
        {
            _book.TryTake(Part(sequence));
        }

        OriginBook later = new();
        later.Restore([_book.MarkOf(Part(1))]);
        Assert.Equal([4ul, 5, 6, 9], Enumerable.Range(1, 9).Select(i => (ulong)i).Where(sequence => later.TryTake(Part(sequence))));
    }

    [Fact]
    public void TryTake_OtherIncarnation_IsNoRepeat()
    {
        Assert.True(_book.TryTake(Part(1, epoch: 1)));
        Assert.True(_book.TryTake(Part(1, epoch: 2)));
        Assert.False(_book.TryTake(Part(1, epoch: 1)));
    }

    [Fact]
    public void TryTake_GapsWithoutEnd_StaysBounded()
    {
        for (ulong sequence = 1; sequence < 10_000; sequence += 2)
        {
            _book.TryTake(Part(sequence));
        }

        Assert.InRange(_book.MarkOf(Part(1)).Bounds.Count, 2, 512);
    }
}
