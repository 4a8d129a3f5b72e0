using System.Globalization;
using System.Text;
using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Schema;

/// <summary>
/// Entities in one line with the program's names, for errors, plans, traces and files of entries; ids where the program does not know them. Never throws.
/// </summary>
/// <remarks>
/// Table entries begin with the table: <c>Ingress.acl hdr.ipv4.src=10.0.0.0&amp;&amp;&amp;0xff000000 priority 10 -&gt; Ingress.drop()</c>; everything else begins with what
/// it is: <c>member</c>, <c>group</c>, <c>multicast</c>, <c>clone</c>, <c>counter</c>, <c>meter</c>, <c>register</c>, <c>digest</c>, <c>value-set</c>.
/// </remarks>
public static class EntityText
{
    /// <summary>"insert Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -&gt; Ingress.set_next_hop(dst_mac=00:00:00:00:01:01, port=1)".</summary>
    public static string Describe(P4InfoIndex program, Update update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return $"{update.Type.ToString().ToLowerInvariant()} {(update.Entity is null ? "nothing" : Describe(program, update.Entity))}";
    }

    /// <summary>One entity.</summary>
    public static string Describe(P4InfoIndex program, Entity entity)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(entity);
        var text = new StringBuilder();
        switch (entity.EntityCase)
        {
            case Entity.EntityOneofCase.TableEntry:
                AppendEntry(text, program, entity.TableEntry);
                break;
            case Entity.EntityOneofCase.ActionProfileMember:
                var member = entity.ActionProfileMember;
                text.Append(CultureInfo.InvariantCulture, $"member {Name(program.ActionProfiles, "profile", member.ActionProfileId)} {member.MemberId}");
                if (member.Action is not null)
                    AppendCall(text.Append(" -> "), program, member.Action);
                break;
            case Entity.EntityOneofCase.ActionProfileGroup:
                AppendGroup(text, program, entity.ActionProfileGroup);
                break;
            case Entity.EntityOneofCase.MeterEntry:
                text.Append("meter ").Append(Name(program.Meters, "meter", entity.MeterEntry.MeterId)).Append(Cell(entity.MeterEntry.Index));
                AppendRates(text, entity.MeterEntry.Config);
                break;
            case Entity.EntityOneofCase.DirectMeterEntry:
                AppendEntry(text.Append("direct-meter "), program, entity.DirectMeterEntry.TableEntry);
                text.Append(" :");
                AppendRates(text, entity.DirectMeterEntry.Config);
                break;
            case Entity.EntityOneofCase.CounterEntry:
                text.Append("counter ").Append(Name(program.Counters, "counter", entity.CounterEntry.CounterId)).Append(Cell(entity.CounterEntry.Index));
                AppendCount(text, entity.CounterEntry.Data);
                break;
            case Entity.EntityOneofCase.DirectCounterEntry:
                AppendEntry(text.Append("direct-counter "), program, entity.DirectCounterEntry.TableEntry);
                text.Append(" :");
                AppendCount(text, entity.DirectCounterEntry.Data);
                break;
            case Entity.EntityOneofCase.PacketReplicationEngineEntry:
                AppendReplication(text, entity.PacketReplicationEngineEntry);
                break;
            case Entity.EntityOneofCase.RegisterEntry:
                var register = entity.RegisterEntry;
                text.Append("register ").Append(Name(program.Registers, "register", register.RegisterId)).Append(Cell(register.Index));
                if (register.Data is not null)
                {
                    var type = program.Registers.TryGet(register.RegisterId, out var info) ? info.Source.TypeSpec : null;
                    text.Append(" = ").Append(P4DataText.Format(register.Data, type, program.Info.TypeInfo));
                }
                break;
            case Entity.EntityOneofCase.DigestEntry:
                AppendDigest(text, program, entity.DigestEntry);
                break;
            case Entity.EntityOneofCase.ValueSetEntry:
                AppendValueSet(text, program, entity.ValueSetEntry);
                break;
            case Entity.EntityOneofCase.ExternEntry:
                var external = entity.ExternEntry;
                text.Append("extern ").Append(Name(program.Externs, "extern", external.ExternId))
                    .Append(' ').Append(external.Entry is null ? "any" : $"{external.Entry.TypeUrl} {external.Entry.Value.ToBase64()}");
                break;
            default:
                text.Append(entity.EntityCase);
                break;
        }
        return text.ToString();
    }

    /// <summary>A value as files of entries have it: in quotes if it has blanks or characters that mean something there.</summary>
    public static string Quote(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '/' or '-' or '&' or '*' or '+' or '@')
            ? value
            : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    private static void AppendEntry(StringBuilder text, P4InfoIndex program, TableEntry? entry)
    {
        if (entry is null)
        {
            text.Append("no table entry");
            return;
        }
        var table = program.Tables.TryGet(entry.TableId, out var found) ? found : null;
        text.Append(Name(program.Tables, "table", entry.TableId));
        if (entry.IsDefaultAction)
            text.Append(" default");
        else if (entry.Match.Count == 0 && entry.TableId != 0)
            text.Append(" any");
        foreach (var match in entry.Match)
        {
            text.Append(' ');
            if (table is not null && table.MatchFields.TryGet(match.FieldId, out var field))
                AppendMatch(text, field, match);
            else
                text.Append("field ").Append(Text(match.FieldId));
        }
        if (entry.Priority != 0)
            text.Append(CultureInfo.InvariantCulture, $" priority {entry.Priority}");
        AppendTarget(text, program, entry.Action);
        if (entry.IdleTimeoutNs != 0)
            text.Append(" idle-timeout ").Append(DurationText.Format(entry.IdleTimeoutNs));
        if (!entry.Metadata.IsEmpty)
            text.Append(" metadata 0x").Append(Convert.ToHexStringLower(entry.Metadata.Span));
        if (entry.MeterConfig is not null)
            AppendRates(text.Append(" meter"), entry.MeterConfig);
    }

    private static void AppendTarget(StringBuilder text, P4InfoIndex program, TableAction? target)
    {
        switch (target?.TypeCase)
        {
            case TableAction.TypeOneofCase.Action:
                AppendCall(text.Append(" -> "), program, target.Action);
                break;
            case TableAction.TypeOneofCase.ActionProfileMemberId:
                text.Append(" -> member ").Append(Text(target.ActionProfileMemberId));
                break;
            case TableAction.TypeOneofCase.ActionProfileGroupId:
                text.Append(" -> group ").Append(Text(target.ActionProfileGroupId));
                break;
            case TableAction.TypeOneofCase.ActionProfileActionSet:
                var set = target.ActionProfileActionSet;
                text.Append(" -> {");
                for (var i = 0; i < set.ActionProfileActions.Count; i++)
                {
                    var choice = set.ActionProfileActions[i];
                    text.Append(i == 0 ? " " : "; ");
                    AppendCall(text, program, choice.Action);
                    AppendWeight(text, choice.Weight, choice.WatchKindCase == ActionProfileAction.WatchKindOneofCase.None ? null
                        : choice.WatchKindCase == ActionProfileAction.WatchKindOneofCase.Watch ? (uint)choice.Watch : Port(choice.WatchPort));
                }
                text.Append(" }");
                if (set.ActionSelectionMode != 0)
                    text.Append(" mode ").Append(set.ActionSelectionMode == ActionProfileActionSet.Types.ActionSelectionMode.Hash ? "hash" : "random");
                if (set.SizeSemantics != 0)
                    text.Append(" size ").Append(set.SizeSemantics == ActionProfileActionSet.Types.SizeSemantics.SumOfWeights ? "weights" : "members");
                break;
        }
    }

    private static void AppendMatch(StringBuilder text, MatchFieldInfo field, FieldMatch match)
    {
        var value = field.Format(match);
        text.Append(field.Name).Append('=').Append(field.Width == 0 ? Quote(value) : value);
    }

    private static void AppendCall(StringBuilder text, P4InfoIndex program, P4.V1.Action? call)
    {
        if (call is null)
        {
            text.Append("no action");
            return;
        }
        if (!program.Actions.TryGet(call.ActionId, out var action))
        {
            text.Append("action ").Append(Text(call.ActionId));
            return;
        }
        text.Append(action.Name).Append('(');
        for (var i = 0; i < call.Params.Count; i++)
        {
            var given = call.Params[i];
            text.Append(i == 0 ? "" : ", ");
            if (action.Parameters.TryGet(given.ParamId, out var parameter))
                text.Append(parameter.Name).Append('=').Append(parameter.Width == 0 ? Quote(parameter.Format(given.Value)) : parameter.Format(given.Value));
            else
                text.Append("parameter ").Append(Text(given.ParamId));
        }
        text.Append(')');
    }

    private static void AppendGroup(StringBuilder text, P4InfoIndex program, ActionProfileGroup group)
    {
        text.Append(CultureInfo.InvariantCulture, $"group {Name(program.ActionProfiles, "profile", group.ActionProfileId)} {group.GroupId}");
        if (group.MaxSize != 0)
            text.Append(CultureInfo.InvariantCulture, $" max-size {group.MaxSize}");
        for (var i = 0; i < group.Members.Count; i++)
        {
            var member = group.Members[i];
            text.Append(i == 0 ? " -> " : ", ").Append(Text(member.MemberId));
            AppendWeight(text, member.Weight, member.WatchKindCase == ActionProfileGroup.Types.Member.WatchKindOneofCase.None ? null
                : member.WatchKindCase == ActionProfileGroup.Types.Member.WatchKindOneofCase.Watch ? (uint)member.Watch : Port(member.WatchPort));
        }
    }

    private static void AppendWeight(StringBuilder text, int weight, uint? watch)
    {
        if (weight is not 1)
            text.Append(CultureInfo.InvariantCulture, $" weight {weight}");
        if (watch is { } port)
            text.Append(CultureInfo.InvariantCulture, $" watch {port}");
    }

    private static void AppendReplication(StringBuilder text, PacketReplicationEngineEntry entry)
    {
        switch (entry.TypeCase)
        {
            case PacketReplicationEngineEntry.TypeOneofCase.MulticastGroupEntry:
                text.Append("multicast ").Append(Text(entry.MulticastGroupEntry.MulticastGroupId));
                AppendReplicas(text, entry.MulticastGroupEntry.Replicas);
                if (!entry.MulticastGroupEntry.Metadata.IsEmpty)
                    text.Append(" metadata 0x").Append(Convert.ToHexStringLower(entry.MulticastGroupEntry.Metadata.Span));
                break;
            case PacketReplicationEngineEntry.TypeOneofCase.CloneSessionEntry:
                text.Append("clone ").Append(Text(entry.CloneSessionEntry.SessionId));
                AppendReplicas(text, entry.CloneSessionEntry.Replicas);
                if (entry.CloneSessionEntry.PacketLengthBytes != 0)
                    text.Append(CultureInfo.InvariantCulture, $" truncate {entry.CloneSessionEntry.PacketLengthBytes}");
                if (entry.CloneSessionEntry.ClassOfService != 0)
                    text.Append(CultureInfo.InvariantCulture, $" class {entry.CloneSessionEntry.ClassOfService}");
                break;
            default:
                text.Append("packet replication entry");
                break;
        }
    }

    private static void AppendReplicas(StringBuilder text, IEnumerable<Replica> replicas)
    {
        var separator = " -> ";
        foreach (var replica in replicas)
        {
            var port = replica.PortKindCase == Replica.PortKindOneofCase.Port ? Port(replica.Port) : replica.EgressPort;
            text.Append(separator).Append(Text(port)).Append(Instance(replica.Instance));
            foreach (var backup in replica.BackupReplicas)
                text.Append('|').Append(Text(Port(backup.Port))).Append(Instance(backup.Instance));
            separator = ", ";
        }
    }

    private static string Instance(uint instance) => instance == 1 ? "" : $"#{Text(instance)}";

    private static void AppendDigest(StringBuilder text, P4InfoIndex program, DigestEntry digest)
    {
        text.Append("digest ").Append(Name(program.Digests, "digest", digest.DigestId));
        if (digest.Config is not { } config)
            return;
        if (config.MaxListSize != 0)
            text.Append(CultureInfo.InvariantCulture, $" max-list {config.MaxListSize}");
        if (config.MaxTimeoutNs != 0)
            text.Append(" max-wait ").Append(DurationText.Format(config.MaxTimeoutNs));
        if (config.AckTimeoutNs != 0)
            text.Append(" ack-timeout ").Append(DurationText.Format(config.AckTimeoutNs));
    }

    private static void AppendValueSet(StringBuilder text, P4InfoIndex program, ValueSetEntry set)
    {
        var info = program.ValueSets.TryGet(set.ValueSetId, out var found) ? found : null;
        text.Append("value-set ").Append(Name(program.ValueSets, "value-set", set.ValueSetId));
        var separator = " -> ";
        foreach (var member in set.Members)
        {
            text.Append(separator).Append('{');
            for (var i = 0; i < member.Match.Count; i++)
            {
                text.Append(i == 0 ? "" : " ");
                if (info is not null && info.MatchFields.TryGet(member.Match[i].FieldId, out var field))
                    AppendMatch(text, field, member.Match[i]);
                else
                    text.Append("field ").Append(Text(member.Match[i].FieldId));
            }
            text.Append('}');
            separator = ", ";
        }
    }

    private static void AppendRates(StringBuilder text, MeterConfig? config)
    {
        if (config is null)
            return;
        text.Append(CultureInfo.InvariantCulture, $" cir={config.Cir} cburst={config.Cburst} pir={config.Pir} pburst={config.Pburst}");
        if (config.Eburst != 0)
            text.Append(CultureInfo.InvariantCulture, $" eburst={config.Eburst}");
    }

    private static void AppendCount(StringBuilder text, CounterData? data)
    {
        if (data is not null)
            text.Append(CultureInfo.InvariantCulture, $" packets={data.PacketCount} bytes={data.ByteCount}");
    }

    private static uint Port(ByteString bytes) => CanonicalBytes.BitLength(bytes.Span) <= 32 ? (uint)CanonicalBytes.ToUInt64(bytes) : uint.MaxValue;

    private static string Name<T>(NameIndex<T> index, string kind, uint id)
        where T : class, INamedObject => index.TryGet(id, out var item) ? item.Name : $"{kind} {Text(id)}";

    private static string Cell(P4.V1.Index? index) => index is null ? "[*]" : $"[{index.Index_.ToString(CultureInfo.InvariantCulture)}]";

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
