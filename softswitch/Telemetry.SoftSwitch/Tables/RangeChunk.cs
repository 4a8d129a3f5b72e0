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
    private readonly ulong[][][] _bounds;
    private readonly ulong[][] _sets;
    private readonly int _setWords;

    public RangeChunk(TableEntry[] entries, RangeKey[] ranges)
    {
        _entries = entries;
        _ranges = ranges;
        _setWords = (entries.Length + 63) / 64;
        _live = new ulong[_setWords];
        for (int i = 0; i < entries.Length; i++)
        {
            _live[i / 64] |= 1UL << (i % 64);
        }

        _bounds = new ulong[ranges.Length][][];
        _sets = new ulong[ranges.Length][];
        for (int i = 0; i < ranges.Length; i++)
        {
            _bounds[i] = [.. entries.SelectMany(e => StartsOf(e.Ranges[i])).Distinct(BoundComparer.Instance).Order(BoundComparer.Instance)];
            _sets[i] = new ulong[_bounds[i].Length * _setWords];
            for (int entry = 0; entry < entries.Length; entry++)
            {
                EntryRange range = entries[entry].Ranges[i];
                for (int at = Array.BinarySearch(_bounds[i], range.Low, BoundComparer.Instance);
                    at < _bounds[i].Length && EntryRange.Compare(_bounds[i][at], 0, range.High) <= 0; at++)
                {
                    _sets[i][(at * _setWords) + (entry / 64)] |= 1UL << (entry % 64);
                }
            }
        }
    }

    public IEnumerable<TableEntry> Live => _entries.Where((_, i) => (_live[i / 64] & (1UL << (i % 64))) != 0);

    /// <summary>Takes an entry out; false when it is not here.</summary>
    public bool Remove(TableEntry entry)
    {
        if (entry.Beats(_entries[0]) || _entries[^1].Beats(entry))
        {
            return false;
        }

        int at = Array.IndexOf(_entries, entry);
        if (at >= 0)
        {
            _live[at / 64] &= ~(1UL << (at % 64));
        }

        return at >= 0;
    }

    public TableEntry? Find(ulong[] key)
    {
        Span<int> rows = stackalloc int[_ranges.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            int row = Interval(_bounds[i], key, _ranges[i].Slot);
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

    /// <summary>Where a range begins to hold values and where it ceases.</summary>
    private static IEnumerable<ulong[]> StartsOf(EntryRange range)
    {
        yield return range.Low;
        ulong[] after = [.. range.High];
        for (int i = 0; i < after.Length; i++)
        {
            if (++after[i] != 0)
            {
                yield return after;
                yield break;
            }
        }
    }

    /// <summary>The last bound that is not above the key's words; -1 when all are.</summary>
    private static int Interval(ulong[][] bounds, ulong[] key, int slot)
    {
        int low = 0;
        int high = bounds.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (EntryRange.Compare(key, slot, bounds[middle]) >= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    private sealed class BoundComparer : IComparer<ulong[]>, IEqualityComparer<ulong[]>
    {
        public static readonly BoundComparer Instance = new();

        public int Compare(ulong[]? x, ulong[]? y) => EntryRange.Compare(x!, 0, y!);

        public bool Equals(ulong[]? x, ulong[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ulong[] obj) => obj[0].GetHashCode();
    }
}
