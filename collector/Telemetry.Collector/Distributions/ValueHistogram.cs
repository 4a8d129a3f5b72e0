using System.Diagnostics.CodeAnalysis;

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

    private const int FirstCapacity = 16;

    // Open addressing with linear probing; a count of 0 marks a free place.
    private long[] _keys = new long[FirstCapacity];
    private long[] _counts = new long[FirstCapacity];
    private long[] _spareKeys = [];
    private long[] _spareCounts = [];
    private long[] _sortedKeys = [];
    private long[] _sortedCounts = [];
    private bool _sorted;
    private int _bits = 4;

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
            for (int i = 0; i < _keys.Length; i++)
            {
                if (_counts[i] > 0 && _keys[i] > largest)
                {
                    largest = _keys[i];
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

    /// <summary>Adds everything that another one holds; the coarser precision of the two remains.</summary>
    public void Merge(ValueHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        while (Shift < other.Shift)
        {
            Halve();
        }

        for (int i = 0; i < other._keys.Length; i++)
        {
            if (other._counts[i] > 0)
            {
                // The shift is read each time: the table may halve its precision meanwhile.
                AddKey(other._keys[i] >> (Shift - other.Shift), other._counts[i]);
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
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_counts[i] > 0 && _keys[i] << Shift >= value)
            {
                count += _counts[i];
            }
        }

        return count;
    }

    /// <summary>Empties it and makes it exact again; the memory stays.</summary>
    public void Clear()
    {
        if (Distinct > 0)
        {
            Array.Clear(_counts);
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
        int at = PlaceOf(key);
        if (_counts[at] > 0)
        {
            _counts[at] += count;
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
            at = PlaceOf(key);
            if (_counts[at] > 0)
            {
                _counts[at] += count;
                return;
            }
        }

        _keys[at] = key;
        _counts[at] = count;
        Distinct++;
        if (Distinct * 4L >= _keys.Length * 3L)
        {
            _bits++;
            _spareKeys = new long[1 << _bits];
            _spareCounts = new long[1 << _bits];
            Rehash(0);
        }
    }

    private int PlaceOf(long key)
    {
        int mask = _keys.Length - 1;
        int at = (int)(((ulong)key * 0x9E3779B97F4A7C15UL) >> (64 - _bits));
        while (_counts[at] > 0 && _keys[at] != key)
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    private void Halve()
    {
        if (_spareKeys.Length != _keys.Length)
        {
            _spareKeys = new long[_keys.Length];
            _spareCounts = new long[_keys.Length];
        }

        Shift++;
        Rehash(1);
    }

    private void Rehash(int shift)
    {
        (_keys, _spareKeys) = (_spareKeys, _keys);
        (_counts, _spareCounts) = (_spareCounts, _counts);
        Array.Clear(_counts);
        _sorted = false;
        Distinct = 0;
        for (int i = 0; i < _spareKeys.Length; i++)
        {
            if (_spareCounts[i] > 0)
            {
                int at = PlaceOf(_spareKeys[i] >> shift);
                Distinct += _counts[at] == 0 ? 1 : 0;
                _keys[at] = _spareKeys[i] >> shift;
                _counts[at] += _spareCounts[i];
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
            _sortedKeys = new long[_keys.Length];
            _sortedCounts = new long[_keys.Length];
        }

        int n = 0;
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_counts[i] > 0)
            {
                _sortedKeys[n] = _keys[i];
                _sortedCounts[n++] = _counts[i];
            }
        }

        Array.Sort(_sortedKeys, _sortedCounts, 0, n);
        _sorted = true;
    }
}
