using System.Text;
using System.Text.Json.Nodes;
using P4.Config.V1;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Shell;

/// <summary>A program's objects for people.</summary>
internal static class ProgramText
{
    public static string Summary(P4InfoIndex program)
    {
        StringBuilder text = new();
        ShellTable tables = new("table", "size", "keys", "actions");
        foreach (TableInfo table in program.Tables)
        {
            tables.Add(
                table.Name,
                $"{table.Size}",
                string.Join(", ", table.MatchFields.Select(f => $"{f.Name} {f.MatchType.ToString().ToLowerInvariant()}")),
                string.Join(", ", table.Actions.Select(a => a.Name)));
        }

        text.Append(tables);
        Append(text, "action profiles", program.ActionProfiles.Select(p => $"{p.Name} ({(p.IsSelector ? "selector, " : "")}{p.Size})"));
        Append(text, "counters", program.Counters.Select(c => $"{c.Name}[{c.Size}]"));
        Append(text, "direct counters", program.DirectCounters.Select(c => $"{c.Name} of {program.Tables.Get(c.TableId).Name}"));
        Append(text, "meters", program.Meters.Select(m => $"{m.Name}[{m.Size}]"));
        Append(text, "direct meters", program.DirectMeters.Select(m => $"{m.Name} of {program.Tables.Get(m.TableId).Name}"));
        Append(text, "registers", program.Registers.Select(r => $"{r.Name}[{r.Size}]"));
        Append(text, "digests", program.Digests.Select(d => d.Name));
        Append(text, "value sets", program.ValueSets.Select(v => $"{v.Name}[{v.Size}]"));
        Append(text, "externs", program.Externs.Select(e => $"{e.Name} ({e.TypeName})"));
        foreach (PacketMetadataInfo packet in program.PacketMetadata)
        {
            Append(text, packet.Name, packet.Fields.Select(f => $"{f.Name} ({f.Width} bits)"));
        }

        return text.ToString();
    }

    /// <summary>One object by name, whatever its kind.</summary>
    /// <exception cref="ShellException">There is none; lists the close ones.</exception>
    public static string Describe(P4InfoIndex program, string name)
    {
        StringBuilder text = new();
        if (program.Tables.TryGet(name, out TableInfo? table))
        {
            text.Append($"table {table.Name}: {table.Size} entries{(table.IsConst ? ", constant" : "")}{(table.Source.IdleTimeoutBehavior != 0 ? ", idle timeout" : "")}\n");
            foreach (MatchFieldInfo field in table.MatchFields)
            {
                text.Append($"  key {field.Name}: {field.MatchType.ToString().ToLowerInvariant()}, {Width(field)}, e.g. {field.Name}={Example(field)}\n");
            }

            if (table.NeedsPriority)
            {
                text.Append("  needs a priority above 0; the largest wins\n");
            }

            foreach (ActionRef reference in table.Source.ActionRefs)
            {
                string scope = reference.Scope switch
                {
                    ActionRef.Types.Scope.DefaultOnly => "  (default action only)",
                    ActionRef.Types.Scope.TableOnly => "  (entries only)",
                    _ => "",
                };
                text.Append($"  action {Signature(program.Actions.Get(reference.Id))}{scope}\n");
            }

            Add(text, "action profile", table.Implementation);
            Add(text, "direct counter", table.DirectCounter);
            Add(text, "direct meter", table.DirectMeter);
        }
        else if (program.Actions.TryGet(name, out ActionInfo? action))
        {
            text.Append($"action {Signature(action)}\n");
        }
        else
        {
            string[] lines = [.. Summary(program).Split('\n').Where(l => l.Contains(name, StringComparison.Ordinal))];
            if (lines.Length == 0)
            {
                string? close = NameDistance.Closest(name, Names(program));
                throw new ShellException($"the program has no {name}{(close is null ? "" : $"; did you mean {close}?")}");
            }

            text.Append(string.Join('\n', lines)).Append('\n');
        }

        return text.ToString();
    }

    public static IEnumerable<string> Names(P4InfoIndex program) =>
    [
        .. program.Tables.Select(t => t.Name),
        .. program.Actions.Select(a => a.Name),
        .. program.ActionProfiles.Select(p => p.Name),
        .. program.Counters.Select(c => c.Name),
        .. program.DirectCounters.Select(c => c.Name),
        .. program.Meters.Select(m => m.Name),
        .. program.DirectMeters.Select(m => m.Name),
        .. program.Registers.Select(r => r.Name),
        .. program.Digests.Select(d => d.Name),
        .. program.ValueSets.Select(v => v.Name),
    ];

    public static JsonObject ToJson(P4InfoIndex program) => new()
    {
        ["tables"] = new JsonArray([.. program.Tables.Select(t => new JsonObject
        {
            ["name"] = t.Name,
            ["size"] = t.Size,
            ["keys"] = new JsonArray([.. t.MatchFields.Select(f => new JsonObject
            {
                ["name"] = f.Name,
                ["match"] = f.MatchType.ToString().ToLowerInvariant(),
                ["width"] = f.Width,
            })]),
            ["actions"] = new JsonArray([.. t.Actions.Select(a => JsonValue.Create(a.Name))]),
        })]),
        ["actions"] = new JsonArray([.. program.Actions.Select(a => new JsonObject
        {
            ["name"] = a.Name,
            ["params"] = new JsonArray([.. a.Parameters.Select(p => new JsonObject { ["name"] = p.Name, ["width"] = p.Width })]),
        })]),
        ["counters"] = new JsonArray([.. program.Counters.Select(c => new JsonObject { ["name"] = c.Name, ["size"] = c.Size })]),
        ["meters"] = new JsonArray([.. program.Meters.Select(m => new JsonObject { ["name"] = m.Name, ["size"] = m.Size })]),
        ["registers"] = new JsonArray([.. program.Registers.Select(r => new JsonObject { ["name"] = r.Name, ["size"] = r.Size })]),
        ["digests"] = new JsonArray([.. program.Digests.Select(d => JsonValue.Create(d.Name))]),
    };

    private static string Signature(ActionInfo action) =>
        $"{action.Name}({string.Join(", ", action.Parameters.Select(p => $"{p.Name}: {Width(p)}"))})";

    private static string Width(FieldInfo field) => field.Width == 0 ? "text" : $"{field.Width} bits";

    private static string Example(MatchFieldInfo field)
    {
        string value = field.Width == 0 ? "x" : field.Format(Google.Protobuf.ByteString.CopyFrom(1));
        return field.MatchType switch
        {
            MatchField.Types.MatchType.Lpm => $"{value}/{field.Width}",
            MatchField.Types.MatchType.Ternary => $"{value}&&&0x1",
            MatchField.Types.MatchType.Range => $"1..{value}",
            _ => value,
        };
    }

    private static void Append(StringBuilder text, string kind, IEnumerable<string> names)
    {
        string joined = string.Join(", ", names);
        if (joined.Length > 0)
        {
            text.Append($"{kind}: {joined}\n");
        }
    }

    private static void Add(StringBuilder text, string kind, P4InfoObject? item)
    {
        if (item is not null)
        {
            text.Append($"  {kind} {item.Name}\n");
        }
    }
}
