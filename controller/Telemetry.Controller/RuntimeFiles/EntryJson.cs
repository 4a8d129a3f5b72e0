using System.Globalization;
using System.Text.Json.Nodes;
using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.RuntimeFiles;

/// <summary>Entries as JSON: table entries, clone sessions and multicast groups as runtime files have them, others alike.</summary>
public static class EntryJson
{
    /// <summary>One entry.</summary>
    public static JsonObject Of(P4Entry entry)
    {
        Entity entity = entry.Entity;
        switch (entry.ToSpec())
        {
            case TableEntrySpec table:
                return Table(table, entity.TableEntry, entry.Program);
            case MemberSpec member:
                return new JsonObject
                {
                    ["action_profile"] = member.Profile,
                    ["member_id"] = member.Id,
                    ["action_name"] = member.Action,
                    ["action_params"] = Arguments(member.Arguments),
                };
            case GroupSpec group:
                return new JsonObject
                {
                    ["action_profile"] = group.Profile,
                    ["group_id"] = group.Id,
                    ["max_size"] = group.MaximumSize,
                    ["members"] = new JsonArray([.. group.Members.Select(m => WithWatch(
                        new JsonObject { ["member_id"] = m.Member, ["weight"] = m.Weight }, m.WatchPort))]),
                };
            case MulticastGroupSpec group:
                return new JsonObject { ["multicast_group_id"] = group.Group, ["replicas"] = Replicas(group.Replicas) };
            case CloneSessionSpec clone:
                JsonObject session = new() { ["clone_session_id"] = clone.Session, ["replicas"] = Replicas(clone.Replicas) };
                Set(session, "packet_length_bytes", clone.PacketLengthBytes);
                Set(session, "class_of_service", clone.ClassOfService);
                return session;
            case CounterSpec counter:
                return new JsonObject { ["counter"] = counter.Counter, ["index"] = counter.Index, ["packets"] = counter.Packets, ["bytes"] = counter.Bytes };
            case DirectCounterSpec counter:
                JsonObject counted = Table(counter.Key, entity.DirectCounterEntry.TableEntry, entry.Program);
                counted["packets"] = counter.Packets;
                counted["bytes"] = counter.Bytes;
                return counted;
            case MeterSpec meter:
                return new JsonObject { ["meter"] = meter.Meter, ["index"] = meter.Index, ["rates"] = Rates(meter.Rates) };
            case DirectMeterSpec meter:
                JsonObject metered = Table(meter.Key, entity.DirectMeterEntry.TableEntry, entry.Program);
                metered["rates"] = Rates(meter.Rates);
                return metered;
            case RegisterSpec register:
                return new JsonObject { ["register"] = register.Register, ["index"] = register.Index, ["value"] = Scalar(register.Value) };
            case DigestSpec digest:
                return new JsonObject
                {
                    ["digest"] = digest.Digest,
                    ["max_list_size"] = digest.MaximumList,
                    ["max_timeout_ns"] = digest.MaximumWaitNs,
                    ["ack_timeout_ns"] = digest.AckTimeoutNs,
                };
            default:
                return new JsonObject { ["text"] = entry.Text };
        }
    }

    /// <summary>A number where the text is a plain one, else the text.</summary>
    public static JsonNode Scalar(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? JsonValue.Create(number) : JsonValue.Create(text);

    private static JsonObject Table(TableEntrySpec spec, TableEntry entry, P4InfoIndex program)
    {
        TableInfo table = program.Tables.Get(entry.TableId);
        JsonObject json = new() { ["table"] = spec.Table };
        if (spec.IsDefault)
        {
            json["default_action"] = true;
        }
        else
        {
            json["match"] = new JsonObject(entry.Match.Select(m =>
            {
                MatchFieldInfo field = table.MatchFields.Get(m.FieldId);
                return KeyValuePair.Create(field.Name, (JsonNode?)Match(field, m));
            }));
        }

        Set(json, "priority", spec.Priority);
        if (spec.Action.Length > 0)
        {
            json["action_name"] = spec.Action;
            json["action_params"] = Arguments(spec.Arguments);
        }

        if (spec.Member is { } member)
        {
            json["member_id"] = member;
        }

        if (spec.Group is { } group)
        {
            json["group_id"] = group;
        }

        if (spec.Choices.Count > 0)
        {
            json["actions"] = new JsonArray([.. spec.Choices.Select(c => WithWatch(
                new JsonObject { ["action_name"] = c.Action, ["action_params"] = Arguments(c.Arguments), ["weight"] = c.Weight }, c.WatchPort))]);
        }

        Set(json, "idle_timeout_ns", spec.IdleTimeoutNs);
        if (!spec.Metadata.IsEmpty)
        {
            json["metadata"] = $"0x{Convert.ToHexStringLower(spec.Metadata.Span)}";
        }

        if (spec.Rates is not null)
        {
            json["rates"] = Rates(spec.Rates);
        }

        if (entry.CounterData is { } counted)
        {
            json["packets"] = counted.PacketCount;
            json["bytes"] = counted.ByteCount;
        }

        return json;
    }

    private static JsonNode Match(MatchFieldInfo field, FieldMatch match) => match.FieldMatchTypeCase switch
    {
        FieldMatch.FieldMatchTypeOneofCase.Lpm => new JsonArray(Scalar(field.Format(match.Lpm.Value)), match.Lpm.PrefixLen),
        FieldMatch.FieldMatchTypeOneofCase.Ternary => new JsonArray(Scalar(field.Format(match.Ternary.Value)), CanonicalBytes.Show(match.Ternary.Mask.Span)),
        FieldMatch.FieldMatchTypeOneofCase.Range => new JsonArray(Scalar(field.Format(match.Range.Low)), Scalar(field.Format(match.Range.High))),
        _ => Scalar(field.Format(match)),
    };

    private static JsonObject Arguments(IReadOnlyList<ActionArgument> arguments) =>
        new(arguments.Select(a => KeyValuePair.Create(a.Name, (JsonNode?)Scalar(a.Value.ToString()))));

    private static JsonArray Replicas(IReadOnlyList<ReplicaSpec> replicas) =>
        new([.. replicas.Select(r => (JsonNode)new JsonObject { ["egress_port"] = r.Port, ["instance"] = r.Instance })]);

    private static JsonObject? Rates(MeterRates? rates) => rates is null ? null : new JsonObject
    {
        ["cir"] = rates.CommittedRate,
        ["cburst"] = rates.CommittedBurst,
        ["pir"] = rates.PeakRate,
        ["pburst"] = rates.PeakBurst,
    };

    private static JsonObject WithWatch(JsonObject json, uint? port)
    {
        if (port is { } watched)
        {
            json["watch_port"] = watched;
        }

        return json;
    }

    private static void Set(JsonObject json, string key, long value)
    {
        if (value != 0)
        {
            json[key] = value;
        }
    }
}
