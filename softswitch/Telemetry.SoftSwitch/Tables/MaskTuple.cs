namespace Telemetry.SoftSwitch.Tables;

/// <summary>Entries of one mask by value. One thread writes while others may read.</summary>
internal sealed class MaskTuple(int words, ulong[] mask, bool hasRanges, long highest)
{
    private readonly ExactIndex<EntryBucket>? _buckets = hasRanges ? new ExactIndex<EntryBucket>(words, mask) : null;

    public ulong[] Mask { get; } = mask;

    /// <summary>The highest rank ever put in is kept: too high a value costs a look-up, not its result.</summary>
    public long Highest { get; set; } = highest;

    /// <summary>The best entry of each value; null with ranges.</summary>
    public ExactIndex<TableEntry>? Heads { get; } = hasRanges ? null : new ExactIndex<TableEntry>(words, mask);

    /// <summary>How many values have entries.</summary>
    public int Count => Heads?.Count ?? _buckets!.Count;

    public TableEntry? Find(ulong[] key) => Heads is not null ? Heads.Find(key) : _buckets!.Find(key)?.Find(key);

    public bool TryAdd(TableEntry entry, RangeKey[] ranges)
    {
        if (Heads is null)
        {
            AddToBucket(entry, ranges);
            return true;
        }

        entry.Lower = null;
        if (Heads.Find(entry.Key) is not TableEntry head)
        {
            return Heads.TryAdd(entry.Key, entry);
        }

        if (entry.Rank > head.Rank)
        {
            entry.Lower = head;
            Heads.Set(entry.Key, entry);
            return true;
        }

        TableEntry above = head;
        while (above.Priority != entry.Priority && above.Lower is TableEntry lower && lower.Rank >= entry.Rank)
        {
            above = lower;
        }

        if (above.Priority == entry.Priority)
        {
            return false;
        }

        entry.Lower = above.Lower;
        above.Lower = entry;
        return true;
    }

    public void Remove(TableEntry entry)
    {
        if (Heads is null)
        {
            EntryBucket bucket = _buckets!.Find(entry.Key)!;
            bucket.Remove(entry);
            if (bucket.Count == 0)
            {
                _buckets.Remove(entry.Key);
            }

            return;
        }

        TableEntry head = Heads.Find(entry.Key)!;
        if (head != entry)
        {
            while (head.Lower != entry)
            {
                head = head.Lower!;
            }

            head.Lower = entry.Lower;
        }
        else if (entry.Lower is null)
        {
            Heads.Remove(entry.Key);
        }
        else
        {
            Heads.Set(entry.Key, entry.Lower);
        }
    }

    private void AddToBucket(TableEntry entry, RangeKey[] ranges)
    {
        if (_buckets!.Find(entry.Key) is EntryBucket bucket)
        {
            bucket.Insert(entry);
            return;
        }

        bucket = new EntryBucket(ranges);
        bucket.Insert(entry);
        _buckets.TryAdd(entry.Key, bucket);
    }
}
