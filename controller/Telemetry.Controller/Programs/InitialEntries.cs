using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Programs;

/// <summary>
/// Entries that a program puts into its tables itself, and that are no constants: a client may change them, but did not write
/// them. P4Info says only which tables have some; which ones, the BMv2 JSON does.
/// </summary>
internal sealed class InitialEntries
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    private InitialEntries()
    {
    }

    /// <summary>Those of a program; none where its device configuration is no BMv2 JSON.</summary>
    public static InitialEntries Of(P4Program program)
    {
        InitialEntries found = new();
        if (!program.Index.Tables.Any(t => t.Source.HasInitialEntries))
        {
            return found;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(program.DeviceConfig.Memory);
            Dictionary<int, string> actions = json.RootElement.GetProperty("actions").EnumerateArray()
                .ToDictionary(a => a.GetProperty("id").GetInt32(), a => a.GetProperty("name").GetString()!);
            foreach (JsonElement table in json.RootElement.GetProperty("pipelines").EnumerateArray().SelectMany(p => p.GetProperty("tables").EnumerateArray()))
            {
                if (program.Index.Tables.TryGet(table.GetProperty("name").GetString()!, out TableInfo? info) && info.Source.HasInitialEntries
                    && table.TryGetProperty("entries", out JsonElement entries))
                {
                    found._keys.UnionWith(entries.EnumerateArray().Select(e => TextOf(Entry(program.Index, info, e, actions))));
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or P4InfoException or P4ValueException)
        {
            return new InitialEntries(); // another target's configuration
        }

        return found;
    }

    /// <summary>True for an entry that is as the program made it, whatever priority the target gives it.</summary>
    public bool Contains(Entity entity) => _keys.Count > 0 && entity.TableEntry is { IsDefaultAction: false } entry && _keys.Contains(TextOf(entry));

    private static TableEntry Entry(P4InfoIndex index, TableInfo table, JsonElement entry, Dictionary<int, string> actions)
    {
        TableEntry made = new() { TableId = table.Id };
        int at = 0;
        foreach (JsonElement key in entry.GetProperty("match_key").EnumerateArray())
        {
            MatchFieldInfo field = table.MatchFields[at++];
            string text = key.GetProperty("match_type").GetString() switch
            {
                "lpm" => $"{Value("key")}/{key.GetProperty("prefix_length").GetInt32().ToString(CultureInfo.InvariantCulture)}",
                "ternary" when field.MatchType == P4.Config.V1.MatchField.Types.MatchType.Optional => IsZero("mask") ? "" : Value("key"),
                "ternary" => $"{Value("key")}&&&{Value("mask")}",
                "range" => $"{Value("start")}..{Value("end")}",
                _ => Value("key"),
            };
            if (text.Length > 0 && field.Parse(text) is { } match)
            {
                made.Match.Add(match);
            }

            string Value(string name) => key.GetProperty(name).GetString()!;

            bool IsZero(string name) => Value(name).AsSpan(2).TrimStart('0').IsEmpty;
        }

        JsonElement call = entry.GetProperty("action_entry");
        ActionInfo action = index.Actions.Get(actions[call.GetProperty("action_id").GetInt32()]);
        made.Action = new TableAction { Action = new P4.V1.Action { ActionId = action.Id } };
        int parameter = 0;
        foreach (JsonElement value in call.GetProperty("action_data").EnumerateArray())
        {
            made.Action.Action.Params.Add(new P4.V1.Action.Types.Param
            {
                ParamId = action.Parameters[parameter++].Id,
                Value = CanonicalBytes.Canonicalize(ByteString.CopyFrom(Convert.FromHexString(Even(value.GetString()!)))),
            });
        }

        return made;
    }

    private static string TextOf(TableEntry entry)
    {
        TableEntry bare = new() { TableId = entry.TableId };
        bare.Match.AddRange(entry.Match);
        return $"{EntityKey.Of(new Entity { TableEntry = bare })} {EntityKey.Normal(new Entity { TableEntry = new TableEntry { Action = entry.Action } })}";
    }

    private static string Even(string hex)
    {
        string digits = hex[2..];
        return digits.Length % 2 == 0 ? digits : $"0{digits}";
    }
}
