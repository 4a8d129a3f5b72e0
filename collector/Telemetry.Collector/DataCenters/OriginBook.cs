using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.DataCenters;

/// <summary>
/// Knows which batches of which nodes are here, whatever center passed them on: a batch that comes a second time, as
/// after a node's move to another center, is found out. Gaps stay open for a batch that a center still holds. One thread.
/// </summary>
internal sealed class OriginBook
{
    /// <summary>Incarnations known of a node; batches of older ones are taken as new.</summary>
    private const int Incarnations = 16;

    /// <summary>Gaps kept open of an incarnation; the oldest is given up beyond.</summary>
    private const int Gaps = 256;

    private readonly Dictionary<string, SortedDictionary<ulong, List<Range>>> _nodes = new(StringComparer.Ordinal);

    /// <summary>Batches that were here before.</summary>
    public long Repeats { get; private set; }

    /// <summary>Takes up what an earlier run of the data center knew.</summary>
    public void Restore(IEnumerable<OriginMark> marks)
    {
        foreach (OriginMark mark in marks)
        {
            List<Range> ranges = Of(mark.Sender, mark.Epoch);
            for (int i = 0; i + 1 < mark.Bounds.Count; i += 2)
            {
                ranges.Add(new Range(mark.Bounds[i], mark.Bounds[i + 1]));
            }
        }
    }

    /// <summary>Notes a batch.</summary>
    /// <returns>False when it was here before.</returns>
    public bool TryTake(Part part)
    {
        List<Range> ranges = Of(part.Sender, part.Epoch);
        ulong sequence = part.Sequence;
        int at = ranges.Count;
        while (at > 0 && ranges[at - 1].First > sequence)
        {
            at--;
        }

        // Every range before the place starts at or below the sequence.
        if (at > 0 && ranges[at - 1].Last >= sequence)
        {
            Repeats++;
            return false;
        }

        bool joinsBefore = at > 0 && ranges[at - 1].Last + 1 == sequence;
        bool joinsAfter = at < ranges.Count && ranges[at].First == sequence + 1;
        switch (joinsBefore, joinsAfter)
        {
            case (true, true):
                ranges[at - 1] = ranges[at - 1] with { Last = ranges[at].Last };
                ranges.RemoveAt(at);
                break;
            case (true, false):
                ranges[at - 1] = ranges[at - 1] with { Last = sequence };
                break;
            case (false, true):
                ranges[at] = ranges[at] with { First = sequence };
                break;
            default:
                ranges.Insert(at, new Range(sequence, sequence));
                break;
        }

        if (ranges.Count > Gaps)
        {
            ranges[1] = ranges[1] with { First = ranges[0].First };
            ranges.RemoveAt(0);
        }

        return true;
    }

    /// <summary>What is known of the incarnation that a batch belongs to.</summary>
    public OriginMark MarkOf(Part part)
    {
        OriginMark mark = new() { Sender = part.Sender, Epoch = part.Epoch };
        foreach (Range range in Of(part.Sender, part.Epoch))
        {
            mark.Bounds.Add(range.First);
            mark.Bounds.Add(range.Last);
        }

        return mark;
    }

    private List<Range> Of(string sender, ulong epoch)
    {
        if (!_nodes.TryGetValue(sender, out SortedDictionary<ulong, List<Range>>? epochs))
        {
            _nodes.Add(sender, epochs = []);
        }

        if (!epochs.TryGetValue(epoch, out List<Range>? ranges))
        {
            epochs.Add(epoch, ranges = []);
            if (epochs.Count > Incarnations)
            {
                epochs.Remove(epochs.Keys.First(known => known != epoch));
            }
        }

        return ranges;
    }

    private readonly record struct Range(ulong First, ulong Last);
}
