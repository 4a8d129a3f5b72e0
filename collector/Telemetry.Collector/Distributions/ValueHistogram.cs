using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Telemetry.Collector.Distributions;

/// <summary>
/// A multiset of non-negative integers: exact while it holds at most <see cref="Limit"/> distinct values, then all
/// of them are rounded down to multiples of 2^<see cref="Shift"/>, so that any quantile is below the true one by
/// less than 2^Shift. One thread; <see cref="Add"/> allocates only while the table still grows.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "A histogram is not a collection of items to enumerate.")]
public sealed partial class ValueHistogram
{
    /// <summary>Distinct values kept for one window by default.</summary>
    public const int WindowLimit = 4096;

    /// <summary>Distinct values kept for a whole run by default.</summary>
    public const int RunLimit = 65536;

    private const int FirstBits = 2;

    // Open addressing with linear probing; a count of 0 marks a free place. Key and count share a cache line (benchmark decode-aggregate-6hop).
    private Entry[] _entries = new Entry[1 << FirstBits];
    private Entry[] _spare = [];
    private long[] _sortedKeys = [];
    private long[] _sortedCounts = [];
    private bool _sorted;
    private int _hashShift = 64 - FirstBits;

    /// <summary>Creates an empty one.</summary>
    /// <param name="limit">Distinct values before precision is halved, 2 to 2^24.</param>
    public ValueHistogram(int limit = WindowLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1 << 24);
        Limit = limit;
    }

    /// <summary>Distinct values before precision is halved.</summary>
    public int Limit { get; }

    /// <summary>Values are known to multiples of 2^Shift; 0 while exact.</summary>
    public int Shift { get; private set; }

    /// <summary>Distinct values held.</summary>
    public int Distinct { get; private set; }

    /// <summary>How many values were added.</summary>
    public long Count { get; private set; }

    /// <summary>Smallest value, rounded down to the precision; 0 when empty.</summary>
    public long Min => Count == 0 ? 0 : Quantile(0);

    /// <summary>Largest value, rounded down to the precision; 0 when empty.</summary>
    public long Max
    {
        get
        {
            long largest = 0;
            foreach (ref readonly Entry entry in _entries.AsSpan())
            {
                if (entry.Count > 0 && entry.Key > largest)
                {
                    largest = entry.Key;
                }
            }

            return largest << Shift;
        }
    }

    /// <summary>Mean of the values as kept; NaN when empty.</summary>
    public double Mean
    {
        get
        {
            double sum = 0;
            Sort();
            for (int i = 0; i < Distinct; i++)
            {
                sum += (double)(_sortedKeys[i] << Shift) * _sortedCounts[i];
            }

            return Count == 0 ? double.NaN : sum / Count;
        }
    }

    /// <summary>Adds a value.</summary>
    /// <param name="value">Not negative.</param>
    /// <param name="count">How often; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or the count is not positive.</exception>
    public void Add(long value, long count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        AddKey(value >> Shift, count);
    }

    /// <summary>Adds one value that is not negative: once a hop, so without a check.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddOne(long value)
    {
        long key = value >> Shift;

        // The hash has exactly as many bits as the table has places.
        ref Entry entry = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), (nint)(Hash(key) >> _hashShift));
        if (entry.Key == key && entry.Count > 0)
        {
            entry.Count++;
            Count++;
            _sorted = false;
        }
        else
        {
            AddKey(key, 1);
        }
    }

    /// <summary>Adds everything that another one holds; the coarser precision of the two remains.</summary>
    public void Merge(ValueHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        while (Shift < other.Shift)
        {
            Halve();
        }

        foreach (ref readonly Entry entry in other._entries.AsSpan())
        {
            if (entry.Count > 0)
            {
                // The shift is read each time: the table may halve its precision meanwhile.
                AddKey(entry.Key >> (Shift - other.Shift), entry.Count);
            }
        }
    }

    /// <summary>The value at nearest rank: the smallest one that at least this share of all values does not exceed.</summary>
    /// <param name="q">Share, 0 to 1; 0 gives the smallest value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside 0 to 1.</exception>
    /// <exception cref="InvalidOperationException">There are no values.</exception>
    public long Quantile(double q)
    {
        if (!(q is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(q), q, "A quantile's share is 0 to 1.");
        }

        if (Count == 0)
        {
            throw new InvalidOperationException("An empty histogram has no quantiles.");
        }

        Sort();
        long rank = Math.Clamp((long)Math.Ceiling(q * Count), 1, Count);
        long passed = 0;
        int at = 0;
        while (passed + _sortedCounts[at] < rank)
        {
            passed += _sortedCounts[at++];
        }

        return _sortedKeys[at] << Shift;
    }

    /// <summary>How many values, as kept, are at least this large.</summary>
    public long CountAtLeast(long value)
    {
        long count = 0;
        foreach (ref readonly Entry entry in _entries.AsSpan())
        {
            if (entry.Count > 0 && entry.Key << Shift >= value)
            {
                count += entry.Count;
            }
        }

        return count;
    }

    /// <summary>Empties it and makes it exact again; the memory stays.</summary>
    public void Clear()
    {
        if (Distinct > 0)
        {
            Array.Clear(_entries);
        }

        Distinct = 0;
        Count = 0;
        Shift = 0;
        _sorted = false;
    }

    private void AddKey(long key, long count)
    {
        Count = checked(Count + count);
        _sorted = false;
        ref Entry place = ref PlaceOf(key);
        if (place.Count > 0)
        {
            place.Count += count;
            return;
        }

        if (Distinct == Limit)
        {
            int before = Shift;
            while (Distinct == Limit)
            {
                Halve();
            }

            key >>= Shift - before;
            place = ref PlaceOf(key);
            if (place.Count > 0)
            {
                place.Count += count;
                return;
            }
        }

        place = new Entry(key, count);
        Distinct++;
        if (Distinct * 4L >= _entries.Length * 3L)
        {
            _hashShift--;
            _spare = new Entry[_entries.Length * 2];
            Rehash(0);
            _spare = [];
        }
    }

    private static ulong Hash(long key) => (ulong)key * 0x9E3779B97F4A7C15UL;

    private ref Entry PlaceOf(long key)
    {
        int mask = _entries.Length - 1;
        int at = (int)(Hash(key) >> _hashShift);
        while (_entries[at].Count > 0 && _entries[at].Key != key)
        {
            at = (at + 1) & mask;
        }

        return ref _entries[at];
    }

    private void Halve()
    {
        if (_spare.Length != _entries.Length)
        {
            _spare = new Entry[_entries.Length];
        }

        Shift++;
        Rehash(1);
    }

    private void Rehash(int shift)
    {
        (_entries, _spare) = (_spare, _entries);
        Array.Clear(_entries);
        _sorted = false;
        Distinct = 0;
        foreach (ref readonly Entry entry in _spare.AsSpan())
        {
            if (entry.Count > 0)
            {
                long key = entry.Key >> shift;
                ref Entry place = ref PlaceOf(key);
                Distinct += place.Count == 0 ? 1 : 0;
                place = new Entry(key, place.Count + entry.Count);
            }
        }
    }

    private void Sort()
    {
        if (_sorted)
        {
            return;
        }

        if (_sortedKeys.Length < Distinct)
        {
            _sortedKeys = new long[_entries.Length];
            _sortedCounts = new long[_entries.Length];
        }

        int n = 0;
        foreach (ref readonly Entry entry in _entries.AsSpan())
        {
            if (entry.Count > 0)
            {
                _sortedKeys[n] = entry.Key;
                _sortedCounts[n++] = entry.Count;
            }
        }

        Array.Sort(_sortedKeys, _sortedCounts, 0, n);
        _sorted = true;
    }

    private struct Entry(long key, long count)
    {
        public long Key = key;
        public long Count = count;
    }
}
