using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Values;
using Telemetry.SoftSwitch.Tables;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;
using TableEntry = P4.V1.TableEntry;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>A table as the P4Info describes it and as the program has it.</summary>
internal sealed class BoundTable
{
    /// <exception cref="P4InfoException">The two do not belong together.</exception>
    public BoundTable(TableInfo info, TableDef definition, P4InfoIndex index, Translations translations)
    {
        Info = info;
        Definition = definition;
        Layout = new KeyLayout(definition);
        Owner = $"table {info.Name}";
        NeedsPriority = info.NeedsPriority;
        Match = new BoundMatch(Owner, [.. info.MatchFields], [.. definition.Keys.Select(k => (k.Name, k.Width, (MatchKind?)k.Kind))], translations);
        Actions = new BoundActions(Owner, info, definition, index, translations);
        if ((info.Implementation is null) != (definition.Profile is null))
        {
            throw new P4InfoException($"{Owner} has {(info.Implementation is null ? "no" : "an")} action profile in the P4Info and {(definition.Profile is null ? "none" : definition.Profile.Name)} in the program");
        }

        HasIdleTimeout = info.Source.IdleTimeoutBehavior == P4.Config.V1.Table.Types.IdleTimeoutBehavior.NotifyControl;
    }

    public TableInfo Info { get; }

    public TableDef Definition { get; }

    /// <summary>Prepares entries for the switch's table.</summary>
    public KeyLayout Layout { get; }

    /// <summary>"table t", as faults begin.</summary>
    public string Owner { get; }

    public BoundMatch Match { get; }

    public BoundActions Actions { get; }

    public bool NeedsPriority { get; }

    public bool HasIdleTimeout { get; }

    public bool DefaultIsConst => Definition.DefaultIsConst || Info.Source.ConstDefaultActionId != 0 || Definition.Profile is not null;

    /// <summary>True where an entry may be a match and an action, and nothing stands against it.</summary>
    public bool TakesPlainEntries => !Info.IsConst && Info.Implementation is null && Match.Count > 0;

    /// <summary>True for entries of the program that a controller cannot change.</summary>
    public bool IsImmutable(SwitchEntry entry) => entry.IsConst && (Info.IsConst || !Info.Source.HasInitialEntries);

    /// <exception cref="EntityFault">A priority is missing, or not allowed.</exception>
    public int Priority(TableEntry entry) => (NeedsPriority ? entry.Priority > 0 : entry.Priority == 0)
        ? entry.Priority
        : throw EntityFault.Invalid(NeedsPriority
            ? $"{Owner} needs a priority above 0: it has a ternary, range or optional key; the entry has {entry.Priority}"
            : $"{Owner} takes no priority: its keys are exact or lpm; the entry has {entry.Priority}");

    public string Describe(ReadOnlySpan<MatchValue> match, int priority) => Match.Describe(match) + (priority != 0 ? $", priority {priority}" : "");

    /// <summary>Table and key of an entry.</summary>
    public TableEntry FormatKey(SwitchEntry entry)
    {
        TableEntry result = new() { TableId = Info.Id, Priority = entry.Priority, IsDefaultAction = entry.IsDefault };
        if (!entry.IsDefault)
        {
            Match.Format(entry.Match, result.Match);
        }

        return result;
    }
}
