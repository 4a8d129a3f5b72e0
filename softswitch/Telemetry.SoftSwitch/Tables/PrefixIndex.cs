namespace Telemetry.SoftSwitch.Tables;

/// <summary>Longest-prefix look-up: a hash table for each prefix length in use, the longest first. One thread writes while others may read.</summary>
internal sealed class PrefixIndex(int words, Func<int, ulong[]> maskOf)
{
    private readonly Dictionary<int, ExactIndex<TableEntry>> _byLength = [];
    private volatile ExactIndex<TableEntry>[] _longestFirst = [];

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

    /// <summary>Adds an entry; false when one of this prefix is there.</summary>
    public bool TryAdd(ulong[] key, int length, TableEntry entry)
    {
        if (_byLength.TryGetValue(length, out ExactIndex<TableEntry>? index))
        {
            return index.TryAdd(key, entry);
        }

        index = new ExactIndex<TableEntry>(words, maskOf(length));
        index.TryAdd(key, entry);
        _byLength[length] = index;
        Publish();
        return true;
    }

    public void Remove(ulong[] key, int length)
    {
        if (_byLength.TryGetValue(length, out ExactIndex<TableEntry>? index))
        {
            index.Remove(key);
            if (index.Count == 0)
            {
                _byLength.Remove(length);
                Publish();
            }
        }
    }

    private void Publish() => _longestFirst = [.. _byLength.OrderByDescending(l => l.Key).Select(l => l.Value)];
}
