using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Entries;

/// <summary>Turns entities into names and text, the other way than <see cref="EntryBinder"/>.</summary>
internal static class EntryUnbinder
{
    /// <exception cref="P4InfoException">The program does not have an id of the entity.</exception>
    public static EntrySpec Unbind(P4InfoIndex index, Entity entity)
    {
        switch (entity.EntityCase)
        {
            case Entity.EntityOneofCase.TableEntry:
                return Table(index, entity.TableEntry);
            case Entity.EntityOneofCase.ActionProfileMember:
                ActionProfileMember member = entity.ActionProfileMember;
                (string action, IReadOnlyList<ActionArgument> arguments) = member.Action is null ? ("", []) : Call(index, member.Action);
                return new MemberSpec(index.ActionProfiles.Get(member.ActionProfileId).Name, member.MemberId, action, arguments);
            case Entity.EntityOneofCase.ActionProfileGroup:
                ActionProfileGroup group = entity.ActionProfileGroup;
                return new GroupSpec(
                    index.ActionProfiles.Get(group.ActionProfileId).Name,
                    group.GroupId,
                    [.. group.Members.Select(m => new GroupMemberSpec(m.MemberId, m.Weight, m.WatchKindCase switch
                    {
                        ActionProfileGroup.Types.Member.WatchKindOneofCase.Watch => (uint)m.Watch,
                        ActionProfileGroup.Types.Member.WatchKindOneofCase.WatchPort => Port(m.WatchPort),
                        _ => null,
                    }))],
                    group.MaxSize);
            case Entity.EntityOneofCase.PacketReplicationEngineEntry:
                return Replication(entity.PacketReplicationEngineEntry);
            case Entity.EntityOneofCase.CounterEntry:
                CounterEntry counter = entity.CounterEntry;
                return new CounterSpec(
                    index.Counters.Get(counter.CounterId).Name, counter.Index?.Index_, counter.Data?.PacketCount ?? 0, counter.Data?.ByteCount ?? 0);
            case Entity.EntityOneofCase.DirectCounterEntry:
                DirectCounterEntry direct = entity.DirectCounterEntry;
                return new DirectCounterSpec(Table(index, direct.TableEntry), direct.Data?.PacketCount ?? 0, direct.Data?.ByteCount ?? 0);
            case Entity.EntityOneofCase.MeterEntry:
                MeterEntry meter = entity.MeterEntry;
                return new MeterSpec(index.Meters.Get(meter.MeterId).Name, meter.Index?.Index_, Rates(meter.Config));
            case Entity.EntityOneofCase.DirectMeterEntry:
                return new DirectMeterSpec(Table(index, entity.DirectMeterEntry.TableEntry), Rates(entity.DirectMeterEntry.Config));
            case Entity.EntityOneofCase.RegisterEntry:
                RegisterEntry register = entity.RegisterEntry;
                RegisterInfo info = index.Registers.Get(register.RegisterId);
                return new RegisterSpec(
                    info.Name, register.Index?.Index_, P4DataText.Format(register.Data, info.Source.TypeSpec, index.Info.TypeInfo));
            case Entity.EntityOneofCase.DigestEntry:
                DigestEntry digest = entity.DigestEntry;
                return new DigestSpec(
                    index.Digests.Get(digest.DigestId).Name,
                    digest.Config?.MaxListSize ?? 0,
                    digest.Config?.MaxTimeoutNs ?? 0,
                    digest.Config?.AckTimeoutNs ?? 0);
            case Entity.EntityOneofCase.ValueSetEntry:
                ValueSetInfo set = index.ValueSets.Get(entity.ValueSetEntry.ValueSetId);
                return new ValueSetSpec(
                    set.Name, [.. entity.ValueSetEntry.Members.Select(m => Matches(set.MatchFields, m.Match))]);
            case Entity.EntityOneofCase.ExternEntry:
                ExternEntry external = entity.ExternEntry;
                return new ExternSpec(
                    index.Externs.Get(external.ExternId).Name, external.Entry?.TypeUrl ?? "", external.Entry?.Value ?? ByteString.Empty);
            default:
                throw new P4InfoException($"{entity.EntityCase} is no entry that has names");
        }
    }

    private static TableEntrySpec Table(P4InfoIndex index, TableEntry entry)
    {
        TableInfo table = index.Tables.Get(entry.TableId);
        TableEntrySpec spec = new()
        {
            Table = table.Name,
            Matches = Matches(table.MatchFields, entry.Match),
            Priority = entry.Priority,
            IsDefault = entry.IsDefaultAction,
            IdleTimeoutNs = entry.IdleTimeoutNs,
            Metadata = entry.Metadata,
            Rates = Rates(entry.MeterConfig),
        };
        switch (entry.Action?.TypeCase)
        {
            case TableAction.TypeOneofCase.Action:
                (string action, IReadOnlyList<ActionArgument> arguments) = Call(index, entry.Action.Action);
                return spec with { Action = action, Arguments = arguments };
            case TableAction.TypeOneofCase.ActionProfileMemberId:
                return spec with { Member = entry.Action.ActionProfileMemberId };
            case TableAction.TypeOneofCase.ActionProfileGroupId:
                return spec with { Group = entry.Action.ActionProfileGroupId };
            case TableAction.TypeOneofCase.ActionProfileActionSet:
                ActionProfileActionSet set = entry.Action.ActionProfileActionSet;
                return spec with
                {
                    Mode = (ChoiceMode)set.ActionSelectionMode,
                    Size = (ChoiceSize)set.SizeSemantics,
                    Choices = [.. set.ActionProfileActions.Select(a =>
                    {
                        (string name, IReadOnlyList<ActionArgument> given) = Call(index, a.Action);
                        return new ActionChoice(name, given, a.Weight, a.WatchKindCase switch
                        {
                            ActionProfileAction.WatchKindOneofCase.Watch => (uint)a.Watch,
                            ActionProfileAction.WatchKindOneofCase.WatchPort => Port(a.WatchPort),
                            _ => null,
                        });
                    })],
                };
            default:
                return spec;
        }
    }

    private static EntrySpec Replication(PacketReplicationEngineEntry entry)
    {
        if (entry.CloneSessionEntry is { } clone)
        {
            return new CloneSessionSpec((int)clone.SessionId, Replicas(clone.Replicas), clone.PacketLengthBytes, (int)clone.ClassOfService);
        }

        MulticastGroupEntry group = entry.MulticastGroupEntry ?? new MulticastGroupEntry();
        return new MulticastGroupSpec((int)group.MulticastGroupId, Replicas(group.Replicas)) { Metadata = group.Metadata };
    }

    private static List<ReplicaSpec> Replicas(IEnumerable<Replica> replicas) =>
    [
        .. replicas.Select(r => new ReplicaSpec(
            (int)(r.PortKindCase == Replica.PortKindOneofCase.Port ? Port(r.Port) ?? 0 : r.EgressPort), (int)r.Instance)
        {
            Backups = [.. r.BackupReplicas.Select(b => ((int)(Port(b.Port) ?? 0), (int)b.Instance))],
        }),
    ];

    private static List<MatchSpec> Matches(NameIndex<MatchFieldInfo> fields, IEnumerable<FieldMatch> matches) =>
    [
        .. matches.Select(m =>
        {
            MatchFieldInfo field = fields.Get(m.FieldId);
            return new MatchSpec(field.Name, field.Format(m));
        }),
    ];

    private static (string Name, IReadOnlyList<ActionArgument> Arguments) Call(P4InfoIndex index, P4.V1.Action call)
    {
        ActionInfo action = index.Actions.Get(call.ActionId);
        return (action.Name, [.. call.Params.Select(p =>
        {
            FieldInfo parameter = action.Parameters.Get(p.ParamId);
            return new ActionArgument(parameter.Name, parameter.Format(p.Value));
        })]);
    }

    private static MeterRates? Rates(MeterConfig? config) =>
        config is null ? null : new MeterRates(config.Cir, config.Cburst, config.Pir, config.Pburst, config.Eburst);

    private static uint? Port(ByteString port) =>
        CanonicalBytes.BitLength(port.Span) <= 32 ? (uint)CanonicalBytes.ToUInt64(port) : null;
}
