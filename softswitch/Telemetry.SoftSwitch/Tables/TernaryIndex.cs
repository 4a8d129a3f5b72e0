namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Look-up by masks, ranges and priorities: entries of one mask form a tuple, a hash table of buckets; tuples are
/// tried in order of the highest priority that they hold, until no later one can win. Ranges have no mask: the
/// bucket sorts them out. One thread writes while others may read.
/// </summary>
internal sealed class TernaryIndex(int words, RangeKey[] ranges)
{
    private readonly Dictionary<ulong[], MaskTuple> _byMask = new(WordsComparer.Instance);
    private volatile MaskTuple[] _bestFirst = [];

    public IEnumerable<TableEntry> Items => _bestFirst.SelectMany(t => t.Index.Items).SelectMany(b => b.Items);

    public TableEntry? Find(ulong[] key)
    {
        TableEntry? best = null;
        foreach (MaskTuple tuple in _bestFirst)
        {
            if (best is not null && best.Rank > tuple.Highest)
            {
                break;
            }

            if (tuple.Index.Find(key)?.Find(key) is TableEntry found && (best is null || found.Beats(best)))
            {
                best = found;
            }
        }

        return best;
    }

    /// <summary>The bucket that entries of this mask and value share; null when there is none.</summary>
    public EntryBucket? Bucket(ulong[] mask, ulong[] value) => _byMask.GetValueOrDefault(mask)?.Index.Find(value);

    public void Insert(ulong[] mask, ulong[] value, TableEntry entry)
    {
        if (!_byMask.TryGetValue(mask, out MaskTuple? tuple))
        {
            tuple = new MaskTuple(new ExactIndex<EntryBucket>(words, mask), entry.Rank);
            _byMask.Add(mask, tuple);
            _bestFirst = [.. _bestFirst, tuple];
            MoveUp(tuple);
        }

        if (tuple.Index.Find(value) is not EntryBucket bucket)
        {
            bucket = new EntryBucket(ranges);
            bucket.Insert(entry);
            tuple.Index.Set(value, bucket);
        }
        else
        {
            bucket.Insert(entry);
        }

        if (entry.Rank > tuple.Highest)
        {
            tuple.Highest = entry.Rank;
            MoveUp(tuple);
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

    public void Remove(ulong[] mask, ulong[] value, TableEntry entry)
    {
        MaskTuple tuple = _byMask[mask];
        EntryBucket bucket = tuple.Index.Find(value)!;
        bucket.Remove(entry);
        if (bucket.Count > 0)
        {
            return;
        }

        tuple.Index.Remove(value);
        if (tuple.Index.Count == 0)
        {
            _byMask.Remove(mask);
            _bestFirst = [.. _bestFirst.Where(t => t != tuple)];
        }
    }

    /// <summary>The highest rank ever put in is kept: too high a value costs a look-up, not its result.</summary>
    private sealed class MaskTuple(ExactIndex<EntryBucket> index, long highest)
    {
        public readonly ExactIndex<EntryBucket> Index = index;

        public long Highest = highest;
    }

    private sealed class WordsComparer : IEqualityComparer<ulong[]>
    {
        public static readonly WordsComparer Instance = new();

        public bool Equals(ulong[]? x, ulong[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ulong[] obj)
        {
            HashCode hash = default;
            foreach (ulong word in obj)
            {
                hash.Add(word);
            }

            return hash.ToHashCode();
        }
    }
}
