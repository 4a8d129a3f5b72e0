using System.Collections.Concurrent;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>How a table's matches become words, and which structure finds them. Immutable: any thread prepares entries with it.</summary>
internal sealed class KeyLayout
{
    private const int MaxCachedWidth = 128;

    /// <summary>Masks by width and length: an insert needs several, and big integers are dear to make.</summary>
    private static readonly ConcurrentDictionary<int, BigInteger[]> PrefixMasks = new();

    private readonly KeyDef[] _keys;
    private readonly int _prefixKey;

    public KeyLayout(TableDef definition)
    {
        _keys = [.. definition.Keys];
        Words = definition.KeyWords;
        _prefixKey = Array.FindIndex(_keys, k => k.Kind == MatchKind.Lpm);
        Ranges = [.. _keys.Select((k, i) => (Key: k, Index: i)).Where(k => k.Key.Kind == MatchKind.Range).Select(k => new RangeKey(k.Index, k.Key.Slot, k.Key.Words))];
        Strategy = _keys.Length == 0 ? LookupStrategy.Keyless
            : _keys.All(k => k.Kind == MatchKind.Exact) ? LookupStrategy.Exact
            : _keys.Count(k => k.Kind == MatchKind.Lpm) == 1 && _keys.All(k => k.Kind is MatchKind.Exact or MatchKind.Lpm) ? LookupStrategy.Prefix
            : Ranges.Length > 0 ? LookupStrategy.Range
            : LookupStrategy.Ternary;
        HasPriorities = _keys.Any(k => k.Kind is MatchKind.Ternary or MatchKind.Range);
    }

    public LookupStrategy Strategy { get; }

    /// <summary>Words of a look-up key.</summary>
    public int Words { get; }

    public RangeKey[] Ranges { get; }

    /// <summary>True when entries carry a priority: the table has a ternary, optional or range key.</summary>
    public bool HasPriorities { get; }

    /// <summary>An entry that no table has yet, or that stands for one to be found.</summary>
    public TableEntry Entry(MatchValue[] match, int priority)
    {
        TableEntry entry = new() { Match = match, Priority = priority };
        Prepare(entry);
        return entry;
    }

    /// <summary>Sets what the entry's match and priority imply; bits that do not count become 0.</summary>
    public void Prepare(TableEntry entry)
    {
        MatchValue[] match = entry.Match;
        ulong[] key = new ulong[Words];
        ulong[]? mask = Strategy is LookupStrategy.Ternary or LookupStrategy.Range ? new ulong[Words] : null;
        for (int i = 0; i < _keys.Length; i++)
        {
            KeyDef definition = _keys[i];
            if (!IsCanonical(match[i], definition))
            {
                match[i] = Canonical(match[i], definition);
            }

            if (definition.Kind != MatchKind.Range)
            {
                Execution.Words.Put(key, definition.Slot, definition.Width, match[i].Value);
                if (mask is not null)
                {
                    PutMask(mask, definition, match[i]);
                }
            }
        }

        entry.Key = key;
        entry.Mask = mask;
        entry.PrefixLength = _prefixKey < 0 ? 0 : match[_prefixKey].PrefixLength;
        entry.Rank = HasPriorities ? entry.Priority : entry.PrefixLength;
        if (Ranges.Length > 0)
        {
            EntryRange[] ranges = new EntryRange[Ranges.Length];
            for (int i = 0; i < ranges.Length; i++)
            {
                ranges[i] = RangeOf(match[Ranges[i].Key], _keys[Ranges[i].Key]);
            }

            entry.Ranges = ranges;
        }
    }

    /// <summary>The mask of every key's bits that count where the prefix has a length.</summary>
    public ulong[] MaskOfPrefix(int length)
    {
        ulong[] mask = new ulong[Words];
        foreach (KeyDef key in _keys)
        {
            PutMask(mask, key, new MatchValue(0, 0, length));
        }

        return mask;
    }

    /// <summary>The match with everything that does not count set to 0.</summary>
    public static MatchValue Canonical(MatchValue match, KeyDef key) => key.Kind switch
    {
        MatchKind.Exact => new MatchValue(match.Value, 0, 0),
        MatchKind.Lpm => new MatchValue(match.Value & PrefixMask(key.Width, match.PrefixLength), 0, match.PrefixLength),
        MatchKind.Ternary => new MatchValue(match.Value & match.Mask, match.Mask, 0),
        _ => new MatchValue(match.Value, match.Mask, 0),
    };

    /// <summary>The first <paramref name="length"/> of <paramref name="width"/> bits set.</summary>
    public static BigInteger PrefixMask(int width, int length)
    {
        if (width > MaxCachedWidth)
        {
            BigInteger all = (BigInteger.One << width) - 1;
            return length <= 0 ? BigInteger.Zero : length >= width ? all : all - ((BigInteger.One << (width - length)) - 1);
        }

        BigInteger[] masks = PrefixMasks.GetOrAdd(width, static w =>
        {
            BigInteger all = (BigInteger.One << w) - 1;
            BigInteger[] made = new BigInteger[w + 1];
            for (int i = 1; i <= w; i++)
            {
                made[i] = all - ((BigInteger.One << (w - i)) - 1);
            }

            return made;
        });
        return masks[Math.Clamp(length, 0, width)];
    }

    /// <summary>True when <see cref="Canonical"/> would change nothing; without big numbers where words do.</summary>
    private static bool IsCanonical(in MatchValue match, KeyDef key)
    {
        switch (key.Kind)
        {
            case MatchKind.Exact:
                return match.Mask.IsZero && match.PrefixLength == 0;
            case MatchKind.Lpm when key.Width <= 64:
                return match.Mask.IsZero && match.PrefixLength >= 0 && match.PrefixLength <= key.Width && ((ulong)match.Value & ~WordMask(key.Width, match.PrefixLength)) == 0;
            case MatchKind.Ternary when key.Width <= 64:
                return match.PrefixLength == 0 && ((ulong)match.Value & ~(ulong)match.Mask) == 0;
            case MatchKind.Range:
                return match.PrefixLength == 0;
            default:
                return false;
        }
    }

    private static ulong WordMask(int width, int length) => length <= 0 ? 0 : (ulong.MaxValue << (64 - Math.Min(length, width))) >> (64 - width);

    private static void PutMask(ulong[] mask, KeyDef key, in MatchValue match)
    {
        if (key.Width <= 64)
        {
            mask[key.Slot] = key.Kind switch
            {
                MatchKind.Exact => WordMask(key.Width, key.Width),
                MatchKind.Lpm => WordMask(key.Width, match.PrefixLength),
                MatchKind.Ternary => (ulong)match.Mask,
                _ => 0,
            };
            return;
        }

        Execution.Words.Put(mask, key.Slot, key.Width, key.Kind switch
        {
            MatchKind.Exact => PrefixMask(key.Width, key.Width),
            MatchKind.Lpm => PrefixMask(key.Width, match.PrefixLength),
            MatchKind.Ternary => match.Mask,
            _ => BigInteger.Zero,
        });
    }

    private static EntryRange RangeOf(in MatchValue match, KeyDef key)
    {
        ulong[] low = new ulong[key.Words];
        ulong[] high = new ulong[key.Words];
        Execution.Words.Put(low, 0, key.Width, match.Value);
        Execution.Words.Put(high, 0, key.Width, match.Mask);
        return new EntryRange(low, high);
    }
}
