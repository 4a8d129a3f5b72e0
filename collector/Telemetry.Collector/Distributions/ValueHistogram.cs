using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Telemetry.Collector.Distributions;

/// <summary>
/// A multiset of non-negative integers: exact while it holds at most <see cref="Limit"/> distinct values, then each is rounded down to its highest
/// <see cref="Bits"/> binary digits, so that a quantile is never above the true one and below it by less than <see cref="RelativeError"/> of it. As many digits are
/// kept as fit the limit. Over a range of values of 1 to 2^r, 8 digits take 128 (r - 6) places: with a limit of 4096 the error stays below 0.8 % for r up to 38, so for
/// nanoseconds up to four minutes. Rounding is the same in every order of adding and merging. One thread; <see cref="Add"/> allocates only while the table still grows.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "A histogram is not a collection of items to enumerate.")]
public sealed partial class ValueHistogram
{
    /// <summary>Distinct values kept for one window by default.</summary>
    public const int WindowLimit = 4096;

    /// <summary>Distinct values kept for a whole run by default: with those of an hour, half a megabyte.</summary>
    public const int RunLimit = 16_384;

    /// <summary>Digits of an exact one: all of them.</summary>
    public const int AllBits = 63;

    // With one digit there are 64 values: 0 and the powers of two.
    private const int LeastLimit = 65;

    private const int FirstBits = 2;

    // Open addressing with linear probing; a count of 0 marks a free place. Key and count share a cache line (benchmark decode-aggregate-6hop).
    private Entry[] _entries = new Entry[1 << FirstBits];
    private Entry[] _spare = [];
    private long[] _sortedKeys = [];
    private long[] _sortedCounts = [];
    private bool _sorted;
    private int _hashShift = 64 - FirstBits;

    /// <summary>Creates an empty one.</summary>
    /// <param name="limit">Distinct values before digits are given up, 65 to 2^24.</param>
    public ValueHistogram(int limit = WindowLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, LeastLimit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1 << 24);
        Limit = limit;
    }

    /// <summary>Distinct values before digits are given up.</summary>
    public int Limit { get; }

    /// <summary>Highest binary digits that are kept of a value; <see cref="AllBits"/> while exact.</summary>
    public int Bits { get; private set; } = AllBits;

    /// <summary>A quantile is at least the true one times 1 less this; 0 while exact.</summary>
    public double RelativeError => Bits == AllBits ? 0 : Math.ScaleB(1, 1 - Bits);

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

            return largest;
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
                sum += (double)_sortedKeys[i] * _sortedCounts[i];
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
        AddKey(Rounded(value), count);
    }

    /// <summary>Adds one value that is not negative: once a hop, so without a check.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddOne(long value)
    {
        long key = Rounded(value);

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
        KeepAtMost(other.Bits);
        foreach (ref readonly Entry entry in other._entries.AsSpan())
        {
            if (entry.Count > 0)
            {
                // Rounded each time: the table may give up digits meanwhile.
                AddKey(Rounded(entry.Key), entry.Count);
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

        return _sortedKeys[at];
    }

    /// <summary>How many values, as kept, are at least this large.</summary>
    public long CountAtLeast(long value)
    {
        long count = 0;
        foreach (ref readonly Entry entry in _entries.AsSpan())
        {
            if (entry.Count > 0 && entry.Key >= value)
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
        Bits = AllBits;
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
            if (Bits == AllBits)
            {
                // Digits that no value has need not be tried one by one.
                KeepAtMost(Math.Max(1, 64 - BitOperations.LeadingZeroCount((ulong)Max)));
            }

            while (Distinct == Limit)
            {
                KeepAtMost(Bits - 1);
            }

            key = Rounded(key);
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
            Rehash();
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Rounded(long value)
    {
        int drop = 64 - BitOperations.LeadingZeroCount((ulong)value) - Bits;
        return drop <= 0 ? value : value >> drop << drop;
    }

    private void KeepAtMost(int bits)
    {
        if (bits >= Bits)
        {
            return;
        }

        if (_spare.Length != _entries.Length)
        {
            _spare = new Entry[_entries.Length];
        }

        Bits = bits;
        Rehash();
    }

    private void Rehash()
    {
        (_entries, _spare) = (_spare, _entries);
        Array.Clear(_entries);
        _sorted = false;
        Distinct = 0;
        foreach (ref readonly Entry entry in _spare.AsSpan())
        {
            if (entry.Count > 0)
            {
                long key = Rounded(entry.Key);
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
