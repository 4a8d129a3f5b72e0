using System.Text;
using System.Text.Json.Nodes;

namespace Telemetry.SoftSwitch.Tests.Fuzzing;

/// <summary>Damages programs: parts of the tree removed, doubled, swapped, numbers and names changed, or bytes of the text.</summary>
internal sealed class JsonMutator(Random random)
{
    public byte[] Mutate(byte[] json)
    {
        if (random.Next(8) == 0)
        {
            byte[] bytes = [.. json];
            for (int edits = random.Next(1, 5); edits > 0; edits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
            }

            return bytes;
        }

        JsonNode root = JsonNode.Parse(json)!;
        for (int edits = random.Next(1, 4); edits > 0; edits--)
        {
            List<JsonNode> nodes = [];
            Collect(root, nodes);
            Change(nodes[random.Next(nodes.Count)], nodes);
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static void Collect(JsonNode? node, List<JsonNode> nodes)
    {
        if (node is null)
        {
            return;
        }

        nodes.Add(node);
        foreach (JsonNode? child in node switch
        {
            JsonArray array => array.AsEnumerable(),
            JsonObject fields => fields.Where(f => f.Key != "source_info").Select(f => f.Value),
            _ => [],
        })
        {
            Collect(child, nodes);
        }
    }

    private void Change(JsonNode node, List<JsonNode> nodes)
    {
        switch (node)
        {
            case JsonArray { Count: > 0 } array:
                int at = random.Next(array.Count);
                JsonNode? copy = array[at]?.DeepClone();
                if (random.Next(2) == 0)
                {
                    array.RemoveAt(at);
                }
                else
                {
                    array.Insert(random.Next(array.Count + 1), copy);
                }

                break;
            case JsonObject { Count: > 0 } fields:
                string key = fields.ElementAt(random.Next(fields.Count)).Key;
                if (random.Next(3) == 0)
                {
                    fields.Remove(key);
                }
                else
                {
                    fields[key] = nodes[random.Next(nodes.Count)].DeepClone();
                }

                break;
            case JsonValue value:
                Replace(value, nodes);
                break;
            default:
                break;
        }
    }

    private void Replace(JsonValue value, List<JsonNode> nodes)
    {
        JsonNode? changed = value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.Number => JsonValue.Create(random.Next(5) switch
            {
                0 => 0, 1 => -1, 2 => int.MaxValue, 3 => random.Next(300), _ => (int)Math.Min(int.MaxValue - 1L, (long)double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) + 1),
            }),
            System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => JsonValue.Create(random.Next(2) == 0),
            _ => random.Next(3) switch
            {
                0 => null,
                1 => JsonValue.Create("0x" + random.Next().ToString("x", System.Globalization.CultureInfo.InvariantCulture)),
                _ => nodes.OfType<JsonValue>().ElementAt(random.Next(nodes.OfType<JsonValue>().Count())).DeepClone(),
            },
        };
        switch (value.Parent)
        {
            case JsonArray array:
                array[array.IndexOf(value)] = changed;
                break;
            case JsonObject fields:
                fields[fields.First(f => f.Value == value).Key] = changed;
                break;
            default:
                break;
        }
    }
}
