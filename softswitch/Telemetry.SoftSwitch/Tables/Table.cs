using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Entries of one table of one switch. A write is one step to packets. Exact tables are one hash table, prefix tables
/// one for each length, the rest hash tables by mask with ranges sorted out inside.
/// </summary>
internal sealed class Table
{
    private readonly KeyLayout _layout;
    private readonly ExactIndex<TableEntry>? _exact;
    private readonly PrefixIndex? _prefix;
    private readonly TernaryIndex? _ternary;

    /// <summary>Entries by identity where buckets may be long: tables with ranges.</summary>
    private readonly HashSet<TableEntry>? _ranged;
    private readonly bool _keepsHits;
    private TableEntry? _first;
    private TableEntry? _last;
    private long _order;

    public Table(TableDef definition)
        : this(definition, new KeyLayout(definition))
    {
    }

    /// <param name="definition">The table.</param>
    /// <param name="layout">Its keys; tables of one definition may share it.</param>
    public Table(TableDef definition, KeyLayout layout)
    {
        Definition = definition;
        _layout = layout;
        _keepsHits = definition.SupportsIdleTimeout;
        _exact = layout.Strategy == LookupStrategy.Exact ? new ExactIndex<TableEntry>(layout.Words, null) : null;
        _prefix = layout.Strategy == LookupStrategy.Prefix ? new PrefixIndex(layout.Words, layout.MaskOfPrefix) : null;
        _ternary = layout.Strategy is LookupStrategy.Ternary or LookupStrategy.Range ? new TernaryIndex(layout.Words, layout.Ranges) : null;
        _ranged = layout.Strategy == LookupStrategy.Range ? new HashSet<TableEntry>(SameMatch.Instance) : null;
        Default = new TableEntry { IsDefault = true };
        Default.SetAction(definition.DefaultAction, definition.DefaultData);
        Default.EnterTable();
        int highest = definition.Entries.Select(e => e.Priority).DefaultIfEmpty(0).Max();
        foreach (EntryDef entry in definition.Entries)
        {
            TableEntry added = new() { Match = [.. entry.Match], Priority = HasPriorities ? highest - entry.Priority + 1 : 0, IsConst = true };
            added.SetAction(entry.Action, entry.Data);
            layout.Prepare(added);
            TryInsert(added); // the first of equal entries is what counts
        }
    }

    public TableDef Definition { get; }

    public TableEntry Default { get; }

    /// <summary>True when entries carry a priority: the table has a ternary, optional or range key.</summary>
    public bool HasPriorities => _layout.HasPriorities;

    public int Count { get; private set; }

    /// <summary>Entries in order of insertion. The one that was taken last may be removed meanwhile.</summary>
    public IEnumerable<TableEntry> Entries
    {
        get
        {
            TableEntry? next;
            for (TableEntry? entry = _first; entry is not null; entry = next)
            {
                next = entry.Next;
                yield return entry;
            }
        }
    }

    /// <summary>The entry that the words of a key select; null when none matches.</summary>
    public TableEntry? Lookup(ulong[] key) => _layout.Strategy switch
    {
        LookupStrategy.Exact => _exact!.Find(key),
        LookupStrategy.Prefix => _prefix!.Find(key),
        LookupStrategy.Ternary or LookupStrategy.Range => _ternary!.Find(key),
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
    public TableEntry? Find(MatchValue[] match, int priority) => Find(_layout.Entry(match, priority));

    /// <summary>The entry with the match and priority of another, which <see cref="KeyLayout"/> made.</summary>
    public TableEntry? Find(TableEntry like) => _layout.Strategy switch
    {
        LookupStrategy.Exact => _exact!.Find(like.Key),
        LookupStrategy.Prefix => _prefix!.Find(like.Key, like.PrefixLength),
        LookupStrategy.Ternary => _ternary!.FindSame(like),
        LookupStrategy.Range => _ranged!.TryGetValue(like, out TableEntry? found) ? found : null,
        _ => null,
    };

    /// <summary>Adds an entry that is not there yet.</summary>
    /// <exception cref="ArgumentException">It is there.</exception>
    public void Insert(TableEntry entry)
    {
        _layout.Prepare(entry);
        if (!TryInsert(entry))
        {
            throw new ArgumentException($"table {Definition.Name} has this entry already", nameof(entry));
        }
    }

    /// <summary>Adds an entry that <see cref="KeyLayout"/> has prepared; false when one with its match and priority is there.</summary>
    public bool TryInsert(TableEntry entry)
    {
        entry.Order = _order;
        bool isNew = _layout.Strategy switch
        {
            LookupStrategy.Exact => _exact!.TryAdd(entry.Key, entry),
            LookupStrategy.Prefix => _prefix!.TryAdd(entry.Key, entry.PrefixLength, entry),
            LookupStrategy.Ternary => _ternary!.TryAdd(entry),
            LookupStrategy.Range => _ranged!.Add(entry) && _ternary!.TryAdd(entry),
            _ => false,
        };
        if (!isNew)
        {
            return false;
        }

        _order++;
        Count++;
        entry.EnterTable();
        entry.Previous = _last;
        entry.Next = null;
        if (_last is null)
        {
            _first = entry;
        }
        else
        {
            _last.Next = entry;
        }

        _last = entry;
        return true;
    }

    public void Remove(TableEntry entry)
    {
        entry.LeaveTable();
        Count--;
        Unlink(entry);
        switch (_layout.Strategy)
        {
            case LookupStrategy.Exact:
                _exact!.Remove(entry.Key);
                break;
            case LookupStrategy.Prefix:
                _prefix!.Remove(entry.Key, entry.PrefixLength);
                break;
            case LookupStrategy.Range:
                _ranged!.Remove(entry);
                _ternary!.Remove(entry);
                break;
            default:
                _ternary!.Remove(entry);
                break;
        }
    }

    private void Unlink(TableEntry entry)
    {
        if (entry.Previous is null)
        {
            _first = entry.Next;
        }
        else
        {
            entry.Previous.Next = entry.Next;
        }

        if (entry.Next is null)
        {
            _last = entry.Previous;
        }
        else
        {
            entry.Next.Previous = entry.Previous;
        }

        entry.Previous = null;
        entry.Next = null;
    }

    /// <summary>Entries are the same when match and priority are.</summary>
    private sealed class SameMatch : IEqualityComparer<TableEntry>
    {
        public static readonly SameMatch Instance = new();

        public bool Equals(TableEntry? x, TableEntry? y)
        {
            if (x!.Priority != y!.Priority || !x.Key.AsSpan().SequenceEqual(y.Key) || !x.Mask.AsSpan().SequenceEqual(y.Mask))
            {
                return false;
            }

            for (int i = 0; i < x.Ranges.Length; i++)
            {
                if (!x.Ranges[i].Low.AsSpan().SequenceEqual(y.Ranges[i].Low) || !x.Ranges[i].High.AsSpan().SequenceEqual(y.Ranges[i].High))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(TableEntry entry)
        {
            ulong hash = WordHash.Add((ulong)entry.Priority, entry.Key);
            foreach (EntryRange range in entry.Ranges)
            {
                hash = WordHash.Add(WordHash.Add(hash, range.Low), range.High);
            }

            return (int)hash;
        }
    }
}
