using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Telemetry.Controller.Inputs;

/// <summary>
/// A JSON value that knows its path and line, so that a validator can say where a fault is. Unlike
/// <see cref="JsonDocument"/> it also reports a key that stands twice in one object.
/// </summary>
internal sealed class JsonPart
{
    private JsonPart(string path, int line, JsonValueKind kind)
    {
        Path = path;
        Line = line;
        Kind = kind;
    }

    public string Path { get; }

    public int Line { get; }

    public JsonValueKind Kind { get; }

    /// <summary>Text of a string, or the digits of a number.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Members of an object, in the file's order.</summary>
    public List<KeyValuePair<string, JsonPart>> Members { get; } = [];

    /// <summary>Items of an array.</summary>
    public List<JsonPart> Items { get; } = [];

    public bool IsText => Kind == JsonValueKind.String;

    public bool IsNumber => Kind == JsonValueKind.Number;

    public bool IsObject => Kind == JsonValueKind.Object;

    public bool IsArray => Kind == JsonValueKind.Array;

    /// <summary>What a person would call this value in a fault.</summary>
    public string Shown => Kind switch
    {
        JsonValueKind.String => $"\"{Text}\"",
        JsonValueKind.Number => Text,
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    public JsonPart? Get(string key)
    {
        foreach (KeyValuePair<string, JsonPart> member in Members)
        {
            if (member.Key == key)
            {
                return member.Value;
            }
        }

        return null;
    }

    public bool TryNumber(out double number) =>
        double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && IsNumber;

    public bool TryInteger(out long number) =>
        long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && IsNumber;

    /// <summary>Reads a whole file. A fault of syntax is added to <paramref name="faults"/> and null returned.</summary>
    public static JsonPart? Parse(string file, ReadOnlySpan<byte> utf8, List<InputFault> faults)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        Utf8JsonReader reader = new(utf8); // strict, because the Python tools that share these files are
        LineCounter lines = new(utf8);
        try
        {
            reader.Read();
            JsonPart root = ReadValue(ref reader, ref lines, "", file, faults);
            reader.Read();
            return root;
        }
        catch (JsonException fault)
        {
            string reason = fault.Message.Split(" LineNumber:")[0];
            faults.Add(new InputFault(file, (int)(fault.LineNumber ?? 0) + 1, "", $"not JSON: {reason}"));
            return null;
        }
    }

    private static JsonPart ReadValue(
        ref Utf8JsonReader reader, ref LineCounter lines, string path, string file, List<InputFault> faults)
    {
        int line = lines.LineAt((int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                JsonPart owner = new(path, line, JsonValueKind.Object);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string key = reader.GetString()!;
                    int keyLine = lines.LineAt((int)reader.TokenStartIndex);
                    string keyPath = path.Length == 0 ? key : $"{path}.{key}";
                    if (owner.Get(key) is { } first)
                    {
                        faults.Add(new InputFault(
                            file, keyLine, keyPath, $"stands twice in one object, first in line {first.Line}"));
                    }

                    reader.Read();
                    owner.Members.Add(new(key, ReadValue(ref reader, ref lines, keyPath, file, faults)));
                }

                return owner;
            case JsonTokenType.StartArray:
                JsonPart list = new(path, line, JsonValueKind.Array);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Items.Add(ReadValue(ref reader, ref lines, $"{path}[{list.Items.Count}]", file, faults));
                }

                return list;
            case JsonTokenType.String:
                return new JsonPart(path, line, JsonValueKind.String) { Text = reader.GetString()! };
            case JsonTokenType.Number:
                return new JsonPart(path, line, JsonValueKind.Number) { Text = Encoding.UTF8.GetString(reader.ValueSpan) };
            case JsonTokenType.True:
                return new JsonPart(path, line, JsonValueKind.True);
            case JsonTokenType.False:
                return new JsonPart(path, line, JsonValueKind.False);
            default:
                return new JsonPart(path, line, JsonValueKind.Null);
        }
    }

    /// <summary>Turns growing byte offsets into line numbers.</summary>
    private ref struct LineCounter(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _at;
        private int _line = 1;

        public int LineAt(int offset)
        {
            if (offset > _at)
            {
                _line += _text[_at..offset].Count((byte)'\n');
                _at = offset;
            }

            return _line;
        }
    }
}
