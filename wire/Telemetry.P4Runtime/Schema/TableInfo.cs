using P4.Config.V1;
using P4.V1;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Schema;

/// <summary>A table: its keys, the actions that its entries may call, and what belongs to it.</summary>
public sealed class TableInfo : P4InfoObject
{
    internal TableInfo(Table source, NameIndex<ActionInfo> actions, P4TypeInfo? types)
        : base(source.Preamble)
    {
        Source = source;
        MatchFields = new NameIndex<MatchFieldInfo>($"match field of table {Name}", source.MatchFields.Select(m => new MatchFieldInfo(m, types)));
        NeedsPriority = MatchFields.Any(m => m.NeedsPriority);
        Actions = new NameIndex<ActionInfo>($"action of table {Name}", source.ActionRefs.Select(r => actions.Get(r.Id)));
    }

    public Table Source { get; }

    public NameIndex<MatchFieldInfo> MatchFields { get; }

    /// <summary>In the order of the source, default-only ones included.</summary>
    public NameIndex<ActionInfo> Actions { get; }

    /// <summary>Entries need a priority above 0.</summary>
    public bool NeedsPriority { get; }

    /// <summary>Entries that the program asked room for.</summary>
    public long Size => Source.Size;

    public bool IsConst => Source.IsConstTable;

    /// <summary>Direct counter, null without one.</summary>
    public CounterInfo? DirectCounter { get; internal set; }

    /// <summary>Direct meter, null without one.</summary>
    public MeterInfo? DirectMeter { get; internal set; }

    /// <summary>Action profile or selector, null where entries hold actions themselves.</summary>
    public ActionProfileInfo? Implementation { get; internal set; }

    /// <summary>An entry from text: keys by name (those left out are don't care), one of this table's actions, a priority where the table needs one.</summary>
    /// <exception cref="P4InfoException">An unknown key or action, a missing exact key, or a priority missing or not allowed.</exception>
    /// <exception cref="P4ValueException">A value does not fit its field.</exception>
    public TableEntry Entry(IEnumerable<(string Field, string Match)> matches, P4.V1.Action action, int priority = 0)
    {
        ArgumentNullException.ThrowIfNull(action);
        var entry = Key(matches, priority);
        _ = Actions.Get(action.ActionId);
        entry.Action = new TableAction { Action = action };
        return entry;
    }

    /// <summary>The key of an entry, as for deleting or reading it; see <see cref="Entry"/>.</summary>
    public TableEntry Key(IEnumerable<(string Field, string Match)> matches, int priority = 0)
    {
        ArgumentNullException.ThrowIfNull(matches);
        var entry = new TableEntry { TableId = Id, Priority = priority };
        var given = new HashSet<uint>();
        foreach (var (name, text) in matches)
        {
            var field = MatchFields.Get(name);
            if (!given.Add(field.Id))
                throw new P4InfoException($"table {Name}: match field {field.Name} is given twice");
            if (field.Parse(text) is { } match)
                entry.Match.Add(match);
        }
        var missing = MatchFields.Where(m => m.MatchType == MatchField.Types.MatchType.Exact && !given.Contains(m.Id)).Select(m => m.Name).ToList();
        if (missing.Count > 0)
            throw new P4InfoException($"table {Name}: no value for exact match field {string.Join(", ", missing)}");
        if (NeedsPriority != priority > 0)
        {
            throw new P4InfoException(NeedsPriority
                ? $"table {Name} needs a priority above 0 (it has a ternary, range or optional key); given: {priority}"
                : $"table {Name} takes no priority (its keys are exact or lpm); given: {priority}");
        }
        return entry;
    }

    /// <summary>The default entry.</summary>
    /// <exception cref="P4InfoException">The action is not one of this table's.</exception>
    public TableEntry DefaultEntry(P4.V1.Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        _ = Actions.Get(action.ActionId);
        return new TableEntry { TableId = Id, IsDefaultAction = true, Action = new TableAction { Action = action } };
    }
}
