using System.Numerics;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Up to <see cref="Size"/> entries, best first. The bounds of each range key cut its values into intervals, and each
/// interval has the set of entries that hold it as bits: the first bit that all keys' sets share is the winner.
/// </summary>
internal sealed class RangeChunk
{
    public const int Size = 512;
    private readonly TableEntry[] _entries;
    private readonly ulong[] _live;
    private readonly RangeKey[] _ranges;

    /// <summary>For each range key where its intervals begin, ascending, in words, low word first.</summary>
    private readonly ulong[][] _bounds;
    private readonly ulong[][] _sets;
    private readonly int _setWords;

    /// <param name="entries">Best first.</param>
    /// <param name="ranges">The table's range keys.</param>
    public RangeChunk(TableEntry[] entries, RangeKey[] ranges)
    {
        _entries = entries;
        _ranges = ranges;
        Count = entries.Length;
        _setWords = (entries.Length + 63) / 64;
        _live = new ulong[_setWords];
        for (int i = 0; i < entries.Length; i++)
        {
            _live[i / 64] |= 1UL << (i % 64);
        }

        _bounds = new ulong[ranges.Length][];
        _sets = new ulong[ranges.Length][];
        for (int i = 0; i < ranges.Length; i++)
        {
            _bounds[i] = ranges[i].Words == 1 ? BoundsOfWords(i) : BoundsOfLong(i, ranges[i].Words);
            _sets[i] = SetsOf(i, ranges[i].Words);
        }
    }

    /// <summary>Entries that are still in.</summary>
    public int Count { get; private set; }

    /// <summary>The entry that beats all others, though it may be out again.</summary>
    public TableEntry Best => _entries[0];

    public void AddLive(List<TableEntry> to)
    {
        for (int i = 0; i < _entries.Length; i++)
        {
            if ((_live[i / 64] & (1UL << (i % 64))) != 0)
            {
                to.Add(_entries[i]);
            }
        }
    }

    /// <summary>Takes an entry out; false when it is not here.</summary>
    public bool Remove(TableEntry entry)
    {
        if (entry.Beats(_entries[0]) || _entries[^1].Beats(entry))
        {
            return false;
        }

        int at = Array.IndexOf(_entries, entry);
        if (at < 0)
        {
            return false;
        }

        _live[at / 64] &= ~(1UL << (at % 64));
        Count--;
        return true;
    }

    public TableEntry? Find(ulong[] key)
    {
        Span<int> rows = stackalloc int[_ranges.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            int row = Interval(_bounds[i], _ranges[i].Words, key.AsSpan(_ranges[i].Slot, _ranges[i].Words));
            if (row < 0)
            {
                return null;
            }

            rows[i] = row * _setWords;
        }

        for (int word = 0; word < _setWords; word++)
        {
            ulong set = _live[word];
            for (int i = 0; i < rows.Length; i++)
            {
                set &= _sets[i][rows[i] + word];
            }

            if (set != 0)
            {
                return _entries[(word * 64) + BitOperations.TrailingZeroCount(set)];
            }
        }

        return null;
    }

    /// <summary>The last bound that is not above the words of a value; -1 when all are.</summary>
    private static int Interval(ulong[] bounds, int words, ReadOnlySpan<ulong> value)
    {
        int low = 0;
        int high = bounds.Length / words;
        while (low < high)
        {
            int middle = (low + high) / 2;
            bool isAbove = words == 1 ? bounds[middle] > value[0] : Compare(bounds.AsSpan(middle * words, words), value) > 0;
            if (isAbove)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low - 1;
    }

    private static int Compare(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        for (int i = left.Length - 1; i >= 0; i--)
        {
            if (left[i] != right[i])
            {
                return left[i] < right[i] ? -1 : 1;
            }
        }

        return 0;
    }

    /// <summary>The number after a range's last; false when there is none.</summary>
    private static bool TryAfter(ReadOnlySpan<ulong> last, Span<ulong> after)
    {
        last.CopyTo(after);
        for (int i = 0; i < after.Length; i++)
        {
            if (++after[i] != 0)
            {
                return true;
            }
        }

        return false;
    }

    private ulong[] BoundsOfWords(int range)
    {
        ulong[] all = new ulong[2 * _entries.Length];
        int count = 0;
        foreach (TableEntry entry in _entries)
        {
            all[count++] = entry.Ranges[range].Low[0];
            ulong after = entry.Ranges[range].High[0] + 1;
            if (after != 0)
            {
                all[count++] = after;
            }
        }

        Array.Sort(all, 0, count);
        int distinct = 0;
        for (int i = 0; i < count; i++)
        {
            if (i == 0 || all[i] != all[distinct - 1])
            {
                all[distinct++] = all[i];
            }
        }

        return all[..distinct];
    }

    private ulong[] BoundsOfLong(int range, int words)
    {
        List<ulong[]> all = new(2 * _entries.Length);
        foreach (TableEntry entry in _entries)
        {
            all.Add(entry.Ranges[range].Low);
            ulong[] after = new ulong[words];
            if (TryAfter(entry.Ranges[range].High, after))
            {
                all.Add(after);
            }
        }

        all.Sort((a, b) => Compare(a, b));
        List<ulong> bounds = new(all.Count * words);
        for (int i = 0; i < all.Count; i++)
        {
            if (i == 0 || Compare(all[i], all[i - 1]) != 0)
            {
                bounds.AddRange(all[i]);
            }
        }

        return [.. bounds];
    }

    /// <summary>Each entry's bit changes where its range begins and where it has ended; between, the sets carry over.</summary>
    private ulong[] SetsOf(int range, int words)
    {
        ulong[] bounds = _bounds[range];
        ulong[] sets = new ulong[bounds.Length / words * _setWords];
        Span<ulong> after = stackalloc ulong[words];
        for (int i = 0; i < _entries.Length; i++)
        {
            EntryRange held = _entries[i].Ranges[range];
            sets[(Interval(bounds, words, held.Low) * _setWords) + (i / 64)] ^= 1UL << (i % 64);
            if (TryAfter(held.High, after))
            {
                sets[(Interval(bounds, words, after) * _setWords) + (i / 64)] ^= 1UL << (i % 64);
            }
        }

        for (int i = _setWords; i < sets.Length; i++)
        {
            sets[i] ^= sets[i - _setWords];
        }

        return sets;
    }
}
