using System.Collections.Concurrent;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Entries of one table of one switch. A write is one step to packets. Exact tables are one hash table, prefix tables
/// one for each length, the rest hash tables by mask with ranges sorted out inside.
/// </summary>
internal sealed class Table
{
    private enum Strategy
    {
        Keyless, Exact, Prefix, Ternary,
    }

    private const int MaxCachedWidth = 128;

    /// <summary>Masks by width and length: an insert needs several, and big integers are dear to make.</summary>
    private static readonly ConcurrentDictionary<int, BigInteger[]> PrefixMasks = new();

    private readonly Strategy _strategy;
    private readonly int _words;
    private readonly KeyDef[] _keys;
    private readonly int _prefixKey;
    private readonly RangeKey[] _ranges;
    private readonly ExactIndex<TableEntry>? _exact;
    private readonly PrefixIndex? _prefix;
    private readonly TernaryIndex? _ternary;

    /// <summary>Entries by identity where buckets may be long: tables with ranges.</summary>
    private readonly Dictionary<EntryKey, TableEntry>? _ranged;
    private readonly bool _keepsHits;
    private long _order;

    public Table(TableDef definition)
    {
        Definition = definition;
        _keys = [.. definition.Keys];
        _words = definition.KeyWords;
        _keepsHits = definition.SupportsIdleTimeout;
        _prefixKey = Array.FindIndex(_keys, k => k.Kind == MatchKind.Lpm);
        _ranges = [.. _keys.Select((k, i) => (Key: k, Index: i)).Where(k => k.Key.Kind == MatchKind.Range).Select(k => new RangeKey(k.Index, k.Key.Slot, k.Key.Words))];
        _strategy = _keys.Length == 0 ? Strategy.Keyless
            : _keys.All(k => k.Kind == MatchKind.Exact) ? Strategy.Exact
            : _keys.Count(k => k.Kind == MatchKind.Lpm) == 1 && _keys.All(k => k.Kind is MatchKind.Exact or MatchKind.Lpm) ? Strategy.Prefix
            : Strategy.Ternary;
        _exact = _strategy == Strategy.Exact ? new ExactIndex<TableEntry>(_words, null) : null;
        _prefix = _strategy == Strategy.Prefix ? new PrefixIndex(_words, MaskOfPrefix) : null;
        _ternary = _strategy == Strategy.Ternary ? new TernaryIndex(_words, _ranges) : null;
        _ranged = _ranges.Length > 0 ? [] : null;
        Default = new TableEntry { IsDefault = true };
        Default.SetAction(definition.DefaultAction, definition.DefaultData);
        Default.EnterTable();
        int highest = definition.Entries.Select(e => e.Priority).DefaultIfEmpty(0).Max();
        foreach (EntryDef entry in definition.Entries)
        {
            TableEntry added = new() { Match = [.. entry.Match.Zip(_keys, Canonical)], Priority = HasPriorities ? highest - entry.Priority + 1 : 0, IsConst = true };
            added.SetAction(entry.Action, entry.Data);
            if (Find(added.Match, added.Priority) is null)
            {
                Insert(added);
            }
        }
    }

    public TableDef Definition { get; }

    public TableEntry Default { get; }

    /// <summary>True when entries carry a priority: the table has a ternary, optional or range key.</summary>
    public bool HasPriorities => _strategy == Strategy.Ternary && _keys.Any(k => k.Kind is MatchKind.Ternary or MatchKind.Range);

    public int Count { get; private set; }

    /// <summary>Entries in order of insertion.</summary>
    public IEnumerable<TableEntry> Entries => _strategy switch
    {
        Strategy.Exact => _exact!.Items.OrderBy(e => e.Order),
        Strategy.Prefix => _prefix!.Items.OrderBy(e => e.Order),
        Strategy.Ternary => _ternary!.Items.OrderBy(e => e.Order),
        _ => [],
    };

    /// <summary>The entry that the words of a key select; null when none matches.</summary>
    public TableEntry? Lookup(ulong[] key) => _strategy switch
    {
        Strategy.Exact => _exact!.Find(key),
        Strategy.Prefix => _prefix!.Find(key),
        Strategy.Ternary => _ternary!.Find(key),
        _ => null,
    };

    /// <summary>What the key selects, counted; the default entry when nothing matches.</summary>
    public TableEntry Apply(SwitchState state, PacketState packet)
    {
        TableEntry entry = Lookup(state.Key) ?? Default;
        if (state.Later is not null)
        {
            state.Later.Hit(entry, packet.IngressLength, state.NowNs);
            return entry;
        }

        entry.Packets++;
        entry.Bytes += packet.IngressLength;
        if (_keepsHits)
        {
            entry.LastHitNs = state.NowNs;
        }

        return entry;
    }

    /// <summary>Runs the entry's direct meter; an entry without one is green.</summary>
    public static ulong ExecuteMeter(TableEntry entry, SwitchState state, PacketState packet) =>
        entry.Meter?.Execute(packet.IngressLength, state.NowNs) ?? 0;

    /// <summary>The entry of exactly this match, bits that do not count being 0.</summary>
    public TableEntry? Find(MatchValue[] match, int priority)
    {
        switch (_strategy)
        {
            case Strategy.Exact:
                return _exact!.Find(KeyOf(match));
            case Strategy.Prefix:
                return _prefix!.Find(KeyOf(match), match[_prefixKey].PrefixLength);
            case Strategy.Ternary when _ranged is not null:
                return _ranged.GetValueOrDefault(new EntryKey(match, priority));
            case Strategy.Ternary:
                return _ternary!.Bucket(MaskOf(match), KeyOf(match))?.Items.FirstOrDefault(e => e.Priority == priority);
            default:
                return null;
        }
    }

    /// <summary>Adds an entry that is not there yet.</summary>
    /// <exception cref="ArgumentException">It is there.</exception>
    public void Insert(TableEntry entry)
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            entry.Match[i] = Canonical(entry.Match[i], _keys[i]);
        }

        if (Find(entry.Match, entry.Priority) is not null)
        {
            throw new ArgumentException($"table {Definition.Name} has this entry already", nameof(entry));
        }

        entry.Order = _order++;
        entry.Rank = HasPriorities ? entry.Priority : _prefixKey < 0 ? 0 : entry.Match[_prefixKey].PrefixLength;
        entry.Ranges = _ranges.Length == 0 ? [] : [.. _ranges.Select(r => RangeOf(entry.Match[r.Key], _keys[r.Key]))];
        entry.EnterTable();
        Count++;
        _ranged?.Add(new EntryKey(entry.Match, entry.Priority), entry);
        ulong[] key = KeyOf(entry.Match);
        switch (_strategy)
        {
            case Strategy.Exact:
                _exact!.Set(key, entry);
                break;
            case Strategy.Prefix:
                _prefix!.Set(key, entry.Match[_prefixKey].PrefixLength, entry);
                break;
            case Strategy.Ternary:
                _ternary!.Insert(MaskOf(entry.Match), key, entry);
                break;
            default:
                break;
        }
    }

    public void Remove(TableEntry entry)
    {
        entry.LeaveTable();
        Count--;
        _ranged?.Remove(new EntryKey(entry.Match, entry.Priority));
        ulong[] key = KeyOf(entry.Match);
        switch (_strategy)
        {
            case Strategy.Exact:
                _exact!.Remove(key);
                break;
            case Strategy.Prefix:
                _prefix!.Remove(key, entry.Match[_prefixKey].PrefixLength);
                break;
            case Strategy.Ternary:
                _ternary!.Remove(MaskOf(entry.Match), key, entry);
                break;
            default:
                break;
        }
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

    private static EntryRange RangeOf(MatchValue match, KeyDef key)
    {
        ulong[] low = new ulong[key.Words];
        ulong[] high = new ulong[key.Words];
        Words.Put(low, 0, key.Width, match.Value);
        Words.Put(high, 0, key.Width, match.Mask);
        return new EntryRange(low, high);
    }

    /// <summary>The match's values; ranges are left to their bounds.</summary>
    private ulong[] KeyOf(MatchValue[] match)
    {
        ulong[] key = new ulong[_words];
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_keys[i].Kind != MatchKind.Range)
            {
                Words.Put(key, _keys[i].Slot, _keys[i].Width, match[i].Value);
            }
        }

        return key;
    }

    private ulong[] MaskOf(MatchValue[] match)
    {
        ulong[] mask = new ulong[_words];
        for (int i = 0; i < _keys.Length; i++)
        {
            Words.Put(mask, _keys[i].Slot, _keys[i].Width, _keys[i].Kind switch
            {
                MatchKind.Exact => PrefixMask(_keys[i].Width, _keys[i].Width),
                MatchKind.Lpm => PrefixMask(_keys[i].Width, match[i].PrefixLength),
                MatchKind.Ternary => match[i].Mask,
                _ => BigInteger.Zero,
            });
        }

        return mask;
    }

    private ulong[] MaskOfPrefix(int length)
    {
        MatchValue[] match = new MatchValue[_keys.Length];
        match[_prefixKey] = new MatchValue(0, 0, length);
        return MaskOf(match);
    }

    /// <summary>Identity of an entry: its match and priority.</summary>
    private readonly struct EntryKey(MatchValue[] match, int priority) : IEquatable<EntryKey>
    {
        private readonly MatchValue[] _match = match;
        private readonly int _priority = priority;

        public bool Equals(EntryKey other) => _priority == other._priority && _match.AsSpan().SequenceEqual(other._match);

        public override bool Equals(object? obj) => obj is EntryKey other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(_priority);
            foreach (MatchValue value in _match)
            {
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }
}
