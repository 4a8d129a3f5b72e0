namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Open-addressing hash table from keys of a fixed number of words to entries. Masked words let one index serve
/// all entries of one prefix length.
/// </summary>
internal sealed class ExactIndex(int words, ulong[]? mask)
{
    private ulong[] _keys = new ulong[words * 8];
    private TableEntry?[] _entries = new TableEntry?[8];
    private int _count;

    public int Count => _count;

    public TableEntry? Find(ulong[] key)
    {
        int slotMask = _entries.Length - 1;
        int slot = (int)HashOf(key) & slotMask;
        while (_entries[slot] is TableEntry entry)
        {
            if (Matches(slot * words, key))
            {
                return entry;
            }

            slot = (slot + 1) & slotMask;
        }

        return null;
    }

    /// <summary>Adds or replaces.</summary>
    public void Set(ulong[] key, TableEntry entry)
    {
        if ((_count + 1) * 2 > _entries.Length)
        {
            Grow();
        }

        int slotMask = _entries.Length - 1;
        int slot = (int)HashOf(key) & slotMask;
        while (_entries[slot] is not null)
        {
            if (Matches(slot * words, key))
            {
                _entries[slot] = entry;
                return;
            }

            slot = (slot + 1) & slotMask;
        }

        Put(slot, key, entry);
        _count++;
    }

    public void Remove(ulong[] key)
    {
        int slotMask = _entries.Length - 1;
        int slot = (int)HashOf(key) & slotMask;
        while (_entries[slot] is not null && !Matches(slot * words, key))
        {
            slot = (slot + 1) & slotMask;
        }

        if (_entries[slot] is null)
        {
            return;
        }

        _count--;
        _entries[slot] = null;
        for (int next = (slot + 1) & slotMask; _entries[next] is TableEntry moved; next = (next + 1) & slotMask)
        {
            ulong[] movedKey = _keys.AsSpan(next * words, words).ToArray();
            _entries[next] = null;
            int to = (int)HashOf(movedKey) & slotMask;
            while (_entries[to] is not null)
            {
                to = (to + 1) & slotMask;
            }

            Put(to, movedKey, moved);
        }
    }

    private void Put(int slot, ulong[] key, TableEntry entry)
    {
        _entries[slot] = entry;
        for (int i = 0; i < words; i++)
        {
            _keys[(slot * words) + i] = mask is null ? key[i] : key[i] & mask[i];
        }
    }

    private void Grow()
    {
        TableEntry?[] oldEntries = _entries;
        ulong[] oldKeys = _keys;
        _entries = new TableEntry?[oldEntries.Length * 2];
        _keys = new ulong[oldKeys.Length * 2];
        int slotMask = _entries.Length - 1;
        ulong[] key = new ulong[words];
        for (int old = 0; old < oldEntries.Length; old++)
        {
            if (oldEntries[old] is TableEntry entry)
            {
                Array.Copy(oldKeys, old * words, key, 0, words);
                int slot = (int)HashOf(key) & slotMask;
                while (_entries[slot] is not null)
                {
                    slot = (slot + 1) & slotMask;
                }

                Put(slot, key, entry);
            }
        }
    }

    private bool Matches(int at, ulong[] key)
    {
        for (int i = 0; i < words; i++)
        {
            if (_keys[at + i] != (mask is null ? key[i] : key[i] & mask[i]))
            {
                return false;
            }
        }

        return true;
    }

    private uint HashOf(ulong[] key)
    {
        ulong hash = 0;
        for (int i = 0; i < words; i++)
        {
            hash = (hash ^ (mask is null ? key[i] : key[i] & mask[i])) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
        }

        return (uint)hash;
    }
}
