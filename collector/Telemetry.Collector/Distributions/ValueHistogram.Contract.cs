using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Distributions;

public sealed partial class ValueHistogram
{
    /// <summary>The same multiset as the contract carries it; no values give a message without entries.</summary>
    public Distribution ToDistribution()
    {
        Sort();
        Distribution result = new() { Bits = Bits == AllBits ? 0 : (uint)Bits };
        result.Deltas.Capacity = Distinct;
        result.Counts.Capacity = Distinct;
        long before = 0;
        for (int i = 0; i < Distinct; i++)
        {
            result.Deltas.Add((ulong)(_sortedKeys[i] - before));
            result.Counts.Add((ulong)_sortedCounts[i]);
            before = _sortedKeys[i];
        }

        return result;
    }

    /// <summary>The multiset that a message carries.</summary>
    /// <param name="source">The message; null and empty ones give an empty multiset.</param>
    /// <param name="limit">Distinct values before digits are given up.</param>
    /// <exception cref="FormatException">The message is no multiset: lengths differ, a count is 0, values do not ascend or overflow.</exception>
    public static ValueHistogram FromDistribution(Distribution? source, int limit = WindowLimit)
    {
        ValueHistogram result = new(limit);
        return result.TryMerge(source)
            ? result
            : throw new FormatException("The distribution's values do not ascend, overflow, or do not match its counts.");
    }

    /// <summary>Adds what a message carries; a message that is no multiset changes nothing.</summary>
    /// <returns>False when the message is no multiset.</returns>
    public bool TryMerge(Distribution? source)
    {
        if (source is null || source.Deltas.Count == 0)
        {
            return source is null || source.Counts.Count == 0;
        }

        if (!IsValid(source, Count))
        {
            return false;
        }

        if (source.Bits > 0)
        {
            KeepAtMost((int)source.Bits);
        }

        int shift = (int)source.Shift;
        long key = 0;
        for (int i = 0; i < source.Deltas.Count; i++)
        {
            key += (long)source.Deltas[i];
            AddKey(Rounded(key << shift), (long)source.Counts[i]);
        }

        return true;
    }

    private static bool IsValid(Distribution source, long countBefore)
    {
        if (source.Shift > 62 || source.Bits > AllBits || source.Deltas.Count != source.Counts.Count)
        {
            return false;
        }

        ulong largest = (ulong)long.MaxValue >> (int)source.Shift;
        ulong key = 0;
        ulong total = (ulong)countBefore;
        for (int i = 0; i < source.Deltas.Count; i++)
        {
            ulong delta = source.Deltas[i];
            ulong count = source.Counts[i];
            if ((i > 0 && delta == 0) || delta > largest - key || count == 0 || count > long.MaxValue - total)
            {
                return false;
            }

            key += delta;
            total += count;
        }

        return true;
    }
}
