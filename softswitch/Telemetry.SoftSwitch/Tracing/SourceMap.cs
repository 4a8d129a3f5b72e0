using System.Globalization;
using System.Text.Json;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>Where the P4 source has what the program's JSON says, for those parts that the compiler annotated. Read when a trace begins.</summary>
internal sealed class SourceMap
{
    private readonly Dictionary<(int Action, int Primitive), string> _steps = [];
    private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);

    /// <summary>Reads the annotations of a JSON that the program was made of.</summary>
    public static SourceMap Read(byte[] json)
    {
        SourceMap map = new();
        using JsonDocument document = JsonDocument.Parse(json);
        int action = 0;
        foreach (JsonElement item in Items(document.RootElement, "actions"))
        {
            int primitive = 0;
            foreach (JsonElement step in Items(item, "primitives"))
            {
                if (Place(step) is string place)
                {
                    map._steps[(action, primitive)] = place;
                }

                primitive++;
            }

            action++;
        }

        foreach (JsonElement pipeline in Items(document.RootElement, "pipelines"))
        {
            foreach (JsonElement node in Items(pipeline, "tables").Concat(Items(pipeline, "conditionals")))
            {
                if (Place(node) is string place)
                {
                    map._nodes[node.GetProperty("name").GetString()!] = place;
                }
            }
        }

        return map;
    }

    /// <summary>File, line and text of a step of an action, by their positions in the program; null where the compiler said nothing.</summary>
    public string? OfStep(int action, int primitive) => _steps.GetValueOrDefault((action, primitive));

    /// <summary>File, line and text of a table or condition.</summary>
    public string? OfNode(string name) => _nodes.GetValueOrDefault(name);

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    private static string? Place(JsonElement item) =>
        item.TryGetProperty("source_info", out JsonElement source) && source.ValueKind == JsonValueKind.Object
        && source.TryGetProperty("filename", out JsonElement file) && file.ValueKind == JsonValueKind.String
        && source.TryGetProperty("line", out JsonElement line) && line.TryGetInt32(out int number)
            ? string.Create(CultureInfo.InvariantCulture, $"{file.GetString()}({number}) {(source.TryGetProperty("source_fragment", out JsonElement text) ? text.GetString() : "")}").TrimEnd()
            : null;
}
