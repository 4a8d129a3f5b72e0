using Telemetry.Collector.Contracts;

namespace Telemetry.Tui.Model;

/// <summary>A multiset of integers as read from a <see cref="Distribution"/>: what quantiles are taken from. Immutable.</summary>
internal sealed class ValueCounts
{
    public static readonly ValueCounts Empty = new([], []);

    private readonly long[] _values; // ascending, distinct
    private readonly long[] _counts; // same length as _values

    private ValueCounts(long[] values, long[] counts)
    {
        _values = values;
        _counts = counts;
        foreach (long count in counts)
        {
            Count += count;
        }
    }

    /// <summary>How many values, repeats included.</summary>
    public long Count { get; }

    /// <summary>Largest value; null when empty.</summary>
    public long? Max => _values.Length == 0 ? null : _values[^1];

    /// <summary>Decodes the wire form; a count without a value, or a value without a count, is ignored.</summary>
    public static ValueCounts From(Distribution? source)
    {
        if (source is null || source.Deltas.Count == 0)
        {
            return Empty;
        }

        int length = Math.Min(source.Deltas.Count, source.Counts.Count);
        long[] values = new long[length];
        long[] counts = new long[length];
        ulong unit = 0;
        int shift = (int)Math.Min(source.Shift, 62);
        for (int i = 0; i < length; i++)
        {
            unit += source.Deltas[i];
            values[i] = (long)Math.Min(unit, (ulong)long.MaxValue >> shift) << shift;
            counts[i] = (long)Math.Min(source.Counts[i], long.MaxValue / 4096);
        }

        return new ValueCounts(values, counts);
    }

    /// <summary>The union of all parts, counts added.</summary>
    public static ValueCounts Merge(IReadOnlyList<ValueCounts> parts)
    {
        if (parts.Count == 0)
        {
            return Empty;
        }

        if (parts.Count == 1)
        {
            return parts[0];
        }

        SortedDictionary<long, long> all = [];
        foreach (ValueCounts part in parts)
        {
            for (int i = 0; i < part._values.Length; i++)
            {
                all[part._values[i]] = all.GetValueOrDefault(part._values[i]) + part._counts[i];
            }
        }

        return new ValueCounts([.. all.Keys], [.. all.Values]);
    }

    /// <summary>Nearest-rank quantile: the smallest value that at least <paramref name="fraction"/> (0..1) of all do not exceed; null when empty.</summary>
    public long? Quantile(double fraction)
    {
        if (Count <= 0)
        {
            return null;
        }

        long rank = Math.Clamp((long)Math.Ceiling(fraction * Count), 1, Count);
        long seen = 0;
        for (int i = 0; i < _values.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return _values[i];
            }
        }

        return Max;
    }
}
