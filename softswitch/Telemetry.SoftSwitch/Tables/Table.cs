using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Entries of one table of one switch. Packets and writes run on the same thread, so a write is atomic to packets:
/// exact tables are one hash table, prefix tables one for each length (longest first), the rest a list sorted by priority.
/// </summary>
internal sealed class Table
{
    private enum Strategy
    {
        Keyless, Exact, Prefix, Ordered,
    }

    private readonly Strategy _strategy;
    private readonly int _words;
    private readonly KeyDef[] _keys;
    private readonly ExactIndex? _exact;
    private readonly List<(int Length, ExactIndex Index)> _prefixes = [];
    private readonly List<TableEntry> _ordered = [];
    private readonly Dictionary<EntryKey, TableEntry> _entries = [];
    private ExactIndex[] _prefixIndices = [];
    private TableEntry[] _scan = [];
    private ulong[] _scanWords = [];
    private bool _scanIsStale;
    private long _order;

    public Table(TableDef definition)
    {
        Definition = definition;
        _keys = [.. definition.Keys];
        _words = definition.KeyWords;
        _strategy = _keys.Length == 0 ? Strategy.Keyless
            : _keys.All(k => k.Kind == MatchKind.Exact) ? Strategy.Exact
            : _keys.Count(k => k.Kind == MatchKind.Lpm) == 1 && _keys.All(k => k.Kind is MatchKind.Exact or MatchKind.Lpm) ? Strategy.Prefix
            : Strategy.Ordered;
        _exact = _strategy == Strategy.Exact ? new ExactIndex(_words, null) : null;
        Default = new TableEntry { IsDefault = true };
        Default.SetAction(definition.DefaultAction, definition.DefaultData);
        int highest = definition.Entries.Select(e => e.Priority).DefaultIfEmpty(0).Max();
        foreach (EntryDef entry in definition.Entries)
        {
            TableEntry added = new() { Match = [.. entry.Match.Zip(_keys, Canonical)], Priority = HasPriorities ? highest - entry.Priority + 1 : 0, IsConst = true };
            added.SetAction(entry.Action, entry.Data);
            Insert(added);
        }
    }

    public TableDef Definition { get; }

    public TableEntry Default { get; }

    /// <summary>True when entries carry a priority: the table has a ternary, optional or range key.</summary>
    public bool HasPriorities => _strategy == Strategy.Ordered && _keys.Any(k => k.Kind is MatchKind.Ternary or MatchKind.Range);

    public int Count => _entries.Count;

    /// <summary>Entries in order of insertion.</summary>
    public IEnumerable<TableEntry> Entries => _entries.Values.OrderBy(e => e.Order);

    /// <summary>What the key selects, counted; the default entry when nothing matches.</summary>
    public TableEntry Apply(SwitchState state, PacketState packet)
    {
        TableEntry? hit = _strategy switch
        {
            Strategy.Exact => _exact!.Find(state.Key),
            Strategy.Prefix => FindPrefix(state.Key),
            Strategy.Ordered => FindOrdered(state.Key),
            _ => null,
        };
        if (hit is null)
        {
            return Default;
        }

        hit.Packets++;
        hit.Bytes += packet.IngressLength;
        return hit;
    }

    /// <summary>Runs the entry's direct meter; an entry without one is green.</summary>
    public static ulong ExecuteMeter(TableEntry entry, SwitchState state, PacketState packet) =>
        entry.Meter?.Execute(packet.IngressLength, state.NowNs) ?? 0;

    public TableEntry? Find(MatchValue[] match, int priority) =>
        _entries.TryGetValue(new EntryKey(match, priority), out TableEntry? entry) ? entry : null;

    /// <summary>Adds an entry that is not there yet.</summary>
    public void Insert(TableEntry entry)
    {
        entry.Order = _order++;
        _entries.Add(new EntryKey(entry.Match, entry.Priority), entry);
        switch (_strategy)
        {
            case Strategy.Exact:
                _exact!.Set(KeyOf(entry), entry);
                break;
            case Strategy.Prefix:
                PrefixIndex(PrefixOf(entry)).Set(KeyOf(entry), entry);
                break;
            case Strategy.Ordered:
                int at = _ordered.FindIndex(e => Rank(e) < Rank(entry));
                _ordered.Insert(at < 0 ? _ordered.Count : at, entry);
                _scanIsStale = true;
                break;
            default:
                break;
        }
    }

    public void Remove(TableEntry entry)
    {
        _entries.Remove(new EntryKey(entry.Match, entry.Priority));
        switch (_strategy)
        {
            case Strategy.Exact:
                _exact!.Remove(KeyOf(entry));
                break;
            case Strategy.Prefix:
                int length = PrefixOf(entry);
                ExactIndex index = PrefixIndex(length);
                index.Remove(KeyOf(entry));
                if (index.Count == 0)
                {
                    _prefixes.RemoveAll(p => p.Length == length);
                    _prefixIndices = [.. _prefixes.Select(p => p.Index)];
                }

                break;
            case Strategy.Ordered:
                _ordered.Remove(entry);
                _scanIsStale = true;
                break;
            default:
                break;
        }
    }

    /// <summary>The match with every bit that does not count set to 0.</summary>
    public static MatchValue Canonical(MatchValue match, KeyDef key) => key.Kind switch
    {
        MatchKind.Lpm => match with { Value = match.Value & PrefixMask(key.Width, match.PrefixLength) },
        MatchKind.Ternary => match with { Value = match.Value & match.Mask },
        _ => match,
    };

    /// <summary>Priority first; without priorities the longest prefix.</summary>
    private long Rank(TableEntry entry) => HasPriorities ? entry.Priority : PrefixOf(entry);

    private int PrefixOf(TableEntry entry)
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_keys[i].Kind == MatchKind.Lpm)
            {
                return entry.Match[i].PrefixLength;
            }
        }

        return 0;
    }

    private ulong[] KeyOf(TableEntry entry)
    {
        ulong[] key = new ulong[_words];
        for (int i = 0; i < _keys.Length; i++)
        {
            PutWords(key, _keys[i], entry.Match[i].Value);
        }

        return key;
    }

    private static void PutWords(ulong[] words, KeyDef key, UInt128 value)
    {
        words[key.Slot] = (ulong)value;
        if (key.Words == 2)
        {
            words[key.Slot + 1] = (ulong)(value >> 64);
        }
    }

    private ExactIndex PrefixIndex(int length)
    {
        foreach ((int known, ExactIndex index) in _prefixes)
        {
            if (known == length)
            {
                return index;
            }
        }

        ulong[] mask = new ulong[_words];
        foreach (KeyDef key in _keys)
        {
            PutWords(mask, key, key.Kind == MatchKind.Lpm ? PrefixMask(key.Width, length) : UInt128.MaxValue);
        }

        ExactIndex added = new(_words, mask);
        _prefixes.Add((length, added));
        _prefixes.Sort((a, b) => b.Length.CompareTo(a.Length));
        _prefixIndices = [.. _prefixes.Select(p => p.Index)];
        return added;
    }

    /// <summary>The first <paramref name="length"/> of <paramref name="width"/> bits set.</summary>
    public static UInt128 PrefixMask(int width, int length)
    {
        UInt128 all = width == 128 ? UInt128.MaxValue : (UInt128.One << width) - 1;
        return length == 0 ? 0 : length >= width ? all : all & ~((UInt128.One << (width - length)) - 1);
    }

    private TableEntry? FindPrefix(ulong[] key)
    {
        foreach (ExactIndex index in _prefixIndices)
        {
            if (index.Find(key) is TableEntry entry)
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>The scan's words: for each entry and key word a value and a mask, or the bounds of a range.</summary>
    private void RebuildScan()
    {
        _scanIsStale = false;
        _scan = [.. _ordered];
        _scanWords = new ulong[_scan.Length * _words * 2];
        int at = 0;
        ulong[] first = new ulong[_words];
        ulong[] second = new ulong[_words];
        foreach (TableEntry entry in _scan)
        {
            for (int i = 0; i < _keys.Length; i++)
            {
                MatchValue match = entry.Match[i];
                PutWords(first, _keys[i], match.Value);
                PutWords(second, _keys[i], _keys[i].Kind switch
                {
                    MatchKind.Lpm => PrefixMask(_keys[i].Width, match.PrefixLength),
                    MatchKind.Exact => UInt128.MaxValue,
                    _ => match.Mask,
                });
            }

            for (int word = 0; word < _words; word++)
            {
                _scanWords[at++] = first[word];
                _scanWords[at++] = second[word];
            }
        }
    }

    private TableEntry? FindOrdered(ulong[] key)
    {
        if (_scanIsStale)
        {
            RebuildScan();
        }

        int at = 0;
        foreach (TableEntry entry in _scan)
        {
            if (MatchesScan(key, at))
            {
                return entry;
            }

            at += _words * 2;
        }

        return null;
    }

    private bool MatchesScan(ulong[] key, int at)
    {
        foreach (KeyDef definition in _keys)
        {
            int slot = definition.Slot;
            int word = at + (slot * 2);
            if (definition.Kind == MatchKind.Range)
            {
                UInt128 value = definition.Words == 2 ? new UInt128(key[slot + 1], key[slot]) : key[slot];
                UInt128 low = definition.Words == 2 ? new UInt128(_scanWords[word + 2], _scanWords[word]) : _scanWords[word];
                UInt128 high = definition.Words == 2 ? new UInt128(_scanWords[word + 3], _scanWords[word + 1]) : _scanWords[word + 1];
                if (value < low || value > high)
                {
                    return false;
                }
            }
            else if ((key[slot] & _scanWords[word + 1]) != _scanWords[word]
                || (definition.Words == 2 && (key[slot + 1] & _scanWords[word + 3]) != _scanWords[word + 2]))
            {
                return false;
            }
        }

        return true;
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
