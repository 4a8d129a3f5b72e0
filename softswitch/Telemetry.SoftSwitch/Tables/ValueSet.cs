using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Values of one parser value set of one switch: a match for each part of the parser's key, all exact unless
/// <see cref="Configure"/> said otherwise. Packets and writes run on the same thread.
/// </summary>
internal sealed class ValueSet
{
    private readonly List<MatchValue[]> _members = [];
    private KeyDef[] _keys = [];
    private Table _table;

    public ValueSet(ValueSetDef definition)
    {
        Definition = definition;
        IReadOnlyList<int> widths = definition.PartWidths.Count > 0 ? definition.PartWidths : [definition.Width];
        _table = MakeTable([.. widths.Select(_ => MatchKind.Exact)]);
    }

    public ValueSetDef Definition { get; }

    /// <summary>Widths in bits of the parts of a member.</summary>
    public IReadOnlyList<int> PartWidths => [.. _keys.Select(k => k.Width)];

    public IReadOnlyList<MatchKind> Kinds => [.. _keys.Select(k => k.Kind)];

    /// <summary>Words of the key that the parser looks up.</summary>
    public int KeyWords => _keys.Sum(k => k.Words);

    /// <summary>Members in order of their addition.</summary>
    public IReadOnlyList<MatchValue[]> Members => _members;

    /// <summary>Says how each part is matched; the set becomes empty.</summary>
    public void Configure(IReadOnlyList<MatchKind> kinds)
    {
        _members.Clear();
        _table = MakeTable(kinds);
    }

    /// <summary>Adds a member; false when it is there already.</summary>
    public bool Add(MatchValue[] member)
    {
        MatchValue[] canonical = [.. member.Zip(_keys, KeyLayout.Canonical)];
        if (_table.Find(canonical, PriorityOf) is not null)
        {
            return false;
        }

        _members.Add(canonical);
        _table.Insert(new TableEntry { Match = canonical, Priority = PriorityOf });
        return true;
    }

    /// <summary>Adds an exact member given as one number, all parts one after another without padding.</summary>
    public bool Add(BigInteger value) => Add(Split(value));

    /// <summary>Removes a member; false when it is not there.</summary>
    public bool Remove(MatchValue[] member)
    {
        MatchValue[] canonical = [.. member.Zip(_keys, KeyLayout.Canonical)];
        if (_table.Find(canonical, PriorityOf) is not TableEntry entry)
        {
            return false;
        }

        _table.Remove(entry);
        return _members.RemoveAll(m => m.AsSpan().SequenceEqual(canonical)) > 0;
    }

    public bool Remove(BigInteger value) => Remove(Split(value));

    /// <summary>Replaces all members; equal ones count once.</summary>
    public void Replace(IEnumerable<MatchValue[]> members)
    {
        List<MatchValue[]> added = [.. members];
        Configure(Kinds);
        foreach (MatchValue[] member in added)
        {
            Add(member);
        }
    }

    /// <summary>True when a member matches the words of a key.</summary>
    public bool Contains(ulong[] key) => _table.Lookup(key) is not null;

    /// <summary>True when a member and the key agree in the bits of a mask that the program wrote.</summary>
    public bool ContainsMasked(ulong[] key, ulong[] mask)
    {
        ulong[] words = new ulong[key.Length];
        foreach (MatchValue[] member in _members)
        {
            bool equal = true;
            for (int i = 0; i < _keys.Length; i++)
            {
                Words.Put(words, _keys[i].Slot, _keys[i].Width, member[i].Value);
            }

            for (int i = 0; i < KeyWords; i++)
            {
                equal &= ((words[i] ^ key[i]) & mask[i]) == 0;
            }

            if (equal)
            {
                return true;
            }
        }

        return false;
    }

    private int PriorityOf => _table.HasPriorities ? 1 : 0;

    private MatchValue[] Split(BigInteger value)
    {
        MatchValue[] parts = new MatchValue[_keys.Length];
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            BigInteger all = (BigInteger.One << _keys[i].Width) - 1;
            BigInteger part = value & all;
            parts[i] = _keys[i].Kind switch
            {
                MatchKind.Lpm => new MatchValue(part, 0, _keys[i].Width),
                MatchKind.Range => new MatchValue(part, part, 0),
                _ => new MatchValue(part, all, 0),
            };
            value >>= _keys[i].Width;
        }

        return parts;
    }

    private Table MakeTable(IReadOnlyList<MatchKind> kinds)
    {
        IReadOnlyList<int> widths = Definition.PartWidths.Count > 0 ? Definition.PartWidths : [Definition.Width];
        List<KeyDef> keys = [];
        int slot = 0;
        for (int i = 0; i < widths.Count; i++)
        {
            keys.Add(new KeyDef($"{Definition.Name}[{i}]", kinds[i], new ConstExpr(0), widths[i], null, slot));
            slot += keys[^1].Words;
        }

        _keys = [.. keys];
        return new Table(new TableDef(-1, Definition.Name, keys, Definition.MaxSize, []));
    }
}
