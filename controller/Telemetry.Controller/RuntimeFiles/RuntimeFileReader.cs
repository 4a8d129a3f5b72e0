using System.Text.Json;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Inputs;
using Telemetry.P4Runtime.Schema;
using MatchType = P4.Config.V1.MatchField.Types.MatchType;

namespace Telemetry.Controller.RuntimeFiles;

/// <summary>Turns the JSON of a runtime file into entries and collects every fault on the way.</summary>
internal sealed class RuntimeFileReader(string file, P4InfoIndex index, List<InputFault> faults)
{
    private const int ReplicationOrder = 0;
    private const int TableOrder = 10;

    private static readonly string[] RootKeys =
        ["target", "p4info", "bmv2_json", "table_entries", "multicast_group_entries", "clone_session_entries", "other_entries"];

    private static readonly string[] EntryKeys =
        ["table", "match", "action_name", "action_params", "default_action", "priority"];

    /// <summary>Checks what does not depend on a program.</summary>
    public static void CheckForm(string file, JsonPart root, List<InputFault> faults)
    {
        if (!root.IsObject)
        {
            faults.Add(new InputFault(file, root.Line, "", $"is {root.Shown}; expected an object with table_entries"));
            return;
        }

        CheckKeys(file, root, RootKeys, faults);
        if (root.Get("target") is { } target && target.Text != "bmv2")
        {
            faults.Add(new InputFault(file, target.Line, target.Path, $"is {target.Shown}; expected \"bmv2\""));
        }

        foreach (string key in RootKeys[3..])
        {
            if (root.Get(key) is not { } list)
            {
                continue;
            }

            if (!list.IsArray)
            {
                faults.Add(new InputFault(file, list.Line, list.Path, $"is {list.Shown}; expected a list of entries"));
            }

            foreach (JsonPart item in list.Items.Where(i => key == "other_entries" ? !i.IsText : !i.IsObject))
            {
                faults.Add(new InputFault(file, item.Line, item.Path, $"is {item.Shown}; expected {(key == "other_entries" ? "an entry as a line of text" : "an object")}"));
            }
        }
    }

    public IReadOnlyList<P4Entry> Read(JsonPart root)
    {
        List<P4Entry> entries = [];
        Dictionary<string, JsonPart> keys = [];
        foreach (JsonPart part in Items(root, "multicast_group_entries"))
        {
            CheckKeys(file, part, ["multicast_group_id", "replicas"], faults);
            Add(part, new MulticastGroupSpec((int)Integer(part, "multicast_group_id"), Replicas(part)) { Order = ReplicationOrder });
        }

        foreach (JsonPart part in Items(root, "clone_session_entries"))
        {
            CheckKeys(file, part, ["clone_session_id", "replicas", "packet_length_bytes"], faults);
            int length = part.Get("packet_length_bytes") is null ? 0 : (int)Integer(part, "packet_length_bytes");
            Add(part, new CloneSessionSpec((int)Integer(part, "clone_session_id"), Replicas(part), length) { Order = ReplicationOrder });
        }

        foreach (JsonPart part in Items(root, "table_entries"))
        {
            CheckKeys(file, part, EntryKeys, faults);
            if (TableEntry(part) is { } spec)
            {
                Add(part, spec);
            }
        }

        foreach (JsonPart part in Items(root, "other_entries"))
        {
            try
            {
                Add(part, EntryText.Parse(part.Text));
            }
            catch (EntryFormatException fault)
            {
                Fault(part, fault.Message);
            }
        }

        return entries;

        void Add(JsonPart part, EntrySpec spec)
        {
            List<string> problems = [];
            P4Entry? entry = EntryBinder.Bind(index, spec, problems);
            foreach (string problem in problems)
            {
                Fault(part, problem);
            }

            if (entry is null)
            {
                return;
            }

            if (!keys.TryAdd(entry.Key, part))
            {
                Fault(part, $"is the same entry as {keys[entry.Key].Path} in line {keys[entry.Key].Line}");
            }

            entries.Add(entry);
        }
    }

    private TableEntrySpec? TableEntry(JsonPart part)
    {
        if (part.Get("table") is not { IsText: true } name)
        {
            Fault(part, "names no table; expected \"table\": \"MyIngress.ipv4_lpm\" or the like");
            return null;
        }

        if (part.Get("action_name") is not { IsText: true } action)
        {
            Fault(part, "names no action; expected \"action_name\"");
            return null;
        }

        index.Tables.TryGet(name.Text, out TableInfo? table);
        List<ActionArgument> arguments = [];
        foreach ((string key, JsonPart value) in part.Get("action_params")?.Members ?? [])
        {
            if (Scalar(value) is { } text)
            {
                arguments.Add(new ActionArgument(key, text));
            }
        }

        List<MatchSpec> matches = [];
        foreach ((string key, JsonPart value) in part.Get("match")?.Members ?? [])
        {
            MatchFieldInfo? field = null;
            table?.MatchFields.TryGet(key, out field);
            if (field is null)
            {
                matches.Add(new MatchSpec(key, "")); // the binder says which keys there are
            }
            else if (Match(field, value) is { } text)
            {
                matches.Add(new MatchSpec(key, text));
            }
        }

        return new TableEntrySpec
        {
            Table = name.Text,
            Matches = matches,
            Action = action.Text,
            Arguments = arguments,
            Priority = part.Get("priority") is null ? 0 : (int)Integer(part, "priority"),
            IsDefault = part.Get("default_action") is { Kind: JsonValueKind.True },
            Order = TableOrder,
        };
    }

    /// <summary>A match in the text form of its key's kind.</summary>
    private string? Match(MatchFieldInfo field, JsonPart part)
    {
        string? expected = field.MatchType switch
        {
            MatchType.Lpm => "[value, prefix length]",
            MatchType.Ternary => "[value, mask]",
            MatchType.Range => "[low, high]",
            _ => null,
        };
        if (expected is null && part is { IsArray: true, Items.Count: 1 })
        {
            part = part.Items[0]; // as some of the tutorials' files write an exact key
        }

        if (expected is null || !part.IsArray)
        {
            if (part.IsArray)
            {
                Fault(part, $"is a list, but key {field.Name} is {field.MatchType}; expected one value");
                return null;
            }

            return Scalar(part);
        }

        if (part.Items.Count != 2 || Scalar(part.Items[0]) is not { } first || Scalar(part.Items[1]) is not { } second)
        {
            Fault(part, $"does not fit key {field.Name}, which is {field.MatchType}; expected {expected}");
            return null;
        }

        return field.MatchType switch
        {
            MatchType.Lpm => $"{first}/{second}",
            MatchType.Ternary => $"{first}&&&{second}",
            _ => $"{first}..{second}",
        };
    }

    private List<ReplicaSpec> Replicas(JsonPart part)
    {
        List<ReplicaSpec> replicas = [];
        if (part.Get("replicas") is not { IsArray: true } list)
        {
            Fault(part, "has no list of replicas; expected \"replicas\": [{\"egress_port\": 1, \"instance\": 1}]");
            return replicas;
        }

        foreach (JsonPart item in list.Items)
        {
            CheckKeys(file, item, ["egress_port", "instance"], faults);
            int instance = item.Get("instance") is null ? 1 : (int)Integer(item, "instance");
            replicas.Add(new ReplicaSpec((int)Integer(item, "egress_port"), instance));
        }

        return replicas;
    }

    private string? Scalar(JsonPart part)
    {
        if (part.IsText || part.IsNumber)
        {
            return part.Text;
        }

        Fault(part, $"is {part.Shown}; expected a number or text");
        return null;
    }

    private long Integer(JsonPart owner, string key)
    {
        JsonPart? part = owner.Get(key);
        if (part is not null && part.TryInteger(out long number) && number is >= 0 and <= int.MaxValue)
        {
            return number;
        }

        Fault(part ?? owner, $"{key} is {part?.Shown ?? "missing"}; expected a whole number");
        return 1;
    }

    private static List<JsonPart> Items(JsonPart root, string key) => root.Get(key)?.Items ?? [];

    private static void CheckKeys(string file, JsonPart part, string[] known, List<InputFault> faults)
    {
        foreach ((string key, JsonPart value) in part.Members.Where(m => !known.Contains(m.Key)))
        {
            faults.Add(new InputFault(
                file, value.Line, value.Path, $"unknown key \"{key}\"; known keys: {string.Join(", ", known)}"));
        }
    }

    private void Fault(JsonPart part, string message) =>
        faults.Add(new InputFault(file, part.Line, part.Path, message));
}
