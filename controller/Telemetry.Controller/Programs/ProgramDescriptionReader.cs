using System.Globalization;
using Telemetry.Controller.Inputs;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Programs;

/// <summary>Reads a <c>program.json</c> against the program's P4Info and collects every fault on the way.</summary>
internal sealed class ProgramDescriptionReader(string file, P4InfoIndex info, List<InputFault> faults)
{
    private static readonly string[] s_rootKeys = ["telemetry", "tables", "counters", "metadata", "decode", "drop_reasons"];

    private static readonly Dictionary<string, TelemetryMode> s_modes = new()
    {
        ["none"] = TelemetryMode.None, ["int-md"] = TelemetryMode.IntMd, ["int-mx"] = TelemetryMode.IntMx, ["int-xd"] = TelemetryMode.IntXd,
    };

    private static readonly Dictionary<string, long> s_units = new() { ["ns"] = 1, ["us"] = 1000, ["ms"] = 1_000_000 };

    private static readonly Dictionary<string, string[]> s_needed = new()
    {
        ["int-md"] = ["node", "report", "source_port", "watch_ipv4", "sink_port"],
        ["int-mx"] = ["node", "report", "source_port", "watch_ipv4", "sink_port", "export"],
        ["int-xd"] = ["node", "report", "source_port", "watch_ipv4", "export"],
    };

    public ProgramDescription? Read(JsonPart root)
    {
        int before = faults.Count;
        if (!root.IsObject)
        {
            Fault(root, $"is {root.Shown}; expected an object with {string.Join(", ", s_rootKeys)}");
            return null;
        }

        OnlyKeys(root, s_rootKeys);
        string mode = "none";
        if (root.Get("telemetry") is not { } telemetry)
        {
            Fault(root, $"has no telemetry; expected one of {string.Join(", ", s_modes.Keys)}");
        }
        else if (!telemetry.IsText || !s_modes.ContainsKey(mode = telemetry.Text))
        {
            Fault(telemetry, $"is {telemetry.Shown}; expected one of {string.Join(", ", s_modes.Keys)}");
        }

        Dictionary<string, ProgramPart> parts = [];
        List<string> roles = [];
        foreach ((string name, JsonPart part) in Object(root, "tables"))
        {
            if (ProgramRole.All.FirstOrDefault(r => r.Name == name) is not { } role)
            {
                Fault(part, $"is no role of a table; {ProgramRole.Hint(name)}");
            }
            else if (Part(role, part) is { } read)
            {
                parts.Add(role.Table, read);
                roles.Add(name);
            }
        }

        if (faults.Count == before && s_needed.TryGetValue(mode, out string[]? needed) && needed.Except(roles).ToArray() is { Length: > 0 } missing)
        {
            Fault(root.Get("tables") ?? root, $"names no table for {string.Join(", ", missing)}, which {mode} needs");
        }

        ProgramDescription description = new(s_modes.GetValueOrDefault(mode), parts, Decoding(root), Counters(root));
        return faults.Count == before ? description : null;
    }

    private ProgramPart? Part(ProgramRole role, JsonPart part)
    {
        JsonPart? nameOf = part.IsObject ? part.Get("name") : part;
        if (nameOf is not { IsText: true })
        {
            Fault(part, $"is {part.Shown}; expected a table's name, or an object with name, keys and actions");
            return null;
        }

        if (!info.Tables.TryGet(nameOf.Text, out TableInfo? table))
        {
            Fault(nameOf, info.Tables.Unknown(nameOf.Text));
            return null;
        }

        Dictionary<string, string> keys = [];
        Dictionary<string, (string, IReadOnlyDictionary<string, string>)> actions = [];
        if (part.IsObject)
        {
            OnlyKeys(part, ["name", "keys", "actions"]);
            foreach ((string key, JsonPart own) in Object(part, "keys"))
            {
                if (!role.Keys.Contains(key))
                {
                    Fault(own, $"is no key of the role {role.Name}; it has {List(role.Keys)}");
                }
                else if (!own.IsText || !table.MatchFields.TryGet(own.Text, out _))
                {
                    Fault(own, own.IsText ? table.MatchFields.Unknown(own.Text) : $"is {own.Shown}; expected the name of a key");
                }
                else
                {
                    keys.Add(key, own.Text);
                }
            }

            foreach ((string name, JsonPart own) in Object(part, "actions"))
            {
                (string Name, string[] Parameters) action = role.Actions.FirstOrDefault(a => a.Name == name);
                if (action.Name is null)
                {
                    Fault(own, $"is no action of the role {role.Name}; it has {List(role.Actions.Select(a => a.Name))}");
                }
                else if (Action(action.Name, action.Parameters, table, own) is { } read)
                {
                    actions.Add(name, read);
                }
            }
        }

        return new ProgramPart(table.Name, keys, actions);
    }

    private (string, IReadOnlyDictionary<string, string>)? Action(string name, string[] parameters, TableInfo table, JsonPart part)
    {
        JsonPart? nameOf = part.IsObject ? part.Get("name") : part;
        if (nameOf is not { IsText: true })
        {
            Fault(part, $"is {part.Shown}; expected an action's name, or an object with name and parameters");
            return null;
        }

        if (!table.Actions.TryGet(nameOf.Text, out ActionInfo? action))
        {
            Fault(nameOf, table.Actions.Unknown(nameOf.Text));
            return null;
        }

        Dictionary<string, string> names = [];
        if (part.IsObject)
        {
            OnlyKeys(part, ["name", "parameters"]);
            foreach ((string parameter, JsonPart own) in Object(part, "parameters"))
            {
                if (!parameters.Contains(parameter))
                {
                    Fault(own, $"is no parameter of {name}; it has {List(parameters)}");
                }
                else if (own.Kind == System.Text.Json.JsonValueKind.Null)
                {
                    names.Add(parameter, ""); // the action does without
                }
                else if (!own.IsText || !action.Parameters.TryGet(own.Text, out _))
                {
                    Fault(own, own.IsText ? action.Parameters.Unknown(own.Text) : $"is {own.Shown}; expected the name of a parameter, or null");
                }
                else
                {
                    names.Add(parameter, own.Text);
                }
            }
        }

        return (action.Name, names);
    }

    private Dictionary<string, string> Counters(JsonPart root)
    {
        Dictionary<string, string> counters = [];
        foreach ((string use, JsonPart own) in Object(root, "counters"))
        {
            if (ProgramDescription.DefaultCounters.All(c => c.Use != use))
            {
                Fault(own, $"is no use of a counter; expected one of {List(ProgramDescription.DefaultCounters.Select(c => c.Use))}");
            }
            else if (!own.IsText || !info.Counters.TryGet(own.Text, out CounterInfo? counter))
            {
                Fault(own, own.IsText ? info.Counters.Unknown(own.Text) : $"is {own.Shown}; expected the name of a counter");
            }
            else
            {
                counters.Add(use, counter.Name);
            }
        }

        return counters;
    }

    private ProgramDecoding Decoding(JsonPart root)
    {
        ProgramDecoding decoding = new();
        foreach ((string name, JsonPart value) in Object(root, "metadata"))
        {
            bool known = value.IsText && (name is "queue" ? value.Text is "packets" or "cells" or "bytes" : s_units.ContainsKey(value.Text));
            switch (name)
            {
                case "time" or "latency" or "queue" when !known:
                    Fault(value, $"is {value.Shown}; expected {(name == "queue" ? "packets, cells or bytes" : "ns, us or ms")}");
                    break;
                case "time":
                    decoding = decoding with { TimeUnitNs = s_units[value.Text] };
                    break;
                case "latency":
                    decoding = decoding with { LatencyUnitNs = s_units[value.Text] };
                    break;
                case "queue":
                    decoding = decoding with { QueueUnit = value.Text };
                    break;
                default:
                    Fault(value, "is not expected here; expected time, latency, queue");
                    break;
            }
        }

        foreach ((string name, JsonPart value) in Object(root, "decode"))
        {
            switch (name)
            {
                case "int_dscp" when value.TryInteger(out long dscp) && dscp is >= -1 and < 64:
                    decoding = decoding with { IntDscp = (int)dscp };
                    break;
                case "int_udp_port" when value.TryInteger(out long port) && port is >= 0 and < 65536:
                    decoding = decoding with { IntUdpPort = (int)port };
                    break;
                case "int_after_tcp_options" when value.Kind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False:
                    decoding = decoding with { IntAfterTcpOptions = value.Kind == System.Text.Json.JsonValueKind.True };
                    break;
                case "int_dscp" or "int_udp_port" or "int_after_tcp_options":
                    Fault(value, $"is {value.Shown}; expected {name switch { "int_dscp" => "-1..63", "int_udp_port" => "0..65535", _ => "true or false" }}");
                    break;
                default:
                    Fault(value, "is not expected here; expected int_dscp, int_udp_port, int_after_tcp_options");
                    break;
            }
        }

        Dictionary<int, string> reasons = [];
        foreach ((string name, JsonPart value) in Object(root, "drop_reasons"))
        {
            if (byte.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out byte reason) && value.IsText)
            {
                reasons.Add(reason, value.Text);
            }
            else
            {
                Fault(value, "expected a reason from 0 to 255 and its name");
            }
        }

        return decoding with { DropReasons = reasons };
    }

    private List<KeyValuePair<string, JsonPart>> Object(JsonPart owner, string key)
    {
        if (owner.Get(key) is not { } part)
        {
            return [];
        }

        if (!part.IsObject)
        {
            Fault(part, $"is {part.Shown}; expected an object");
            return [];
        }

        return part.Members;
    }

    private void OnlyKeys(JsonPart part, string[] keys)
    {
        foreach ((string key, JsonPart value) in part.Members.Where(m => !keys.Contains(m.Key)))
        {
            Fault(value, $"is not expected here; expected {string.Join(", ", keys)}");
        }
    }

    private static string List(IEnumerable<string> names) => names.Any() ? string.Join(", ", names) : "none";

    private void Fault(JsonPart part, string message) => faults.Add(new InputFault(file, part.Line, part.Path, message));
}
