using System.Collections.ObjectModel;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Telemetry.Collector.Nodes;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Profiles;

/// <summary>Reads profiles from a JSON file, whole: every fault in one message, each with its place.</summary>
/// <remarks>
/// <c>{"profiles": [{"name": "sw-a", "nodes": [1, "10-19"], "sources": ["10.0.0.1"], "deviations": ["shim-counted"], "strict": false, "version": "2.0",
/// "maximum_hops": 10, "int": {"dscp": 23, "dscp_mask": 63, "udp_port": 0, "probe_marker": "0x0123456789abcdef", "after_tcp_options": false, "gre_protocol": 35013,
/// "vxlan_protocol": 130, "geneve_class": 259}, "clock": {"unit_ns": 1000, "latency_unit_ns": 1000, "shared": true}, "drop_reasons": {"29": "no route"}}]}</c>. All but the name may be left out; the
/// first profile that is for an exporter holds; one without nodes and sources is for all.
/// </remarks>
public sealed class DecodeProfileFile
{
    private const string Top = "profiles";
    private static readonly string[] s_profileKeys = ["name", "nodes", "sources", "deviations", "strict", "version", "maximum_hops", "int", "clock", "drop_reasons"];
    private static readonly string[] s_intKeys =
        ["dscp", "dscp_mask", "udp_port", "probe_marker", "after_tcp_options", "gre_protocol", "vxlan_protocol", "geneve_class"];

    private static readonly string[] s_clockKeys = ["unit_ns", "latency_unit_ns", "shared"];

    private readonly List<string> _faults = [];

    private DecodeProfileFile()
    {
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ArgumentException">The file is not there, no JSON, or has faults; names each.</exception>
    public static DecodeProfiles Load(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file), file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"{file}: {fault.Message}", fault);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="ArgumentException">No JSON, or faults; names each.</exception>
    public static DecodeProfiles Parse(string json, string name)
    {
        DecodeProfileFile reader = new();
        List<DecodeProfile> profiles = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(Top, out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            {
                throw new ArgumentException($"{name}: an object with a list \"{Top}\" is expected");
            }

            int index = 0;
            foreach (JsonElement entry in list.EnumerateArray())
            {
                profiles.Add(reader.Profile(entry, $"{Top}[{index++}]"));
            }
        }
        catch (JsonException fault)
        {
            throw new ArgumentException($"{name}: no JSON: {fault.Message}", fault);
        }

        return reader._faults.Count == 0
            ? new DecodeProfiles(profiles)
            : throw new ArgumentException(string.Join(Environment.NewLine, reader._faults.Select(fault => $"{name}: {fault}")));
    }

    private DecodeProfile Profile(JsonElement entry, string place)
    {
        if (!IsObject(entry, place, s_profileKeys))
        {
            return new DecodeProfile { Name = "" };
        }

        string name = entry.TryGetProperty("name", out JsonElement named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : "";
        if (name.Length == 0)
        {
            _faults.Add($"{place}: a \"name\" is missing");
        }

        JsonElement marks = Part(entry, "int", place, s_intKeys);
        JsonElement clock = Part(entry, "clock", place, s_clockKeys);
        ReportProfile usual = ReportProfile.Default;
        string inner = $"{place}.int";
        return new DecodeProfile
        {
            Name = name,
            Nodes = [.. Items(entry, "nodes", place).Select(item => Range(item, $"{place}.nodes"))],
            Sources = [.. Items(entry, "sources", place).Select(item => Address(item, $"{place}.sources"))],
            Reports = new ReportProfile
            {
                Strict = Flag(entry, "strict", place, false),
                Version = Version(entry, place),
                MaximumHops = (int)Number(entry, "maximum_hops", place, 1, 255, usual.MaximumHops),
                Deviations = Items(entry, "deviations", place).Aggregate(ReportDeviations.None, (all, item) => all | Deviation(item, $"{place}.deviations")),
                IntDscp = (int)Number(marks, "dscp", inner, -1, 63, usual.IntDscp),
                IntDscpMask = (int)Number(marks, "dscp_mask", inner, 0, 63, usual.IntDscpMask),
                IntUdpPort = (ushort)Number(marks, "udp_port", inner, 0, 65535, usual.IntUdpPort),
                IntAfterTcpOptions = Flag(marks, "after_tcp_options", inner, usual.IntAfterTcpOptions),
                IntGreProtocol = (ushort)Number(marks, "gre_protocol", inner, 0, 65535, usual.IntGreProtocol),
                IntVxlanProtocol = (byte)Number(marks, "vxlan_protocol", inner, 0, 255, usual.IntVxlanProtocol),
                IntGeneveClass = (ushort)Number(marks, "geneve_class", inner, 0, 65535, usual.IntGeneveClass),
                ProbeMarker = Marker(marks, inner),
                DropReasons = Reasons(entry, $"{place}.drop_reasons"),
            },
            Clock = new ClockProfile(
                Number(clock, "latency_unit_ns", $"{place}.clock", 1, 1_000_000_000, 1000),
                Number(clock, "unit_ns", $"{place}.clock", 1, 1_000_000_000, 1000),
                Flag(clock, "shared", $"{place}.clock", true)),
        };
    }

    private bool IsObject(JsonElement element, string place, string[] known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            _faults.Add($"{place}: an object is expected");
            return false;
        }

        foreach (JsonProperty property in element.EnumerateObject().Where(property => !known.Contains(property.Name)))
        {
            _faults.Add($"{place}: there is no \"{property.Name}\"; known: {string.Join(", ", known)}");
        }

        return true;
    }

    private JsonElement Part(JsonElement entry, string name, string place, string[] known) =>
        entry.TryGetProperty(name, out JsonElement part) && IsObject(part, $"{place}.{name}", known) ? part : default;

    private IReadOnlyDictionary<int, string> Reasons(JsonElement entry, string place)
    {
        if (!entry.TryGetProperty("drop_reasons", out JsonElement part))
        {
            return ReadOnlyDictionary<int, string>.Empty;
        }

        Dictionary<int, string> reasons = [];
        if (part.ValueKind != JsonValueKind.Object)
        {
            _faults.Add($"{place}: an object is expected, as {{\"29\": \"no route\"}}");
            return reasons;
        }

        foreach (JsonProperty reason in part.EnumerateObject())
        {
            if (byte.TryParse(reason.Name, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) && reason.Value.ValueKind == JsonValueKind.String)
            {
                reasons[number] = reason.Value.GetString()!;
            }
            else
            {
                _faults.Add($"{place}: \"{reason.Name}\": a number from 0 to 255 and a text are expected");
            }
        }

        return reasons;
    }

    private JsonElement[] Items(JsonElement entry, string name, string place)
    {
        if (!entry.TryGetProperty(name, out JsonElement list))
        {
            return [];
        }

        if (list.ValueKind == JsonValueKind.Array)
        {
            return [.. list.EnumerateArray()];
        }

        _faults.Add($"{place}.{name}: a list is expected");
        return [];
    }

    private (uint, uint) Range(JsonElement item, string place)
    {
        if (item.ValueKind == JsonValueKind.Number && item.TryGetUInt32(out uint one))
        {
            return (one, one);
        }

        string[] ends = item.ValueKind == JsonValueKind.String ? item.GetString()!.Split('-') : [];
        if (ends.Length == 2 && uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint first)
            && uint.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint last) && first <= last)
        {
            return (first, last);
        }

        _faults.Add($"{place}: {item} is neither a node id nor a range such as \"10-19\"");
        return default;
    }

    private UInt128 Address(JsonElement item, string place)
    {
        if (item.ValueKind == JsonValueKind.String && IPAddress.TryParse(item.GetString(), out IPAddress? address))
        {
            UInt128 value = 0;
            foreach (byte one in address.GetAddressBytes())
            {
                value = (value << 8) | one;
            }

            return value;
        }

        _faults.Add($"{place}: {item} is no IP address");
        return default;
    }

    private ReportDeviations Deviation(JsonElement item, string place)
    {
        if (item.ValueKind == JsonValueKind.String && DeviationNames.TryGet(item.GetString()!, out ReportDeviations deviation))
        {
            return deviation;
        }

        _faults.Add($"{place}: {item} is none of {string.Join(", ", DeviationNames.All)}");
        return default;
    }

    private ReportVersion Version(JsonElement entry, string place)
    {
        if (!entry.TryGetProperty("version", out JsonElement value))
        {
            return ReportVersion.None;
        }

        switch (value.ValueKind == JsonValueKind.String ? value.GetString() : "")
        {
            case "2.0":
                return ReportVersion.V20;
            case "1.0":
                return ReportVersion.V10;
            case "0.5":
                return ReportVersion.V05;
            default:
                _faults.Add($"{place}.version: {value} is none of \"2.0\", \"1.0\", \"0.5\"");
                return ReportVersion.None;
        }
    }

    private ulong? Marker(JsonElement marks, string place)
    {
        if (marks.ValueKind != JsonValueKind.Object || !marks.TryGetProperty("probe_marker", out JsonElement value))
        {
            return null;
        }

        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (text.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong marker))
        {
            return marker;
        }

        _faults.Add($"{place}.probe_marker: {value} is no text of 64 bits such as \"0x0123456789abcdef\"");
        return null;
    }

    private long Number(JsonElement from, string name, string place, long least, long most, long usual)
    {
        if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out JsonElement value))
        {
            return usual;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= least && number <= most)
        {
            return number;
        }

        _faults.Add($"{place}.{name}: {value} is no whole number from {least} to {most}");
        return usual;
    }

    private bool Flag(JsonElement from, string name, string place, bool usual)
    {
        if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out JsonElement value))
        {
            return usual;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        _faults.Add($"{place}.{name}: {value} is neither true nor false");
        return usual;
    }
}
