using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Distributions;

/// <summary>
/// The values of one entity in one window: first in a buffer that lies in its owner, from there many at once in a table with 8 bytes a value, and only with large values
/// or very many in a <see cref="ValueHistogram"/>. So a value costs no cache line of its own, those of a full buffer come from memory side by side, and an entity with few
/// values has neither table nor histogram (benchmark decode-aggregate-6hop). A part of its owner, not to be copied.
/// </summary>
/// <param name="limit">Distinct values before digits are given up, 65 or more.</param>
internal struct WindowValues(int limit)
{
    private const int Buffered = 16;
    private const int FirstBits = 5;

    // Open addressing with linear probing: a value in the upper half, how often it came in the lower; 0 is a free place.
    private ulong[] _table = [];
    private ValueHistogram? _histogram;
    private Buffer _buffer;
    private int _count;
    private int _distinct;
    private int _hashShift;
    private bool _isBeyond;

    public readonly bool IsEmpty => _count == 0 && _distinct == 0 && !_isBeyond;

    /// <summary>Adds a value that is not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long value)
    {
        if (value > uint.MaxValue || _count == Buffered)
        {
            Spill(value);
            return;
        }

        _buffer[_count++] = (uint)value;
    }

    /// <summary>All values as the contract carries them.</summary>
    public Distribution ToDistribution()
    {
        if (_distinct > 0 || _isBeyond)
        {
            Spill();
        }

        if (_isBeyond)
        {
            Pour();
            return _histogram!.ToDistribution();
        }

        ulong[] sorted = ArrayPool<ulong>.Shared.Rent(Math.Max(_distinct, Buffered));
        int n = 0;
        foreach (uint value in ((ReadOnlySpan<uint>)_buffer)[.._count])
        {
            sorted[n++] = ((ulong)value << 32) | 1;
        }

        foreach (ulong entry in _distinct > 0 ? _table : [])
        {
            if (entry != 0)
            {
                sorted[n++] = entry;
            }
        }

        InOrder(sorted.AsSpan(0, n));
        Distribution result = Told(sorted.AsSpan(0, n));
        ArrayPool<ulong>.Shared.Return(sorted);
        return result;
    }

    /// <summary>Empties it; the memory stays.</summary>
    public void Clear()
    {
        if (_distinct > 0)
        {
            Array.Clear(_table);
        }

        if (_isBeyond)
        {
            _histogram!.Clear();
        }

        (_count, _distinct, _isBeyond) = (0, 0, false);
    }

    // Values that lie close together, as latencies and depths of one port do, are put where they belong instead of being compared.
    private static void InOrder(Span<ulong> entries)
    {
        ulong least = ulong.MaxValue;
        ulong most = 0;
        foreach (ulong entry in entries)
        {
            least = Math.Min(least, entry);
            most = Math.Max(most, entry);
        }

        long range = entries.Length == 0 ? 0 : (long)((most >> 32) - (least >> 32)) + 1;
        if (entries.Length < Buffered || range > entries.Length * 8L)
        {
            entries.Sort();
            return;
        }

        uint[] counts = ArrayPool<uint>.Shared.Rent((int)range);
        Span<uint> countOf = counts.AsSpan(0, (int)range);
        countOf.Clear();
        int first = (int)(least >> 32);
        foreach (ulong entry in entries)
        {
            countOf[(int)(uint)(entry >> 32) - first] += (uint)entry;
        }

        int n = 0;
        for (int i = 0; i < countOf.Length; i++)
        {
            if (countOf[i] > 0)
            {
                entries[n++] = ((least >> 32) + (uint)i) << 32 | countOf[i];
            }
        }

        entries[n..].Clear(); // those that were there more than once
        ArrayPool<uint>.Shared.Return(counts);
    }

    // Values may be there more than once; without a count there is none.
    private static Distribution Told(ReadOnlySpan<ulong> entries)
    {
        Distribution result = new();
        result.Deltas.Capacity = entries.Length;
        result.Counts.Capacity = entries.Length;
        ulong before = 0;
        for (int i = 0; i < entries.Length;)
        {
            ulong value = entries[i] >> 32;
            ulong count = 0;
            for (; i < entries.Length && entries[i] >> 32 == value; i++)
            {
                count += (uint)entries[i];
            }

            if (count == 0)
            {
                break;
            }

            result.Deltas.Add(value - before);
            result.Counts.Add(count);
            before = value;
        }

        return result;
    }

    private void Spill(long value)
    {
        Spill();
        if (value <= uint.MaxValue)
        {
            _buffer[_count++] = (uint)value;
            return;
        }

        _isBeyond = true;
        _histogram ??= new ValueHistogram(limit);
        _histogram.AddOne(value);
    }

    /// <summary>Moves what is in the buffer on.</summary>
    private void Spill()
    {
        if (_distinct + Buffered > _table.Length * 3 / 4)
        {
            Grow();
        }

        int distinct = _distinct;
        int mask = _table.Length - 1;
        int shift = _hashShift;
        ref ulong table = ref MemoryMarshal.GetArrayDataReference(_table);
        foreach (uint value in ((ReadOnlySpan<uint>)_buffer)[.._count])
        {
            for (uint at = (value * 0x9E3779B1u) >> shift; ; at = (at + 1) & (uint)mask)
            {
                ref ulong entry = ref Unsafe.Add(ref table, (nint)at);
                if (entry >> 32 == value && entry != 0)
                {
                    entry++;
                    break;
                }

                if (entry == 0)
                {
                    entry = ((ulong)value << 32) | 1;
                    distinct++;
                    break;
                }
            }
        }

        (_count, _distinct) = (0, distinct);
        if (distinct > limit - Buffered)
        {
            _isBeyond = true;
            Pour();
        }
    }

    private void Grow()
    {
        ulong[] old = _table;
        int bits = old.Length == 0 ? FirstBits : 32 - _hashShift + 1;
        _table = new ulong[1 << bits];
        _hashShift = 32 - bits;
        foreach (ulong entry in old)
        {
            if (entry != 0)
            {
                uint at = ((uint)(entry >> 32) * 0x9E3779B1u) >> _hashShift;
                while (_table[at] != 0)
                {
                    at = (at + 1) & (uint)(_table.Length - 1);
                }

                _table[at] = entry;
            }
        }
    }

    /// <summary>Moves what is in the table to the histogram.</summary>
    private void Pour()
    {
        _histogram ??= new ValueHistogram(limit);
        foreach (ref ulong entry in _distinct > 0 ? _table.AsSpan() : [])
        {
            if (entry != 0)
            {
                _histogram.Add((long)(entry >> 32), (uint)entry);
                entry = 0;
            }
        }

        _distinct = 0;
    }

    [InlineArray(Buffered)]
    private struct Buffer
    {
        private uint _first;
    }
}
