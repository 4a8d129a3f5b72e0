namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Look-up by masks, ranges and priorities: entries of one mask form a tuple, a hash table by value; tuples are tried in
/// order of the highest priority that they hold, until no later one can win. Entries of one mask and value are a list,
/// best first; with ranges, which have no mask, a bucket that sorts them out. One thread writes while others may read.
/// </summary>
internal sealed class TernaryIndex(int words, RangeKey[] ranges)
{
    private readonly bool _hasRanges = ranges.Length > 0;
    private readonly Dictionary<ulong[], MaskTuple> _byMask = new(WordsComparer.Instance);
    private volatile MaskTuple[] _bestFirst = [];

    public TableEntry? Find(ulong[] key)
    {
        TableEntry? best = null;
        foreach (MaskTuple tuple in _bestFirst)
        {
            if (best is not null && best.Rank > tuple.Highest)
            {
                break;
            }

            if (tuple.Find(key) is TableEntry found && (best is null || found.Beats(best)))
            {
                best = found;
            }
        }

        return best;
    }

    /// <summary>The entry of the same mask, value and priority as another, in a table without ranges.</summary>
    public TableEntry? FindSame(TableEntry like)
    {
        TableEntry? at = _byMask.GetValueOrDefault(like.Mask!)?.Heads?.Find(like.Key);
        while (at is not null && at.Priority != like.Priority)
        {
            at = at.Lower;
        }

        return at;
    }

    /// <summary>Adds an entry; false when one of the same mask, value and priority is there. With ranges, the caller knows that it is new.</summary>
    public bool TryAdd(TableEntry entry)
    {
        if (!_byMask.TryGetValue(entry.Mask!, out MaskTuple? tuple))
        {
            tuple = new MaskTuple(words, entry.Mask!, _hasRanges, entry.Rank);
            tuple.TryAdd(entry, ranges);
            _byMask.Add(entry.Mask!, tuple);
            _bestFirst = [.. _bestFirst, tuple];
            MoveUp(tuple);
            return true;
        }

        entry.Mask = tuple.Mask;
        if (!tuple.TryAdd(entry, ranges))
        {
            return false;
        }

        if (entry.Rank > tuple.Highest)
        {
            tuple.Highest = entry.Rank;
            MoveUp(tuple);
        }

        return true;
    }

    public void Remove(TableEntry entry)
    {
        MaskTuple tuple = _byMask[entry.Mask!];
        tuple.Remove(entry);
        if (tuple.Count == 0)
        {
            _byMask.Remove(entry.Mask!);
            _bestFirst = [.. _bestFirst.Where(t => t != tuple)];
        }
    }

    /// <summary>Puts a tuple before those that hold lower priorities only.</summary>
    private void MoveUp(MaskTuple tuple)
    {
        MaskTuple[] tuples = _bestFirst;
        int from = Array.IndexOf(tuples, tuple);
        int to = from;
        while (to > 0 && tuples[to - 1].Highest < tuple.Highest)
        {
            to--;
        }

        if (to == from)
        {
            return;
        }

        MaskTuple[] moved = [.. tuples];
        Array.Copy(tuples, to, moved, to + 1, from - to);
        moved[to] = tuple;
        _bestFirst = moved;
    }

    private sealed class WordsComparer : IEqualityComparer<ulong[]>
    {
        public static readonly WordsComparer Instance = new();

        public bool Equals(ulong[]? x, ulong[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ulong[] obj) => (int)WordHash.Add(0, obj);
    }
}
