using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;
using MatchType = P4.Config.V1.MatchField.Types.MatchType;
using Scope = P4.Config.V1.ActionRef.Types.Scope;

namespace Telemetry.Controller.Entries;

/// <summary>Makes one table entry from names, without a detour over text, and collects every fault on the way.</summary>
internal sealed class TableEntryBuilder(TableInfo table, List<string> faults)
{
    public TableEntry Entry { get; } = new() { TableId = table.Id };

    public TableInfo Table => table;

    /// <summary>A match in the notation of the key's kind.</summary>
    public void Match(string field, string text) => Add(field, text, static (info, text) => info.Parse(text));

    /// <summary>The key equals the value, whatever its kind.</summary>
    public void Match(string field, P4Value value) => Add(field, value, static (info, value) => info.Match(value));

    public void Match(string field, P4Value value, int prefixLength) =>
        Add(field, (value, prefixLength), static (info, prefix) => info.Match(prefix.value, prefix.prefixLength));

    public P4.V1.Action Call(string name, ReadOnlySpan<(string Name, P4Value Value)> arguments, bool isDefault)
    {
        if (!table.Actions.TryGet(name, out ActionInfo? action))
        {
            faults.Add(UnknownAction(name));
            return new P4.V1.Action();
        }

        for (int i = 0; i < table.Source.ActionRefs.Count; i++)
        {
            P4.Config.V1.ActionRef reference = table.Source.ActionRefs[i];
            if (reference.Id == action.Id && reference.Scope == (isDefault ? Scope.TableOnly : Scope.DefaultOnly))
            {
                faults.Add($"table {table.Name}: action {action.Name} can {(isDefault ? "not" : "only")} be the default action");
            }
        }

        return ActionBinder.Call(action, arguments, faults);
    }

    /// <summary>Checks what concerns the entry as a whole.</summary>
    public void Finish(bool isDefault, int priority)
    {
        Entry.IsDefaultAction = isDefault;
        Entry.Priority = priority;
        if (isDefault)
        {
            if (Entry.Match.Count > 0)
            {
                faults.Add($"table {table.Name}: a default action takes no match");
            }

            if (table.Source.ConstDefaultActionId != 0)
            {
                faults.Add($"table {table.Name}: the program fixes its default action");
            }
        }
        else
        {
            CheckKeys();
        }

        bool wanted = table.NeedsPriority && !isDefault;
        if (wanted && priority <= 0)
        {
            faults.Add($"table {table.Name} has a ternary, range or optional key: expected a priority above 0, e.g. priority 10; the largest wins");
        }
        else if (!wanted && priority != 0)
        {
            faults.Add($"table {table.Name}: priority {priority} has no meaning here, its keys are exact or lpm; leave it out");
        }
    }

    private void CheckKeys()
    {
        if (table.IsConst)
        {
            faults.Add($"table {table.Name} is constant: its entries are part of the program");
        }

        if (table.MatchFields.Count == 0)
        {
            faults.Add($"table {table.Name} has no keys: only its default action can be set");
        }

        List<string>? missing = null;
        for (int i = 0; i < table.MatchFields.Count; i++)
        {
            MatchFieldInfo field = table.MatchFields[i];
            if (field.MatchType == MatchType.Exact && !Has(field.Id))
            {
                (missing ??= []).Add($"{field.Name} ({field.Width} bits)");
            }
        }

        if (missing is not null)
        {
            faults.Add($"table {table.Name}: no value for the exact key {string.Join(", ", missing)}");
        }
    }

    private string UnknownAction(string name)
    {
        string? close = NameDistance.Closest(name, table.Actions.Select(a => a.Name));
        return $"table {table.Name} has no action {name}; {(close is null ? "" : $"did you mean {close}? ")}known actions: {ActionBinder.Names(table.Actions)}";
    }

    private void Add<T>(string name, T value, Func<MatchFieldInfo, T, FieldMatch?> parse)
    {
        if (!table.MatchFields.TryGet(name, out MatchFieldInfo? field))
        {
            string? close = NameDistance.Closest(name, table.MatchFields.Select(f => f.Name));
            faults.Add($"table {table.Name} has no key {name}; {(close is null ? "" : $"did you mean {close}? ")}known keys: {ActionBinder.Names(table.MatchFields)}");
            return;
        }

        if (Has(field.Id))
        {
            faults.Add($"table {table.Name}: key {field.Name} is given twice");
            return;
        }

        try
        {
            if (parse(field, value) is { } match)
            {
                if (Entry.Match.Count == 0)
                {
                    Entry.Match.Capacity = table.MatchFields.Count;
                }

                Entry.Match.Add(match);
            }
        }
        catch (Exception fault) when (fault is P4ValueException or P4InfoException)
        {
            faults.Add($"table {table.Name}: {fault.Message}");
            Entry.Match.Add(new FieldMatch { FieldId = field.Id }); // not missing, and the entry is not used
        }
    }

    private bool Has(uint field)
    {
        for (int i = 0; i < Entry.Match.Count; i++)
        {
            if (Entry.Match[i].FieldId == field)
            {
                return true;
            }
        }

        return false;
    }
}
