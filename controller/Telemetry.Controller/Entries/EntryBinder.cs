using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;
using MatchType = P4.Config.V1.MatchField.Types.MatchType;

namespace Telemetry.Controller.Entries;

/// <summary>Turns names and text into a program's ids and bytes, collecting every fault instead of the first.</summary>
internal static class EntryBinder
{
    public static P4Entry? Bind(P4InfoIndex index, EntrySpec spec, List<string> faults)
    {
        int before = faults.Count;
        string text = spec.ToString();
        Entity? entity = spec switch
        {
            TableEntrySpec table => Table(index, table, faults, ref text),
            CloneSessionSpec clone => Clone(clone, faults),
            MulticastGroupSpec group => Multicast(group, faults),
            _ => throw new ArgumentException($"{spec.GetType().Name} cannot be written to a switch", nameof(spec)),
        };
        return entity is null || faults.Count > before ? null : new P4Entry(entity, text, spec.Order);
    }

    private static Entity? Table(P4InfoIndex index, TableEntrySpec spec, List<string> faults, ref string text)
    {
        if (!index.Tables.TryGet(spec.Table, out TableInfo? table))
        {
            faults.Add($"no table {spec.Table}; known tables: {Names(index.Tables)}");
            return null;
        }

        TableEntry entry = new() { TableId = table.Id, IsDefaultAction = spec.IsDefault, Priority = spec.Priority };
        Matches(table, spec, entry, faults);
        CheckPriority(table, spec, faults);
        if (!table.Actions.TryGet(spec.Action, out ActionInfo? action))
        {
            faults.Add($"table {table.Name} has no action {spec.Action}; known actions: {Names(table.Actions)}");
            return null;
        }

        text = (spec with { Table = table.Name, Action = action.Name }).ToString(); // full names, also for an alias
        entry.Action = new TableAction { Action = Call(action, spec, faults) };
        return new Entity { TableEntry = entry };
    }

    private static void Matches(TableInfo table, TableEntrySpec spec, TableEntry entry, List<string> faults)
    {
        HashSet<uint> given = [];
        foreach (MatchSpec match in spec.Matches)
        {
            if (!table.MatchFields.TryGet(match.Field, out MatchFieldInfo? field))
            {
                faults.Add($"table {table.Name} has no key {match.Field}; known keys: {Names(table.MatchFields)}");
            }
            else if (!given.Add(field.Id))
            {
                faults.Add($"table {table.Name}: key {field.Name} is given twice");
            }
            else
            {
                Try(faults, $"table {table.Name}: ", () =>
                {
                    if (field.Parse(match.Text) is { } bound)
                    {
                        entry.Match.Add(bound);
                    }
                });
            }
        }

        if (spec.IsDefault)
        {
            if (spec.Matches.Count > 0)
            {
                faults.Add($"table {table.Name}: a default action takes no match");
            }

            return;
        }

        if (table.MatchFields.Count == 0)
        {
            faults.Add($"table {table.Name} has no keys: only its default action can be set");
        }

        string[] missing = [.. table.MatchFields
            .Where(f => f.MatchType == MatchType.Exact && !given.Contains(f.Id)).Select(f => f.Name)];
        if (missing.Length > 0)
        {
            faults.Add($"table {table.Name}: no value for the exact key {string.Join(", ", missing)}");
        }
    }

    private static void CheckPriority(TableInfo table, TableEntrySpec spec, List<string> faults)
    {
        bool wanted = table.NeedsPriority && !spec.IsDefault;
        if (wanted && spec.Priority <= 0)
        {
            faults.Add($"table {table.Name} has a ternary, range or optional key: expected a priority above 0");
        }
        else if (!wanted && spec.Priority != 0)
        {
            faults.Add($"table {table.Name}: priority {spec.Priority} has no meaning here; expected none");
        }
    }

    private static P4.V1.Action Call(ActionInfo action, TableEntrySpec spec, List<string> faults)
    {
        P4.V1.Action call = new() { ActionId = action.Id };
        HashSet<uint> given = [];
        foreach (ActionArgument argument in spec.Arguments)
        {
            if (!action.Parameters.TryGet(argument.Name, out FieldInfo? parameter))
            {
                faults.Add($"action {action.Name} has no parameter {argument.Name}; known parameters: {Names(action.Parameters)}");
            }
            else if (!given.Add(parameter.Id))
            {
                faults.Add($"action {action.Name}: parameter {parameter.Name} is given twice");
            }
            else
            {
                Try(faults, $"action {action.Name}: ", () => call.Params.Add(
                    new P4.V1.Action.Types.Param { ParamId = parameter.Id, Value = parameter.Encode(argument.Value) }));
            }
        }

        string[] missing = [.. action.Parameters
            .Where(p => !given.Contains(p.Id)).Select(p => $"{p.Name} ({p.Width} bits)")];
        if (missing.Length > 0)
        {
            faults.Add($"action {action.Name}: no value for {string.Join(", ", missing)}");
        }

        return call;
    }

    private static Entity Clone(CloneSessionSpec spec, List<string> faults)
    {
        if (spec.Session is < 1 or > 32767)
        {
            faults.Add($"clone session {spec.Session}: expected an id from 1 to 32767");
        }

        CloneSessionEntry entry = new()
        {
            SessionId = (uint)spec.Session,
            PacketLengthBytes = spec.PacketLengthBytes,
        };
        entry.Replicas.AddRange(Replicas(spec.Replicas));
        return new Entity { PacketReplicationEngineEntry = new() { CloneSessionEntry = entry } };
    }

    private static Entity Multicast(MulticastGroupSpec spec, List<string> faults)
    {
        if (spec.Group is < 1 or > 32767)
        {
            faults.Add($"multicast group {spec.Group}: expected an id from 1 to 32767");
        }

        MulticastGroupEntry entry = new() { MulticastGroupId = (uint)spec.Group };
        entry.Replicas.AddRange(Replicas(spec.Replicas));
        return new Entity { PacketReplicationEngineEntry = new() { MulticastGroupEntry = entry } };
    }

    private static IEnumerable<Replica> Replicas(IReadOnlyList<ReplicaSpec> replicas) =>
        replicas.Select(r => new Replica { EgressPort = (uint)r.Port, Instance = (uint)r.Instance });

    private static void Try(List<string> faults, string place, System.Action bind)
    {
        try
        {
            bind();
        }
        catch (Exception fault) when (fault is P4ValueException or P4InfoException)
        {
            faults.Add(place + fault.Message);
        }
    }

    private static string Names<T>(NameIndex<T> index)
        where T : class, INamedObject =>
        index.Count == 0 ? "none" : string.Join(", ", index.Select(i => i.Name));
}
