using System.Text.Json;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Programs.Reading;

/// <summary>Reads BMv2 JSON into a <see cref="ProgramModel"/>, collecting every fault with its place before it gives up.</summary>
internal sealed partial class ProgramReader
{
    private const int MajorVersion = 2;
    private const int NewestMinorVersion = 24;
    private readonly JsonElement _root;
    private readonly List<string> _faults = [];

    private ProgramReader(JsonElement root) => _root = root;

    public static ProgramModel Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 512 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("pipelines", out _))
            {
                throw new ProgramException(["not a BMv2 program: the JSON has no member \"pipelines\""]);
            }

            return new ProgramReader(document.RootElement).Read();
        }
        catch (Exception fault) when (IsMalformed(fault))
        {
            throw new ProgramException([$"the program is malformed ({fault.Message})"]);
        }
        catch (JsonException fault)
        {
            throw new ProgramException([$"not JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine}"]);
        }
    }

    private ProgramModel Read()
    {
        CheckVersion();
        ReadHeaders();
        ThrowIfFaulty();
        ReadErrors();
        ReadArrays();
        CheckArrays();
        ThrowIfFaulty();
        ReadCalculations();
        ReadDigests();
        ReadValueSets();
        ReadActions();
        ParserDef? parser = ReadParser();
        PipelineDef? ingress = ReadPipeline("ingress");
        PipelineDef? egress = ReadPipeline("egress");
        ReadChecksums();
        IReadOnlyDictionary<int, IReadOnlyList<FieldExpr>> fieldLists = ReadFieldLists();
        IReadOnlyList<Header> order = ReadDeparser();
        RefuseUnsupported();
        Intrinsics intrinsics = ReadIntrinsics();
        ThrowIfFaulty();
        return new ProgramModel
        {
            Name = _root.TryGetProperty("program", out JsonElement name) ? name.GetString() ?? "" : "",
            Headers = [.. _headers.Values],
            Stacks = [.. _stacks.Values, .. _unionStacks.Values],
            Slots = _slots,
            MetadataSlots = _metadataSlots,
            SpillSlot = _spillSlot,
            VarBytes = _varBytes,
            Intrinsics = intrinsics,
            Errors = _errors,
            Parser = parser!,
            DeparserOrder = order,
            Actions = [.. _actions.Values],
            Tables = _tables,
            Ingress = ingress!,
            Egress = egress!,
            Checksums = _checksums,
            Counters = [.. _counters.Values],
            Meters = [.. _meters.Values],
            Registers = [.. _registers.Values],
            FieldLists = fieldLists,
            ActionProfiles = [.. _profiles.Values],
            ValueSets = [.. _valueSets.Values],
            Digests = _digests,
            Algorithms = _algorithms,
        };
    }

    private void CheckVersion()
    {
        if (!_root.TryGetProperty("__meta__", out JsonElement meta) || !meta.TryGetProperty("version", out JsonElement version)
            || version.ValueKind != JsonValueKind.Array || version.GetArrayLength() != 2)
        {
            return; // older than 2.0: BMv2 reads these as well
        }

        int major = version[0].GetInt32();
        int minor = version[1].GetInt32();
        if (major != MajorVersion || minor > NewestMinorVersion)
        {
            Fault("__meta__.version", $"JSON format {major}.{minor} is not known; this switch reads {MajorVersion}.0 to {MajorVersion}.{NewestMinorVersion}");
        }
    }

    private void RefuseUnsupported()
    {
        foreach (string section in (string[])["extern_instances"])
        {
            foreach (JsonElement item in Items(_root, section))
            {
                Fault($"{section}: {NameOf(item)}", $"{section.Replace('_', ' ')} are not supported by this switch");
            }
        }
    }

    /// <summary>Runs the reading of one item; malformed JSON in it becomes one fault with its place.</summary>
    private void Guard(string place, Action read)
    {
        try
        {
            read();
        }
        catch (Exception fault) when (IsMalformed(fault))
        {
            Fault(place, $"malformed ({fault.Message})");
        }
    }

    /// <summary>True for what reading of JSON throws when a member is missing, of another kind, or out of its range.</summary>
    private static bool IsMalformed(Exception fault) =>
        fault is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException or ArgumentException;

    /// <summary>Adds a named item; a second of the same name is a fault.</summary>
    private void AddOnce<TKey, TItem>(Dictionary<TKey, TItem> items, TKey key, TItem item, string place)
        where TKey : notnull
    {
        if (!items.TryAdd(key, item))
        {
            Fault(place, $"there is another one called {key}");
        }
    }

    private void Fault(string place, string what)
    {
        string line = $"{place}: {what}";
        if (!_faults.Contains(line))
        {
            _faults.Add(line);
        }
    }

    private void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw new ProgramException([.. _faults]);
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    private static string NameOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out JsonElement name) ? name.ToString() : "?";

    private static bool Flag(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    /// <summary>The place with file and line where p4c told them.</summary>
    private static string Place(string what, JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("source_info", out JsonElement source)
            || Text(source, "filename") is not string file || !source.TryGetProperty("line", out JsonElement line))
        {
            return what;
        }

        return $"{what} ({file}:{line})";
    }
}
