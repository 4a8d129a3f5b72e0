using P4.Config.V1;
using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.Programs;

/// <summary>Tells whether a P4Info was made of the same program as a BMv2 JSON.</summary>
internal static class P4InfoMatch
{
    /// <summary>Adds a fault for the first table, key or action that the two files do not share.</summary>
    public static void Check(string jsonPath, JsonPart root, string infoPath, P4Info info, List<InputFault> faults)
    {
        if (root.Get("pipelines") is not { IsArray: true } pipelines || root.Get("actions") is not { IsArray: true } actions)
        {
            faults.Add(new InputFault(jsonPath, 1, "", "is no BMv2 program; expected p4c's JSON with pipelines and actions"));
            return;
        }

        string? mismatch = Tables(pipelines, info) ?? Actions(actions, info);
        if (mismatch is not null)
        {
            faults.Add(new InputFault(
                infoPath, 0, "", $"is the P4Info of another program than {Path.GetFileName(jsonPath)}: {mismatch}"));
        }
    }

    private static string? Tables(JsonPart pipelines, P4Info info)
    {
        Dictionary<string, JsonPart> tables = [];
        foreach (JsonPart table in pipelines.Items.SelectMany(p => p.Get("tables")?.Items ?? []))
        {
            if (table.Get("name") is { IsText: true } name)
            {
                tables.TryAdd(name.Text, table);
            }
        }

        foreach (Table table in info.Tables)
        {
            string name = table.Preamble.Name;
            if (!tables.TryGetValue(name, out JsonPart? part))
            {
                return $"it has table {name}, the JSON does not";
            }

            int keys = part.Get("key")?.Items.Count ?? 0;
            if (keys != table.MatchFields.Count)
            {
                return $"table {name} has {table.MatchFields.Count} keys there and {keys} in the JSON";
            }

            for (int i = 0; i < keys; i++)
            {
                if (part.Get("key")!.Items[i].Get("name") is { IsText: true } key && key.Text != table.MatchFields[i].Name)
                {
                    return $"key {i + 1} of table {name} is {table.MatchFields[i].Name} there and {key.Text} in the JSON";
                }
            }
        }

        return null;
    }

    private static string? Actions(JsonPart actions, P4Info info)
    {
        ILookup<string, int> parameters = actions.Items
            .Where(a => a.Get("name") is { IsText: true })
            .ToLookup(a => a.Get("name")!.Text, a => a.Get("runtime_data")?.Items.Count ?? 0);
        foreach (P4.Config.V1.Action action in info.Actions)
        {
            string name = action.Preamble.Name;
            if (!parameters.Contains(name))
            {
                return $"it has action {name}, the JSON does not";
            }

            if (!parameters[name].Contains(action.Params.Count))
            {
                return $"action {name} has {action.Params.Count} parameters there and {parameters[name].First()} in the JSON";
            }
        }

        return null;
    }
}
