using System.Numerics;
using System.Text.Json;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Programs.Reading;

internal sealed partial class ProgramReader
{
    private readonly List<TableDef> _tables = [];
    private readonly Dictionary<string, ActionProfileDef> _profiles = [];

    private PipelineDef? ReadPipeline(string name)
    {
        JsonElement pipeline = Items(_root, "pipelines").FirstOrDefault(p => NameOf(p) == name);
        if (pipeline.ValueKind == JsonValueKind.Undefined)
        {
            Fault("pipelines", $"no pipeline {name}; this switch runs v1model programs");
            return null;
        }

        foreach (JsonElement item in Items(pipeline, "action_profiles"))
        {
            string place = $"action profile {NameOf(item)}";
            Guard(place, () => ReadProfile(item, place));
        }

        List<TableDef> tables = [];
        foreach (JsonElement item in Items(pipeline, "tables"))
        {
            string place = Place($"table {NameOf(item)}", item);
            Guard(place, () =>
            {
                TableDef table = ReadTable(item, place);
                tables.Add(table);
                _tables.Add(table);
            });
        }

        List<ConditionalDef> conditionals = [];
        foreach (JsonElement item in Items(pipeline, "conditionals"))
        {
            string place = Place($"condition {NameOf(item)}", item);
            Guard(place, () => conditionals.Add(new ConditionalDef(
                NameOf(item), ReadExpr(item.GetProperty("expression"), new Scope(place, [])), Text(item, "true_next"), Text(item, "false_next"))));
        }

        List<ActionCallDef> calls = [];
        foreach (JsonElement item in Items(pipeline, "action_calls"))
        {
            string place = Place($"action call {NameOf(item)}", item);
            Guard(place, () => calls.Add(new ActionCallDef(NameOf(item), FindAction(place, item.GetProperty("action_id").GetInt32()), Text(item, "next_node"))));
        }

        PipelineDef result = new(name, Text(pipeline, "init_table"), tables, conditionals, calls);
        CheckNodes(result);
        return result;
    }

    private void ReadProfile(JsonElement item, string place)
    {
        string name = NameOf(item);
        CalculationDef? selector = null;
        if (item.TryGetProperty("selector", out JsonElement json) && json.ValueKind == JsonValueKind.Object)
        {
            selector = ReadCalculation(json, $"{name}.selector", $"{place}, selector");
        }

        int size = item.TryGetProperty("max_size", out JsonElement max) ? max.GetInt32() : 0;
        AddOnce(_profiles, name, new ActionProfileDef(_profiles.Count, name, size, selector), place);
    }

    private void CheckNodes(PipelineDef pipeline)
    {
        Dictionary<string, string?[]> known = [];
        foreach (TableDef table in pipeline.Tables)
        {
            AddOnce(known, table.Name, [.. table.NextByAction.Values, table.HitNext, table.MissNext, table.DefaultNext], $"pipeline {pipeline.Name}");
        }

        foreach (ConditionalDef conditional in pipeline.Conditionals)
        {
            AddOnce(known, conditional.Name, [conditional.TrueNext, conditional.FalseNext], $"pipeline {pipeline.Name}");
        }

        foreach (ActionCallDef call in pipeline.Calls)
        {
            AddOnce(known, call.Name, [call.Next], $"pipeline {pipeline.Name}");
        }

        void Check(string place, string? next)
        {
            if (next is not null && !known.ContainsKey(next))
            {
                Fault(place, $"unknown next node {next}");
            }
        }

        Check($"pipeline {pipeline.Name}", pipeline.Start);
        foreach ((string name, string?[] nexts) in known)
        {
            foreach (string? next in nexts)
            {
                Check($"pipeline {pipeline.Name}, node {name}", next);
            }
        }

        CheckLoops(pipeline, known);
    }

    /// <summary>A packet must come to the pipeline's end: a node that leads back to itself is a fault.</summary>
    private void CheckLoops(PipelineDef pipeline, Dictionary<string, string?[]> nodes)
    {
        HashSet<string> finished = [];
        foreach (string root in nodes.Keys)
        {
            Stack<(string Node, int Next)> path = new();
            HashSet<string> onPath = [];
            if (finished.Contains(root))
            {
                continue;
            }

            path.Push((root, 0));
            onPath.Add(root);
            while (path.TryPop(out (string Node, int Next) at))
            {
                if (at.Next == nodes[at.Node].Length)
                {
                    onPath.Remove(at.Node);
                    finished.Add(at.Node);
                    continue;
                }

                path.Push((at.Node, at.Next + 1));
                if (nodes[at.Node][at.Next] is not string next || !nodes.ContainsKey(next) || finished.Contains(next))
                {
                    continue;
                }

                if (!onPath.Add(next))
                {
                    Fault($"pipeline {pipeline.Name}", $"node {at.Node} leads back to {next}");
                    return;
                }

                path.Push((next, 0));
            }
        }
    }

    private ActionDef FindAction(string place, int id)
    {
        if (_actions.TryGetValue(id, out ActionDef? action))
        {
            return action;
        }

        Fault(place, $"unknown action id {id}");
        return new ActionDef(-1, id, "?", [], []);
    }

    private TableDef ReadTable(JsonElement item, string place)
    {
        string name = NameOf(item);
        string type = Text(item, "type") ?? "simple";
        ActionProfileDef? profile = null;
        if (type is "indirect" or "indirect_ws")
        {
            string profileName = Text(item, "action_profile") ?? Text(item, "act_prof_name") ?? "?";
            if (!_profiles.TryGetValue(profileName, out profile))
            {
                Unknown(place, "action profile", profileName);
            }
            else if (type == "indirect_ws" && profile.Selector is null)
            {
                Fault(place, $"action profile {profileName} has no selector, which a table of type {type} needs");
            }
        }
        else if (type != "simple")
        {
            Unknown(place, "table type", type);
        }

        List<KeyDef> keys = [];
        int slot = 0;
        foreach (JsonElement key in Items(item, "key"))
        {
            KeyDef read = ReadKey(key, $"{place}, key {keys.Count}", slot);
            keys.Add(read);
            slot += read.Words;
        }

        List<ActionDef> actions = [.. Items(item, "action_ids").Select(id => FindAction(place, id.GetInt32()))];
        Dictionary<int, string?> nextByAction = [];
        JsonElement nextTables = item.GetProperty("next_tables");
        foreach (ActionDef action in actions)
        {
            nextByAction[action.Index] = Text(nextTables, action.Name);
        }

        bool byHit = nextTables.TryGetProperty("__HIT__", out _) || nextTables.TryGetProperty("__MISS__", out _);
        TableDef table = new(_tables.Count, name, keys, item.TryGetProperty("max_size", out JsonElement size) ? size.GetInt32() : 1024, actions)
        {
            NextByAction = nextByAction,
            NextByHit = byHit,
            HitNext = Text(nextTables, "__HIT__"),
            MissNext = Text(nextTables, "__MISS__"),
            DefaultNext = Text(item, "base_default_next"),
            Profile = profile,
            SupportsIdleTimeout = Flag(item, "support_timeout"),
            DirectCounter = _counters.Values.FirstOrDefault(c => c.IsDirect && c.Table == name)?.Index ?? -1,
        };
        return WithEntries(WithMeter(table, item, place), item, place);
    }

    private TableDef WithMeter(TableDef table, JsonElement item, string place)
    {
        if (Text(item, "direct_meters") is not string meterName)
        {
            return table;
        }

        JsonElement meter = Items(_root, "meter_arrays").FirstOrDefault(m => NameOf(m) == meterName);
        if (meter.ValueKind == JsonValueKind.Undefined || !_meters.TryGetValue(meterName, out MeterDef? definition))
        {
            Unknown(place, "direct meter", meterName);
            return table;
        }

        return table with { DirectMeter = definition.Index, MeterTarget = FindField(place, meter.GetProperty("result_target")) };
    }

    private KeyDef ReadKey(JsonElement key, string place, int slot)
    {
        string matchType = key.GetProperty("match_type").Required();
        JsonElement target = key.GetProperty("target");
        FieldExpr? field = matchType == "valid"
            ? _headers.TryGetValue(target.ToString(), out Header? header) ? new FieldExpr(new FixedHeader(header), header.Type.Find("$valid$")!) : null
            : FindField(place, target);
        MatchKind kind = matchType switch
        {
            "exact" or "valid" => MatchKind.Exact,
            "lpm" => MatchKind.Lpm,
            "ternary" or "optional" => MatchKind.Ternary,
            "range" => MatchKind.Range,
            _ => (MatchKind)(-1),
        };
        if ((int)kind < 0)
        {
            Fault(place, $"match type {matchType} is not supported by this switch");
        }

        if (field is null || field.Field.IsVarbit)
        {
            Fault(place, $"{target} cannot be matched");
        }

        BigInteger? mask = Text(key, "mask") is string text ? Hex(text) : null;
        return new KeyDef(Text(key, "name") ?? $"{target[0]}.{target[1]}", kind, (Expr?)field ?? Zero, field?.Field.Width ?? 1, mask, slot);
    }

    private TableDef WithEntries(TableDef table, JsonElement item, string place)
    {
        TableDef result = table;
        if (item.TryGetProperty("default_entry", out JsonElement entry) && entry.ValueKind == JsonValueKind.Object)
        {
            ActionDef action = FindAction($"{place}, default entry", entry.GetProperty("action_id").GetInt32());
            result = result with
            {
                DefaultAction = action,
                DefaultData = ReadData(entry, action, $"{place}, default entry"),
                DefaultIsConst = Flag(entry, "action_entry_const") || Flag(entry, "action_const"),
            };
        }

        if (!item.TryGetProperty("entries", out JsonElement entries) || entries.ValueKind != JsonValueKind.Array)
        {
            return result;
        }

        List<EntryDef> read = [];
        foreach (JsonElement constant in entries.EnumerateArray())
        {
            string entryPlace = $"{place}, entry {read.Count}";
            Guard(entryPlace, () =>
            {
                JsonElement actionEntry = constant.GetProperty("action_entry");
                ActionDef action = FindAction(entryPlace, actionEntry.GetProperty("action_id").GetInt32());
                List<MatchValue> match = [];
                foreach (JsonElement key in constant.GetProperty("match_key").EnumerateArray())
                {
                    match.Add(ReadMatch(key, table.Keys[match.Count]));
                }

                if (match.Count != table.Keys.Count)
                {
                    Fault(entryPlace, $"{match.Count} match values for {table.Keys.Count} keys");
                }

                int priority = constant.TryGetProperty("priority", out JsonElement p) ? p.GetInt32() : 0;
                read.Add(new EntryDef(match, priority, action, ReadData(actionEntry, action, entryPlace)));
            });
        }

        return result with { Entries = read, EntriesAreConst = true };
    }

    private static MatchValue ReadMatch(JsonElement key, KeyDef definition)
    {
        BigInteger Number(string name) => key.GetProperty(name) is { ValueKind: JsonValueKind.String } text
            ? Hex(text.Required()) & Tables.KeyLayout.PrefixMask(definition.Width, definition.Width)
            : key.GetProperty(name).GetBoolean() ? BigInteger.One : BigInteger.Zero;
        return definition.Kind switch
        {
            MatchKind.Lpm => new MatchValue(Number("key"), 0, key.GetProperty("prefix_length").GetInt32()),
            MatchKind.Ternary => new MatchValue(Number("key"), Number("mask"), 0),
            MatchKind.Range => new MatchValue(Number("start"), Number("end"), 0),
            _ => new MatchValue(Number("key"), 0, 0),
        };
    }

    private ulong[] ReadData(JsonElement entry, ActionDef action, string place)
    {
        List<JsonElement> values = [.. Items(entry, "action_data")];
        if (values.Count != action.Params.Count)
        {
            Fault(place, $"{values.Count} arguments for action {action.Name} with {action.Params.Count} parameters");
            return [];
        }

        ulong[] data = new ulong[action.Words];
        for (int i = 0; i < values.Count; i++)
        {
            ParamDef parameter = action.Params[i];
            Execution.Words.Put(data, parameter.Slot, parameter.Width, Hex(values[i].Required()) & Tables.KeyLayout.PrefixMask(parameter.Width, parameter.Width));
        }

        return data;
    }
}
