using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Entities;
using Telemetry.SoftSwitch.Tables;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;
using TableEntry = P4.V1.TableEntry;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>
/// Takes the forwarding state of a running pipeline over into one that has been verified: every entity that the new
/// program has by the same name, with fields that still fit, is written there again; the rest is left behind and counted.
/// Made while packets flow on; what packets change is taken over in the end by <see cref="TakeCounts"/>.
/// </summary>
internal sealed class Reconciliation
{
    private static readonly Func<uint, bool> Any = _ => true;
    private readonly Pipeline? _old;
    private readonly Pipeline _new;
    private readonly IdMap _map;
    private readonly ChangeContext _context;
    private readonly EntityAccess _access;
    private readonly List<(SwitchEntry Old, SwitchEntry New)> _entries = [];

    public Reconciliation(Pipeline? old, Pipeline next, long nowNs)
    {
        _old = old;
        _new = next;
        _map = new IdMap(old?.Binding.Info ?? next.Binding.Info, next.Binding.Info);
        _context = new ChangeContext(next, nowNs, canRollBack: false);
        _access = new EntityAccess(next);
        if (old is null)
        {
            return;
        }

        TakeProfiles();
        foreach (BoundTable table in old.Binding.Tables)
        {
            TakeTable(table);
        }

        TakeOthers();
    }

    /// <summary>Entities that the new program has no place for.</summary>
    public int LeftBehind { get; private set; }

    /// <summary>Takes over what packets count and remember. Between two packets, just before the swap.</summary>
    public void TakeCounts()
    {
        foreach ((SwitchEntry old, SwitchEntry next) in _entries)
        {
            (next.Packets, next.Bytes, next.LastHitNs) = (old.Packets, old.Bytes, old.LastHitNs);
            if (next.Meter is not null && old.Meter is not null)
            {
                next.Meter.Counts = old.Meter.Counts;
            }
        }

        if (_old is null)
        {
            return;
        }

        SwitchState from = _old.State;
        SwitchState to = _new.State;
        foreach ((CounterDef was, CounterDef now) in Same(_old.Program.Model.Counters, _new.Program.Model.Counters, c => c.Name).Where(c => !c.Old.IsDirect && !c.New.IsDirect))
        {
            Array.Copy(from.CounterPackets[was.Index], to.CounterPackets[now.Index], Math.Min(was.Size, now.Size));
            Array.Copy(from.CounterBytes[was.Index], to.CounterBytes[now.Index], Math.Min(was.Size, now.Size));
        }

        foreach ((RegisterDef was, RegisterDef now) in Same(_old.Program.Model.Registers, _new.Program.Model.Registers, r => r.Name).Where(r => r.Old.Width == r.New.Width))
        {
            Array.Copy(from.Registers[was.Index], to.Registers[now.Index], Math.Min(was.Size, now.Size) * Words.Count(was.Width));
        }

        foreach ((MeterDef was, MeterDef now) in Same(_old.Program.Model.Meters, _new.Program.Model.Meters, m => m.Name).Where(m => !m.Old.IsDirect && !m.New.IsDirect))
        {
            for (int i = 0; i < Math.Min(was.Size, now.Size); i++)
            {
                to.Meters[now.Index][i].Configure(from.Meters[was.Index][i].Rates, _context.NowNs);
                to.Meters[now.Index][i].Counts = from.Meters[was.Index][i].Counts;
            }
        }
    }

    private static IEnumerable<(T Old, T New)> Same<T>(IReadOnlyList<T> old, IReadOnlyList<T> next, Func<T, string> name) =>
        old.Join(next, name, name, (o, n) => (o, n));

    private void TakeProfiles()
    {
        ProfileAccess profiles = new(_old!);
        foreach (Entity entity in profiles.Read(new ActionProfileMember(), Any))
        {
            ActionProfileMember member = entity.ActionProfileMember;
            member.ActionProfileId = ProfileId(member.ActionProfileId);
            Take(entity, member.ActionProfileId != 0 && _map.Map(member.Action));
        }

        foreach (Entity entity in profiles.Read(new ActionProfileGroup(), Any))
        {
            ActionProfileGroup group = entity.ActionProfileGroup;
            group.ActionProfileId = ProfileId(group.ActionProfileId);
            Take(entity, group.ActionProfileId != 0);
        }
    }

    private uint ProfileId(uint id) => IdMap.Map(_old!.Binding.Info.ActionProfiles, _new.Binding.Info.ActionProfiles, id);

    private void TakeTable(BoundTable table)
    {
        Table from = _old!.State.Tables[table.Definition.Index];
        TableEntry everything = new() { MeterConfig = new MeterConfig() };
        foreach (SwitchEntry entry in from.Entries.Append(from.Default))
        {
            if (entry.IsDefault ? table.DefaultIsConst : table.IsImmutable(entry))
            {
                continue;
            }

            TableEntry written = new EntrySnapshot(table, entry, _old).Format(everything, EntryCounts.None);
            written.IsConst = false;
            if (_map.Map(written) is not TableEntry mapped)
            {
                LeftBehind++;
                continue;
            }

            Update.Types.Type type = entry.IsDefault ? Update.Types.Type.Modify : Update.Types.Type.Insert;
            EntityFault? fault = Apply(type, new Entity { TableEntry = mapped });
            if (fault?.Code == Grpc.Core.StatusCode.AlreadyExists)
            {
                fault = Apply(Update.Types.Type.Modify, new Entity { TableEntry = mapped }); // the program has it from the start
            }

            if (fault is not null)
            {
                LeftBehind++;
            }
            else
            {
                BoundTable bound = _new.Binding.Table(mapped.TableId);
                Table to = _new.State.Tables[bound.Definition.Index];
                SwitchEntry? taken = entry.IsDefault ? to.Default : to.Find(bound.Match.Parse(mapped.Match), mapped.Priority);
                if (taken is not null)
                {
                    _entries.Add((entry, taken));
                }
            }
        }
    }

    private void TakeOthers()
    {
        P4InfoIndex from = _old!.Binding.Info;
        P4InfoIndex to = _new.Binding.Info;
        EntityAccess old = new(_old);
        foreach (Entity entity in old.Read(new Entity { PacketReplicationEngineEntry = new PacketReplicationEngineEntry() }, Any))
        {
            Take(entity, true);
        }

        foreach (Entity entity in old.Read(new Entity { DigestEntry = new DigestEntry() }, Any))
        {
            entity.DigestEntry.DigestId = IdMap.Map(from.Digests, to.Digests, entity.DigestEntry.DigestId);
            Take(entity, entity.DigestEntry.DigestId != 0);
        }

        foreach (Entity entity in old.Read(new Entity { ValueSetEntry = new ValueSetEntry() }, Any))
        {
            entity.ValueSetEntry.ValueSetId = IdMap.Map(from.ValueSets, to.ValueSets, entity.ValueSetEntry.ValueSetId);
            if (entity.ValueSetEntry.ValueSetId != 0 && Apply(Update.Types.Type.Modify, entity) is null)
            {
                continue;
            }

            LeftBehind += entity.ValueSetEntry.Members.Count;
        }
    }

    private void Take(Entity entity, bool hasPlace)
    {
        if (!hasPlace || Apply(Update.Types.Type.Insert, entity) is not null)
        {
            LeftBehind++;
        }
    }

    private EntityFault? Apply(Update.Types.Type type, Entity entity) => _access.Prepare(new Update { Type = type, Entity = entity }).Apply(_context);
}
