using P4.V1;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>Every kind of entity of one pipeline: what updates ask for, and what reads select.</summary>
internal sealed class EntityAccess(Pipeline pipeline)
{
    private readonly TableAccess _tables = new(pipeline);
    private readonly ProfileAccess _profiles = new(pipeline);
    private readonly ArrayAccess _arrays = new(pipeline);
    private readonly ReplicationAccess _replication = new(pipeline);

    public TableAccess Tables => _tables;

    /// <summary>Reads an update; any thread. What is wrong with it comes out when it is applied.</summary>
    public EntityChange Prepare(Update update)
    {
        try
        {
            return Read(update);
        }
        catch (EntityFault fault)
        {
            return new RefusedChange(fault);
        }
    }

    /// <summary>Selects what one entity of a read request asks for, table entries apart. Between two packets.</summary>
    /// <exception cref="EntityFault">The filter names what is not there.</exception>
    public IEnumerable<Entity> Read(Entity filter, Func<uint, bool> isAllowed) => filter.EntityCase switch
    {
        Entity.EntityOneofCase.ActionProfileMember => _profiles.Read(filter.ActionProfileMember, isAllowed),
        Entity.EntityOneofCase.ActionProfileGroup => _profiles.Read(filter.ActionProfileGroup, isAllowed),
        Entity.EntityOneofCase.CounterEntry => _arrays.Read(filter.CounterEntry, isAllowed),
        Entity.EntityOneofCase.MeterEntry => _arrays.Read(filter.MeterEntry, isAllowed),
        Entity.EntityOneofCase.RegisterEntry => _arrays.Read(filter.RegisterEntry, isAllowed),
        Entity.EntityOneofCase.PacketReplicationEngineEntry => _replication.Read(filter.PacketReplicationEngineEntry),
        Entity.EntityOneofCase.ValueSetEntry => ReadValueSets(filter.ValueSetEntry, isAllowed),
        Entity.EntityOneofCase.DigestEntry => ReadDigests(filter.DigestEntry, isAllowed),
        Entity.EntityOneofCase.ExternEntry => filter.ExternEntry is { ExternTypeId: 0, ExternId: 0 } ? [] : throw NoExterns(),
        _ => throw EntityFault.Invalid("the request has an entity of no kind; a wildcard read names the kind"),
    };

    private static EntityFault NoExterns() => EntityFault.Unimplemented("v1model has no externs of its own, and neither has this switch");

    private EntityChange Read(Update update)
    {
        if (update.Type is not (Update.Types.Type.Insert or Update.Types.Type.Modify or Update.Types.Type.Delete))
        {
            throw EntityFault.Invalid($"the update has the type {update.Type}; it is INSERT, MODIFY or DELETE");
        }

        Entity entity = update.Entity ?? throw EntityFault.Invalid("the update has no entity");
        switch (entity.EntityCase)
        {
            case Entity.EntityOneofCase.TableEntry:
                return _tables.Prepare(update.Type, entity.TableEntry);
            case Entity.EntityOneofCase.ActionProfileMember:
                return _profiles.Prepare(update.Type, entity.ActionProfileMember);
            case Entity.EntityOneofCase.ActionProfileGroup:
                return _profiles.Prepare(update.Type, entity.ActionProfileGroup);
            case Entity.EntityOneofCase.CounterEntry:
                OnlyModify(update, "a counter");
                return _arrays.Prepare(entity.CounterEntry);
            case Entity.EntityOneofCase.DirectCounterEntry:
                OnlyModify(update, "a direct counter");
                return _tables.Prepare(entity.DirectCounterEntry);
            case Entity.EntityOneofCase.MeterEntry:
                OnlyModify(update, "a meter");
                return _arrays.Prepare(entity.MeterEntry);
            case Entity.EntityOneofCase.DirectMeterEntry:
                OnlyModify(update, "a direct meter");
                return _tables.Prepare(entity.DirectMeterEntry);
            case Entity.EntityOneofCase.RegisterEntry:
                OnlyModify(update, "a register");
                return _arrays.Prepare(entity.RegisterEntry);
            case Entity.EntityOneofCase.PacketReplicationEngineEntry:
                return ReplicationAccess.Prepare(update.Type, entity.PacketReplicationEngineEntry);
            case Entity.EntityOneofCase.ValueSetEntry:
                OnlyModify(update, "a value set");
                return PrepareValueSet(entity.ValueSetEntry);
            case Entity.EntityOneofCase.DigestEntry:
                return PrepareDigest(update.Type, entity.DigestEntry);
            case Entity.EntityOneofCase.ExternEntry:
                throw NoExterns();
            default:
                throw EntityFault.Invalid("the update has an entity of no kind");
        }
    }

    private static void OnlyModify(Update update, string what)
    {
        if (update.Type != Update.Types.Type.Modify)
        {
            throw EntityFault.Invalid($"{what} is always there and can only be modified");
        }
    }

    private SimpleChange PrepareValueSet(ValueSetEntry entry)
    {
        BoundValueSet bound = pipeline.Binding.ValueSet(entry.ValueSetId);
        if (entry.Members.Count > bound.Info.Size)
        {
            throw EntityFault.Full($"{bound.Owner}: {entry.Members.Count} members; {bound.Info.Size} fit");
        }

        List<MatchValue[]> members = [];
        foreach (ValueSetMember member in entry.Members)
        {
            MatchValue[] match = bound.Match.Parse(member.Match);
            if (members.Any(m => m.AsSpan().SequenceEqual(match)))
            {
                throw EntityFault.Exists($"{bound.Owner}: a member is given twice: {bound.Match.Describe(match)}");
            }

            members.Add(match);
        }

        return new SimpleChange(context =>
        {
            ValueSet set = context.Pipeline.State.ValueSets[bound.Definition.Index];
            if (context.KeepsUndo)
            {
                MatchValue[][] before = [.. set.Members];
                context.OnUndo(() => set.Replace(before));
            }

            set.Replace(members);
            return null;
        })
        { ObjectId = entry.ValueSetId };
    }

    private IEnumerable<Entity> ReadValueSets(ValueSetEntry filter, Func<uint, bool> isAllowed)
    {
        List<(BoundValueSet Set, MatchValue[][] Members)> found = [];
        IEnumerable<BoundValueSet> sets = filter.ValueSetId == 0 ? pipeline.Binding.ValueSets : [pipeline.Binding.ValueSet(filter.ValueSetId)];
        foreach (BoundValueSet set in sets.Where(s => isAllowed(s.Info.Id)))
        {
            found.Add((set, [.. pipeline.State.ValueSets[set.Definition.Index].Members]));
        }

        return found.Select(f =>
        {
            ValueSetEntry entry = new() { ValueSetId = f.Set.Info.Id };
            foreach (MatchValue[] match in f.Members)
            {
                ValueSetMember member = new();
                f.Set.Match.Format(match, member.Match);
                entry.Members.Add(member);
            }

            return new Entity { ValueSetEntry = entry };
        });
    }

    private SimpleChange PrepareDigest(Update.Types.Type type, DigestEntry entry)
    {
        BoundDigest bound = pipeline.Binding.Digest(entry.DigestId);
        string place = $"digest {bound.Info.Name}";
        if (type != Update.Types.Type.Delete && entry.Config is { } config && (config.MaxTimeoutNs < 0 || config.AckTimeoutNs < 0 || config.MaxListSize < 0))
        {
            throw EntityFault.Invalid($"{place}: times and sizes are at least 0; given: max_timeout_ns {config.MaxTimeoutNs}, max_list_size {config.MaxListSize}, ack_timeout_ns {config.AckTimeoutNs}");
        }

        return new SimpleChange(context =>
        {
            DigestWatch digests = context.Pipeline.Digests;
            bool isEnabled = digests.IsEnabled(entry.DigestId);
            if (isEnabled == (type == Update.Types.Type.Insert))
            {
                return isEnabled ? EntityFault.Exists($"{place} is enabled already") : EntityFault.NotFound($"{place} is not enabled");
            }

            if (context.KeepsUndo)
            {
                DigestEntry.Types.Config? before = isEnabled ? digests.ConfigOf(entry.DigestId) : null;
                context.OnUndo(() =>
                {
                    if (isEnabled)
                    {
                        digests.Set(entry.DigestId, before);
                    }
                    else
                    {
                        digests.Disable(entry.DigestId);
                    }
                });
            }

            if (type == Update.Types.Type.Delete)
            {
                digests.Disable(entry.DigestId);
            }
            else
            {
                digests.Set(entry.DigestId, entry.Config);
            }

            return null;
        })
        { ObjectId = entry.DigestId };
    }

    private IEnumerable<Entity> ReadDigests(DigestEntry filter, Func<uint, bool> isAllowed)
    {
        if (filter.DigestId != 0)
        {
            pipeline.Binding.Digest(filter.DigestId);
        }

        return [.. pipeline.Digests.Configs
            .Where(d => (filter.DigestId == 0 || d.Id == filter.DigestId) && isAllowed(d.Id))
            .Select(d => new Entity { DigestEntry = new DigestEntry { DigestId = d.Id, Config = d.Config } })];
    }
}
