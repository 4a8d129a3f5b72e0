using System.Globalization;
using P4.V1;

namespace Telemetry.P4Runtime.Schema;

/// <summary>Entities in one line with the program's names, for errors, plans and traces; ids where the program does not know them. Never throws.</summary>
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
        return entity.EntityCase switch
        {
            Entity.EntityOneofCase.TableEntry => Describe(program, entity.TableEntry),
            Entity.EntityOneofCase.ActionProfileMember => $"{Name(program.ActionProfiles, entity.ActionProfileMember.ActionProfileId)} member {Text(entity.ActionProfileMember.MemberId)} {Describe(program, entity.ActionProfileMember.Action)}",
            Entity.EntityOneofCase.ActionProfileGroup => $"{Name(program.ActionProfiles, entity.ActionProfileGroup.ActionProfileId)} group {Text(entity.ActionProfileGroup.GroupId)}",
            Entity.EntityOneofCase.MeterEntry => $"{Name(program.Meters, entity.MeterEntry.MeterId)}{Cell(entity.MeterEntry.Index)}",
            Entity.EntityOneofCase.DirectMeterEntry => $"direct meter of {Describe(program, entity.DirectMeterEntry.TableEntry)}",
            Entity.EntityOneofCase.CounterEntry => $"{Name(program.Counters, entity.CounterEntry.CounterId)}{Cell(entity.CounterEntry.Index)}",
            Entity.EntityOneofCase.DirectCounterEntry => $"direct counter of {Describe(program, entity.DirectCounterEntry.TableEntry)}",
            Entity.EntityOneofCase.PacketReplicationEngineEntry => Describe(entity.PacketReplicationEngineEntry),
            Entity.EntityOneofCase.RegisterEntry => $"{Name(program.Registers, entity.RegisterEntry.RegisterId)}{Cell(entity.RegisterEntry.Index)}",
            Entity.EntityOneofCase.DigestEntry => Name(program.Digests, entity.DigestEntry.DigestId),
            Entity.EntityOneofCase.ValueSetEntry => $"{Name(program.ValueSets, entity.ValueSetEntry.ValueSetId)} with {Text((uint)entity.ValueSetEntry.Members.Count)} member(s)",
            _ => entity.EntityCase.ToString(),
        };
    }

    private static string Describe(P4InfoIndex program, TableEntry? entry)
    {
        if (entry is null)
            return "no table entry";
        var table = program.Tables.TryGet(entry.TableId, out var found) ? found : null;
        var parts = new List<string> { Name(program.Tables, entry.TableId) };
        if (entry.IsDefaultAction)
            parts.Add("default");
        foreach (var match in entry.Match)
        {
            parts.Add(table is not null && table.MatchFields.TryGet(match.FieldId, out var field)
                ? $"{field.Name}={field.Format(match)}"
                : $"field {Text(match.FieldId)}");
        }
        if (entry.Priority != 0)
            parts.Add($"priority {Text((uint)entry.Priority)}");
        switch (entry.Action?.TypeCase)
        {
            case TableAction.TypeOneofCase.Action:
                parts.Add("-> " + Describe(program, entry.Action.Action));
                break;
            case TableAction.TypeOneofCase.ActionProfileMemberId:
                parts.Add($"-> member {Text(entry.Action.ActionProfileMemberId)}");
                break;
            case TableAction.TypeOneofCase.ActionProfileGroupId:
                parts.Add($"-> group {Text(entry.Action.ActionProfileGroupId)}");
                break;
            case TableAction.TypeOneofCase.ActionProfileActionSet:
                parts.Add("-> " + string.Join(" | ", entry.Action.ActionProfileActionSet.ActionProfileActions.Select(a => $"{Describe(program, a.Action)} x{Text((uint)a.Weight)}")));
                break;
        }
        return string.Join(' ', parts);
    }

    private static string Describe(P4InfoIndex program, P4.V1.Action? call)
    {
        if (call is null)
            return "no action";
        if (!program.Actions.TryGet(call.ActionId, out var action))
            return $"action {Text(call.ActionId)}";
        var arguments = call.Params.Select(p => action.Parameters.TryGet(p.ParamId, out var parameter)
            ? $"{parameter.Name}={parameter.Format(p.Value)}"
            : $"parameter {Text(p.ParamId)}");
        return $"{action.Name}({string.Join(", ", arguments)})";
    }

    private static string Describe(PacketReplicationEngineEntry entry) => entry.TypeCase switch
    {
        PacketReplicationEngineEntry.TypeOneofCase.MulticastGroupEntry => $"multicast group {Text(entry.MulticastGroupEntry.MulticastGroupId)}",
        PacketReplicationEngineEntry.TypeOneofCase.CloneSessionEntry => $"clone session {Text(entry.CloneSessionEntry.SessionId)}",
        _ => "packet replication entry",
    };

    private static string Name<T>(NameIndex<T> index, uint id)
        where T : class, INamedObject => index.TryGet(id, out var item) ? item.Name : $"{typeof(T).Name.Replace("Info", "", StringComparison.Ordinal).ToLowerInvariant()} {Text(id)}";

    private static string Cell(P4.V1.Index? index) => index is null ? "[*]" : $"[{index.Index_.ToString(CultureInfo.InvariantCulture)}]";

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
