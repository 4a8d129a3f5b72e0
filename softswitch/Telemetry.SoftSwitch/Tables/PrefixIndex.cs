namespace Telemetry.SoftSwitch.Tables;

/// <summary>Longest-prefix look-up: a hash table for each prefix length in use, the longest first. One thread writes while others may read.</summary>
internal sealed class PrefixIndex(int words, Func<int, ulong[]> maskOf)
{
    private readonly SortedDictionary<int, ExactIndex<TableEntry>> _byLength = new(Comparer<int>.Create((a, b) => b.CompareTo(a)));
    private volatile ExactIndex<TableEntry>[] _longestFirst = [];

    public int Count => _longestFirst.Sum(i => i.Count);

    public IEnumerable<TableEntry> Items => _longestFirst.SelectMany(i => i.Items);

    public TableEntry? Find(ulong[] key)
    {
        foreach (ExactIndex<TableEntry> index in _longestFirst)
        {
            if (index.Find(key) is TableEntry entry)
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>The entry of exactly this prefix.</summary>
    public TableEntry? Find(ulong[] key, int length) => _byLength.GetValueOrDefault(length)?.Find(key);

    /// <summary>Adds or replaces.</summary>
    public void Set(ulong[] key, int length, TableEntry entry)
    {
        if (!_byLength.TryGetValue(length, out ExactIndex<TableEntry>? index))
        {
            index = new ExactIndex<TableEntry>(words, maskOf(length));
            index.Set(key, entry);
            _byLength[length] = index;
            _longestFirst = [.. _byLength.Values];
            return;
        }

        index.Set(key, entry);
    }

    public void Remove(ulong[] key, int length)
    {
        if (_byLength.TryGetValue(length, out ExactIndex<TableEntry>? index))
        {
            index.Remove(key);
            if (index.Count == 0)
            {
                _byLength.Remove(length);
                _longestFirst = [.. _byLength.Values];
            }
        }
    }
}
