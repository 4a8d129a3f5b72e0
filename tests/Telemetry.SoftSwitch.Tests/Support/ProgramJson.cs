using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.SoftSwitch.Tests.Support;

/// <summary>Writes small BMv2 programs as p4c would: standard metadata, one parser, two pipelines, one deparser, and what a test adds.</summary>
internal sealed class ProgramJson
{
    private readonly JsonObject _root = JsonNode.Parse("""
        {
          "program": "test.p4", "__meta__": {"version": [2, 23], "compiler": "test"},
          "header_types": [
            {"name": "scalars_0", "id": 0, "fields": [["tmp", 32, false], ["color", 8, false], ["keep", 16, false], ["wide", 128, false]]},
            {"name": "standard_metadata", "id": 1, "fields": [
              ["ingress_port", 9, false], ["egress_spec", 9, false], ["egress_port", 9, false], ["instance_type", 32, false],
              ["packet_length", 32, false], ["enq_timestamp", 32, false], ["enq_qdepth", 19, false], ["deq_timedelta", 32, false],
              ["deq_qdepth", 19, false], ["ingress_global_timestamp", 48, false], ["egress_global_timestamp", 48, false],
              ["mcast_grp", 16, false], ["egress_rid", 16, false], ["checksum_error", 1, false], ["parser_error", 32, false],
              ["priority", 3, false], ["_padding", 3, false]]}],
          "headers": [
            {"name": "scalars", "id": 0, "header_type": "scalars_0", "metadata": true},
            {"name": "standard_metadata", "id": 1, "header_type": "standard_metadata", "metadata": true}],
          "header_stacks": [], "header_union_types": [], "header_unions": [], "header_union_stacks": [], "field_lists": [],
          "errors": [["NoError", 0], ["PacketTooShort", 1], ["NoMatch", 2], ["StackOutOfBounds", 3], ["HeaderTooShort", 4],
            ["ParserTimeout", 5], ["ParserInvalidArgument", 6], ["Custom", 7]],
          "enums": [], "parsers": [{"name": "parser", "id": 0, "init_state": "start", "parse_states": []}], "parse_vsets": [],
          "deparsers": [{"name": "deparser", "id": 0, "order": []}],
          "meter_arrays": [], "counter_arrays": [], "register_arrays": [], "calculations": [], "learn_lists": [], "actions": [],
          "pipelines": [
            {"name": "ingress", "id": 0, "init_table": null, "tables": [], "action_profiles": [], "conditionals": []},
            {"name": "egress", "id": 1, "init_table": null, "tables": [], "action_profiles": [], "conditionals": []}],
          "checksums": [], "force_arith": [], "extern_instances": [],
          "field_aliases": [
            ["queueing_metadata.enq_timestamp", ["standard_metadata", "enq_timestamp"]],
            ["queueing_metadata.enq_qdepth", ["standard_metadata", "enq_qdepth"]],
            ["queueing_metadata.deq_timedelta", ["standard_metadata", "deq_timedelta"]],
            ["queueing_metadata.deq_qdepth", ["standard_metadata", "deq_qdepth"]],
            ["intrinsic_metadata.ingress_global_timestamp", ["standard_metadata", "ingress_global_timestamp"]],
            ["intrinsic_metadata.egress_global_timestamp", ["standard_metadata", "egress_global_timestamp"]],
            ["intrinsic_metadata.mcast_grp", ["standard_metadata", "mcast_grp"]],
            ["intrinsic_metadata.egress_rid", ["standard_metadata", "egress_rid"]],
            ["intrinsic_metadata.priority", ["standard_metadata", "priority"]]]
        }
        """)!.AsObject();

    private int _nextTable;

    public byte[] Bytes => Encoding.UTF8.GetBytes(_root.ToJsonString());

    public static string Field(string header, string field) => $$"""{"type":"field","value":["{{header}}","{{field}}"]}""";

    public static string Hex(string value) => $$"""{"type":"hexstr","value":"{{value}}"}""";

    public static string Hex(long value) => Hex($"0x{value:x}");

    /// <summary>An operation as p4c nests it.</summary>
    public static string Op(string op, string? left, string right) =>
        $$$"""{"type":"expression","value":{"type":"expression","value":{"op":"{{{op}}}","left":{{{left ?? "null"}}},"right":{{{right}}} } } }""";

    public static string Choose(string condition, string left, string right) =>
        $$$"""{"type":"expression","value":{"op":"?","left":{{{left}}},"right":{{{right}}},"cond":{{{condition}}} } }""";

    public static string Call(string op, params string[] args) => $$"""{"op":"{{op}}","parameters":[{{string.Join(',', args)}}]}""";

    public static string Assign(string header, string field, string value) => Call("assign", Field(header, field), value);

    public static string Named(string type, string name) => $$"""{"type":"{{type}}","value":"{{name}}"}""";

    public static string Param(int index) => $$"""{"type":"runtime_data","value":{{index}}}""";

    public static string Extract(string header) => $$"""{"op":"extract","parameters":[{"type":"regular","value":"{{header}}"}]}""";

    public static string ToPort(int port) => Assign("standard_metadata", "egress_spec", Hex(port));

    public static string Default(string? next) => $$"""{"type":"default","value":null,"mask":null,"next_state":{{(next is null ? "null" : $"\"{next}\"")}}}""";

    public static string Match(string value, string? mask, string? next) =>
        $$"""{"type":"hexstr","value":"{{value}}","mask":{{(mask is null ? "null" : $"\"{mask}\"")}},"next_state":{{(next is null ? "null" : $"\"{next}\"")}}}""";

    /// <summary>Adds a member of a list at the root.</summary>
    public ProgramJson Add(string list, string json)
    {
        _root[list]!.AsArray().Add(JsonNode.Parse(json));
        return this;
    }

    public ProgramJson Set(string member, string json)
    {
        _root[member] = JsonNode.Parse(json);
        return this;
    }

    /// <summary>A header type, one instance of the same name (emitted by the deparser), fields "name:bits".</summary>
    public ProgramJson Header(string name, params string[] fields)
    {
        Type(name + "_t", fields);
        return Instance(name, name + "_t");
    }

    public ProgramJson Type(string name, params string[] fields)
    {
        IEnumerable<string> json = fields.Select(f => f.Split(':')).Select(f => f[1] == "*" ? $"[\"{f[0]}\", \"*\"]" : $"[\"{f[0]}\", {f[1].TrimEnd('s')}, {(f[1].EndsWith('s') ? "true" : "false")}]");
        return Add("header_types", $$"""{"name":"{{name}}","id":{{Count("header_types")}},"fields":[{{string.Join(',', json)}}],"max_length":40}""");
    }

    public ProgramJson Instance(string name, string type)
    {
        Add("headers", $$"""{"name":"{{name}}","id":{{Count("headers")}},"header_type":"{{type}}","metadata":false}""");
        _root["deparsers"]![0]!["order"]!.AsArray().Add(name);
        return this;
    }

    public ProgramJson Stack(string name, string type, int size)
    {
        List<int> ids = [];
        for (int i = 0; i < size; i++)
        {
            ids.Add(Count("headers"));
            Instance($"{name}[{i}]", type);
        }

        return Add("header_stacks", $$"""{"name":"{{name}}","id":{{Count("header_stacks")}},"header_type":"{{type}}","size":{{size}},"header_ids":[{{string.Join(',', ids)}}]}""");
    }

    /// <summary>A parser state; transitions to null accept.</summary>
    public ProgramJson State(string name, string ops, string keys = "", string? transitions = null)
    {
        JsonArray states = _root["parsers"]![0]!["parse_states"]!.AsArray();
        states.Add(JsonNode.Parse($$"""{"name":"{{name}}","id":{{states.Count}},"parser_ops":[{{ops}}],"transition_key":[{{keys}}],"transitions":[{{transitions ?? Default(null)}}]}"""));
        return this;
    }

    /// <summary>An action with parameters "name:bits"; returns its id through the order of calls.</summary>
    public ProgramJson Action(string name, string[] parameters, params string[] primitives)
    {
        IEnumerable<string> data = parameters.Select(p => p.Split(':')).Select(p => $$"""{"name":"{{p[0]}}","bitwidth":{{p[1]}}}""");
        return Add("actions", $$"""{"name":"{{name}}","id":{{Count("actions")}},"runtime_data":[{{string.Join(',', data)}}],"primitives":[{{string.Join(',', primitives)}}]}""");
    }

    /// <summary>A table; keys "match:header.field", a default action without arguments, the next node.</summary>
    public ProgramJson Table(string pipeline, string name, string[] keys, string[] actions, string? defaultAction = null, string? next = null, string extra = "", string? nextTables = null)
    {
        JsonNode target = Pipeline(pipeline);
        string Key(string key)
        {
            string[] parts = key.Split(':', '.');
            return $$"""{"match_type":"{{parts[0]}}","name":"{{parts[1]}}.{{parts[2]}}","target":["{{parts[1]}}","{{parts[2]}}"],"mask":null}""";
        }

        string nextJson = next is null ? "null" : $"\"{next}\"";
        string matchType = keys.Any(k => k.StartsWith("range", StringComparison.Ordinal)) ? "range"
            : keys.Any(k => k.StartsWith("ternary", StringComparison.Ordinal)) ? "ternary"
            : keys.Any(k => k.StartsWith("lpm", StringComparison.Ordinal)) ? "lpm" : "exact";
        string defaultJson = defaultAction is null ? ""
            : $$""","default_entry":{"action_id":{{IdOf(defaultAction)}},"action_const":{{(keys.Length == 0 && extra.Length == 0 ? "true" : "false")}},"action_data":[],"action_entry_const":{{(keys.Length == 0 && extra.Length == 0 ? "true" : "false")}}}""";
        string nexts = nextTables ?? $"{{{string.Join(',', actions.Select(a => $"\"{a}\":{nextJson}"))}}}";
        target["tables"]!.AsArray().Add(JsonNode.Parse($$"""
            {"name":"{{name}}","id":{{_nextTable++}},"key":[{{string.Join(',', keys.Select(Key))}}],"match_type":"{{matchType}}","type":"simple","max_size":1024,
             "with_counters":false,"support_timeout":false,"direct_meters":null,"action_ids":[{{string.Join(',', actions.Select(IdOf))}}],
             "actions":[{{string.Join(',', actions.Select(a => $"\"{a}\""))}}],"base_default_next":{{nextJson}},"next_tables":{{nexts}}{{defaultJson}}{{extra}}}
            """));
        target["init_table"] ??= name;
        return this;
    }

    /// <summary>Moves a table's actions to a profile of its own, with a selector when one is given as JSON.</summary>
    public ProgramJson Indirect(string pipeline, string table, string profile, string? selector)
    {
        JsonNode target = Pipeline(pipeline);
        JsonArray profiles = target["action_profiles"]!.AsArray();
        profiles.Add(JsonNode.Parse($$"""{"name":"{{profile}}","id":{{profiles.Count}},"max_size":64{{(selector is null ? "" : $",\"selector\":{selector}")}}}"""));
        JsonObject changed = target["tables"]!.AsArray().First(t => t!["name"]!.GetValue<string>() == table)!.AsObject();
        changed["type"] = selector is null ? "indirect" : "indirect_ws";
        changed["action_profile"] = profile;
        return this;
    }

    /// <summary>Lets a table's entries age.</summary>
    public ProgramJson Timeouts(string pipeline, string table)
    {
        Pipeline(pipeline)["tables"]!.AsArray().First(t => t!["name"]!.GetValue<string>() == table)!["support_timeout"] = true;
        return this;
    }

    /// <summary>A table without key that always runs one action, as p4c makes of statements.</summary>
    public ProgramJson Do(string pipeline, string action, string? next = null) => Table(pipeline, $"tbl_{action}", [], [action], action, next);

    /// <summary>An action from primitives, run by a table of its own.</summary>
    public ProgramJson Run(string pipeline, string name, string? next, params string[] primitives) => Action(name, [], primitives).Do(pipeline, name, next);

    public ProgramJson Condition(string pipeline, string name, string expression, string? whenTrue, string? whenFalse)
    {
        JsonNode target = Pipeline(pipeline);
        static string Quote(string? s) => s is null ? "null" : $"\"{s}\"";
        target["conditionals"]!.AsArray().Add(JsonNode.Parse($$"""{"name":"{{name}}","id":0,"expression":{{expression}},"true_next":{{Quote(whenTrue)}},"false_next":{{Quote(whenFalse)}}}"""));
        target["init_table"] ??= name;
        return this;
    }

    public ProgramJson Start(string pipeline, string node)
    {
        Pipeline(pipeline)["init_table"] = node;
        return this;
    }

    public int IdOf(string action) => _root["actions"]!.AsArray().Select(a => a!).First(a => a["name"]!.GetValue<string>() == action)["id"]!.GetValue<int>();

    private int Count(string list) => _root[list]!.AsArray().Count;

    private JsonNode Pipeline(string name) => _root["pipelines"]!.AsArray().First(p => p!["name"]!.GetValue<string>() == name)!;
}
