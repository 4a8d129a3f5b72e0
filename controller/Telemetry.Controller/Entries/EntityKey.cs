using System.Globalization;
using System.Text;
using P4.V1;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Entries;

/// <summary>Identity and comparable form of entities.</summary>
internal static class EntityKey
{
    /// <summary>Text that is the same for two entities exactly when one replaces the other.</summary>
    public static string Of(Entity entity) => entity.EntityCase switch
    {
        Entity.EntityOneofCase.TableEntry => OfTableEntry(entity.TableEntry),
        Entity.EntityOneofCase.ActionProfileMember =>
            $"member {entity.ActionProfileMember.ActionProfileId:x8} {entity.ActionProfileMember.MemberId}",
        Entity.EntityOneofCase.ActionProfileGroup =>
            $"group {entity.ActionProfileGroup.ActionProfileId:x8} {entity.ActionProfileGroup.GroupId}",
        Entity.EntityOneofCase.PacketReplicationEngineEntry => OfReplication(entity.PacketReplicationEngineEntry),
        Entity.EntityOneofCase.CounterEntry => $"counter {entity.CounterEntry.CounterId:x8}{Cell(entity.CounterEntry.Index)}",
        Entity.EntityOneofCase.MeterEntry => $"meter {entity.MeterEntry.MeterId:x8}{Cell(entity.MeterEntry.Index)}",
        Entity.EntityOneofCase.RegisterEntry => $"register {entity.RegisterEntry.RegisterId:x8}{Cell(entity.RegisterEntry.Index)}",
        Entity.EntityOneofCase.DirectCounterEntry => $"counter of {OfTableEntry(entity.DirectCounterEntry.TableEntry)}",
        Entity.EntityOneofCase.DirectMeterEntry => $"meter of {OfTableEntry(entity.DirectMeterEntry.TableEntry)}",
        Entity.EntityOneofCase.DigestEntry => $"digest {entity.DigestEntry.DigestId:x8}",
        Entity.EntityOneofCase.ValueSetEntry => $"value set {entity.ValueSetEntry.ValueSetId:x8}",
        _ => $"other {entity}",
    };

    /// <summary>The part of an entity that a controller writes, so that what is read back compares equal.</summary>
    /// <param name="entity">Stays as it is.</param>
    /// <param name="watchPorts">False leaves out what the members of a group watch.</param>
    public static Entity Normal(Entity entity, bool watchPorts = true)
    {
        Entity normal = entity.Clone();
        switch (normal.EntityCase)
        {
            case Entity.EntityOneofCase.TableEntry:
                TableEntry table = normal.TableEntry;
                FieldMatch[] matches = [.. table.Match.OrderBy(m => m.FieldId)];
                table.Match.Clear();
                table.Match.AddRange(matches);
                table.CounterData = null;
                table.MeterCounterData = null;
                table.TimeSinceLastHit = null;
                Sort(table.Action?.Action);
                foreach (ActionProfileAction choice in table.Action?.ActionProfileActionSet?.ActionProfileActions ?? [])
                {
                    Sort(choice.Action);
                }

                break;
            case Entity.EntityOneofCase.ActionProfileMember:
                Sort(normal.ActionProfileMember.Action);
                break;
            case Entity.EntityOneofCase.ActionProfileGroup:
                foreach (ActionProfileGroup.Types.Member member in normal.ActionProfileGroup.Members
                    .Where(m => m.WatchKindCase == ActionProfileGroup.Types.Member.WatchKindOneofCase.Watch))
                {
                    member.WatchPort = CanonicalBytes.Encode((ulong)(uint)member.Watch, new ValueField("watch", 32));
                }

                foreach (ActionProfileGroup.Types.Member member in watchPorts ? [] : normal.ActionProfileGroup.Members)
                {
                    member.ClearWatchKind();
                }

                ActionProfileGroup.Types.Member[] members = [.. normal.ActionProfileGroup.Members.OrderBy(m => m.MemberId)];
                normal.ActionProfileGroup.Members.Clear();
                normal.ActionProfileGroup.Members.AddRange(members);
                normal.ActionProfileGroup.MaxSize = 0; // fixed at insertion, and targets answer with what they chose
                break;
            case Entity.EntityOneofCase.MeterEntry:
                normal.MeterEntry.CounterData = null;
                break;
            case Entity.EntityOneofCase.DirectMeterEntry:
                normal.DirectMeterEntry.CounterData = null;
                break;
            case Entity.EntityOneofCase.PacketReplicationEngineEntry:
                Sort(normal.PacketReplicationEngineEntry.CloneSessionEntry?.Replicas);
                Sort(normal.PacketReplicationEngineEntry.MulticastGroupEntry?.Replicas);
                break;
        }

        return normal;
    }

    private static void Sort(P4.V1.Action? action)
    {
        if (action is not null)
        {
            P4.V1.Action.Types.Param[] parameters = [.. action.Params.OrderBy(p => p.ParamId)];
            action.Params.Clear();
            action.Params.AddRange(parameters);
        }
    }

    /// <summary>Sorts replicas and writes every port the older way, because targets answer in either.</summary>
    private static void Sort(Google.Protobuf.Collections.RepeatedField<Replica>? replicas)
    {
        if (replicas is null)
        {
            return;
        }

        foreach (Replica replica in replicas.Where(r => r.PortKindCase == Replica.PortKindOneofCase.Port))
        {
            replica.EgressPort = (uint)CanonicalBytes.ToUInt64(replica.Port);
        }

        Replica[] sorted = [.. replicas.OrderBy(r => r.EgressPort).ThenBy(r => r.Instance)];
        replicas.Clear();
        replicas.AddRange(sorted);
    }

    private static string OfTableEntry(TableEntry entry)
    {
        StringBuilder key = new();
        key.Append(CultureInfo.InvariantCulture, $"table {entry.TableId:x8}");
        if (entry.IsDefaultAction)
        {
            return key.Append(" default").ToString();
        }

        foreach (FieldMatch match in entry.Match.OrderBy(m => m.FieldId))
        {
            key.Append(CultureInfo.InvariantCulture, $" {match.FieldId}=");
            key.Append(match.FieldMatchTypeCase switch
            {
                FieldMatch.FieldMatchTypeOneofCase.Exact => Hex(match.Exact.Value),
                FieldMatch.FieldMatchTypeOneofCase.Lpm => $"{Hex(match.Lpm.Value)}/{match.Lpm.PrefixLen}",
                FieldMatch.FieldMatchTypeOneofCase.Ternary => $"{Hex(match.Ternary.Value)}&{Hex(match.Ternary.Mask)}",
                FieldMatch.FieldMatchTypeOneofCase.Range => $"{Hex(match.Range.Low)}..{Hex(match.Range.High)}",
                FieldMatch.FieldMatchTypeOneofCase.Optional => Hex(match.Optional.Value),
                _ => match.ToString(),
            });
        }

        return entry.Priority == 0 ? key.ToString() : key.Append(" @").Append(entry.Priority).ToString();
    }

    private static string OfReplication(PacketReplicationEngineEntry entry) => entry.TypeCase switch
    {
        PacketReplicationEngineEntry.TypeOneofCase.CloneSessionEntry => $"clone {entry.CloneSessionEntry.SessionId}",
        PacketReplicationEngineEntry.TypeOneofCase.MulticastGroupEntry =>
            $"multicast {entry.MulticastGroupEntry.MulticastGroupId}",
        _ => $"other {entry}",
    };

    private static string Cell(P4.V1.Index? index) =>
        index is null ? "[*]" : string.Create(CultureInfo.InvariantCulture, $"[{index.Index_}]");

    private static string Hex(Google.Protobuf.ByteString value) =>
        CanonicalBytes.Show(value.Span);
}
