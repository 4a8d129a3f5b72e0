using System.Numerics;
using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Switching;
using Replica = Telemetry.SoftSwitch.Switching.Replica;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;

namespace Telemetry.SoftSwitch.Service;

/// <summary>Writes and reads of every kind of entity but table entries, which <see cref="TableAccess"/> serves. Runs on the loop's thread.</summary>
internal sealed class EntityAccess(Pipeline pipeline, Func<long> nowNs)
{
    private const uint MaxReplicationId = 32767;
    private readonly TableAccess _tables = new(pipeline, nowNs);
    private readonly PipelineBinding _binding = pipeline.Binding;
    private readonly SwitchState _state = pipeline.State;

    /// <exception cref="EntityFault">The update cannot be made; nothing was changed.</exception>
    public void Write(Update update)
    {
        if (update.Type == Update.Types.Type.Unspecified)
        {
            throw EntityFault.Invalid("the update has no type");
        }

        Entity entity = update.Entity ?? throw EntityFault.Invalid("the update has no entity");
        switch (entity.EntityCase)
        {
            case Entity.EntityOneofCase.TableEntry:
                _tables.Write(update.Type, entity.TableEntry);
                break;
            case Entity.EntityOneofCase.CounterEntry:
                OnlyModify(update, "a counter");
                WriteCounter(entity.CounterEntry);
                break;
            case Entity.EntityOneofCase.DirectCounterEntry:
                OnlyModify(update, "a direct counter");
                SwitchEntry counted = FindDirect(entity.DirectCounterEntry.TableEntry, t => t.DirectCounter, "counter").Entry;
                counted.Packets = entity.DirectCounterEntry.Data?.PacketCount ?? 0;
                counted.Bytes = entity.DirectCounterEntry.Data?.ByteCount ?? 0;
                break;
            case Entity.EntityOneofCase.MeterEntry:
                OnlyModify(update, "a meter");
                WriteMeter(entity.MeterEntry);
                break;
            case Entity.EntityOneofCase.DirectMeterEntry:
                OnlyModify(update, "a direct meter");
                (BoundTable table, SwitchEntry metered) = FindDirect(entity.DirectMeterEntry.TableEntry, t => t.DirectMeter, "meter");
                _tables.SetMeter(metered, TableAccess.ReadMeter(entity.DirectMeterEntry.Config, $"table {table.Info.Name}, direct meter"), table);
                break;
            case Entity.EntityOneofCase.RegisterEntry:
                OnlyModify(update, "a register");
                WriteRegister(entity.RegisterEntry);
                break;
            case Entity.EntityOneofCase.PacketReplicationEngineEntry:
                WriteReplication(update.Type, entity.PacketReplicationEngineEntry);
                break;
            default:
                throw EntityFault.Unimplemented($"writes of {entity.EntityCase} are not supported by this switch");
        }
    }

    /// <exception cref="EntityFault">The filter names what is not there.</exception>
    public IEnumerable<Entity> Read(Entity filter) => filter.EntityCase switch
    {
        Entity.EntityOneofCase.TableEntry => _tables.Select(filter.TableEntry).Select(e => new Entity
        {
            TableEntry = TableAccess.Format(e.Table, e.Entry, filter.TableEntry.CounterData is not null, filter.TableEntry.MeterConfig is not null),
        }),
        Entity.EntityOneofCase.CounterEntry => ReadCounters(filter.CounterEntry),
        Entity.EntityOneofCase.DirectCounterEntry => SelectDirect(filter.DirectCounterEntry.TableEntry, t => t.DirectCounter).Select(e => new Entity
        {
            DirectCounterEntry = new DirectCounterEntry
            {
                TableEntry = TableAccess.FormatKey(e.Table, e.Entry),
                Data = new CounterData { PacketCount = e.Entry.Packets, ByteCount = e.Entry.Bytes },
            },
        }),
        Entity.EntityOneofCase.MeterEntry => ReadMeters(filter.MeterEntry),
        Entity.EntityOneofCase.DirectMeterEntry => SelectDirect(filter.DirectMeterEntry.TableEntry, t => t.DirectMeter).Select(e => new Entity
        {
            DirectMeterEntry = new DirectMeterEntry
            {
                TableEntry = TableAccess.FormatKey(e.Table, e.Entry),
                Config = e.Entry.Meter?.Config is (long, long, long, long) config ? TableAccess.FormatMeter(config) : null,
            },
        }),
        Entity.EntityOneofCase.RegisterEntry => ReadRegisters(filter.RegisterEntry),
        Entity.EntityOneofCase.PacketReplicationEngineEntry => ReadReplication(filter.PacketReplicationEngineEntry),
        _ => throw EntityFault.Unimplemented($"reads of {filter.EntityCase} are not supported by this switch"),
    };

    private static void OnlyModify(Update update, string what)
    {
        if (update.Type != Update.Types.Type.Modify)
        {
            throw EntityFault.Invalid($"{what} can only be modified");
        }
    }

    private static (int First, int Count) Cells(P4.V1.Index? index, int size, string place)
    {
        if (index is null)
        {
            return (0, size);
        }

        return index.Index_ >= 0 && index.Index_ < size
            ? ((int)index.Index_, 1)
            : throw EntityFault.OutOfRange($"{place}: index {index.Index_}; it has {size} cells");
    }

    private void WriteCounter(CounterEntry entry)
    {
        CounterDef counter = _binding.Counter(entry.CounterId);
        (int first, int count) = Cells(entry.Index, _state.CounterPackets[counter.Index].Length, $"counter {counter.Name}");
        for (int i = first; i < first + count; i++)
        {
            _state.CounterPackets[counter.Index][i] = entry.Data?.PacketCount ?? 0;
            _state.CounterBytes[counter.Index][i] = entry.Data?.ByteCount ?? 0;
        }
    }

    private IEnumerable<Entity> ReadCounters(CounterEntry filter)
    {
        IEnumerable<uint> ids = filter.CounterId != 0 ? [filter.CounterId] : _binding.Info.Counters.Select(c => c.Id);
        foreach (uint id in ids)
        {
            CounterDef counter = _binding.Counter(id);
            (int first, int count) = Cells(filter.Index, _state.CounterPackets[counter.Index].Length, $"counter {counter.Name}");
            for (int i = first; i < first + count; i++)
            {
                yield return new Entity
                {
                    CounterEntry = new CounterEntry
                    {
                        CounterId = id,
                        Index = new P4.V1.Index { Index_ = i },
                        Data = new CounterData { PacketCount = _state.CounterPackets[counter.Index][i], ByteCount = _state.CounterBytes[counter.Index][i] },
                    },
                };
            }
        }
    }

    private (BoundTable Table, SwitchEntry Entry) FindDirect(TableEntry? key, Func<TableInfo, object?> attached, string kind)
    {
        BoundTable bound = _binding.Table(key?.TableId ?? 0);
        if (attached(bound.Info) is null)
        {
            throw EntityFault.Invalid($"table {bound.Info.Name} has no direct {kind}");
        }

        return key!.IsDefaultAction
            ? throw EntityFault.Unimplemented($"table {bound.Info.Name}: its default entry has no direct {kind}")
            : (bound, _tables.Find(key, bound));
    }

    private IEnumerable<(BoundTable Table, SwitchEntry Entry)> SelectDirect(TableEntry? filter, Func<TableInfo, object?> attached) =>
        _tables.Select(filter ?? new TableEntry()).Where(e => attached(e.Table.Info) is not null && !e.Entry.IsDefault);

    private void WriteMeter(MeterEntry entry)
    {
        MeterDef meter = _binding.Meter(entry.MeterId);
        Meter[] cells = _state.Meters[meter.Index];
        (int first, int count) = Cells(entry.Index, cells.Length, $"meter {meter.Name}");
        (long, long, long, long)? config = TableAccess.ReadMeter(entry.Config, $"meter {meter.Name}");
        for (int i = first; i < first + count; i++)
        {
            cells[i].Configure(config, nowNs());
        }
    }

    private IEnumerable<Entity> ReadMeters(MeterEntry filter)
    {
        IEnumerable<uint> ids = filter.MeterId != 0 ? [filter.MeterId] : _binding.Info.Meters.Select(m => m.Id);
        foreach (uint id in ids)
        {
            MeterDef meter = _binding.Meter(id);
            (int first, int count) = Cells(filter.Index, _state.Meters[meter.Index].Length, $"meter {meter.Name}");
            for (int i = first; i < first + count; i++)
            {
                yield return new Entity
                {
                    MeterEntry = new MeterEntry
                    {
                        MeterId = id,
                        Index = new P4.V1.Index { Index_ = i },
                        Config = _state.Meters[meter.Index][i].Config is (long, long, long, long) config ? TableAccess.FormatMeter(config) : null,
                    },
                };
            }
        }
    }

    private void WriteRegister(RegisterEntry entry)
    {
        RegisterDef register = _binding.Register(entry.RegisterId);
        string place = $"register {register.Name}";
        (int first, int count) = Cells(entry.Index, register.Size, place);
        if (entry.Data?.DataCase != P4Data.DataOneofCase.Bitstring)
        {
            throw EntityFault.Invalid($"{place}: the data is no bit string; cells are {register.Width} bits");
        }

        BigInteger value = FieldValues.Parse(entry.Data.Bitstring, register.Width, () => place);
        for (int i = first; i < first + count; i++)
        {
            _state.WriteCell(register, i, value);
        }
    }

    private IEnumerable<Entity> ReadRegisters(RegisterEntry filter)
    {
        IEnumerable<uint> ids = filter.RegisterId != 0 ? [filter.RegisterId] : _binding.Info.Registers.Select(r => r.Id);
        foreach (uint id in ids)
        {
            RegisterDef register = _binding.Register(id);
            (int first, int count) = Cells(filter.Index, register.Size, $"register {register.Name}");
            for (int i = first; i < first + count; i++)
            {
                BigInteger value = _state.ReadCell(register, i);
                yield return new Entity
                {
                    RegisterEntry = new RegisterEntry { RegisterId = id, Index = new P4.V1.Index { Index_ = i }, Data = new P4Data { Bitstring = FieldValues.Format(value) } },
                };
            }
        }
    }

    private void WriteReplication(Update.Types.Type type, PacketReplicationEngineEntry entry)
    {
        switch (entry.TypeCase)
        {
            case PacketReplicationEngineEntry.TypeOneofCase.MulticastGroupEntry:
                MulticastGroupEntry group = entry.MulticastGroupEntry;
                Put(_state.MulticastGroups, type, group.MulticastGroupId, "multicast group",
                    () => new MulticastGroup(ReadReplicas(group.Replicas, $"multicast group {group.MulticastGroupId}"), group.Metadata.ToByteArray()));
                break;
            case PacketReplicationEngineEntry.TypeOneofCase.CloneSessionEntry:
                CloneSessionEntry session = entry.CloneSessionEntry;
                string place = $"clone session {session.SessionId}";
                Put(_state.CloneSessions, type, session.SessionId, "clone session", () => session.ClassOfService > 7 || session.PacketLengthBytes < 0
                    ? throw EntityFault.Invalid($"{place}: class of service {session.ClassOfService} is 0 to 7, packet length {session.PacketLengthBytes} at least 0")
                    : new CloneSession(ReadReplicas(session.Replicas, place), (int)session.ClassOfService, session.PacketLengthBytes));
                break;
            default:
                throw EntityFault.Invalid("a packet replication engine entry is a multicast group or a clone session");
        }
    }

    private static void Put<T>(SortedDictionary<int, T> entries, Update.Types.Type type, uint id, string kind, Func<T> make)
    {
        if (id is 0 or > MaxReplicationId)
        {
            throw EntityFault.Invalid($"{kind} {id}: ids are 1 to {MaxReplicationId}");
        }

        bool exists = entries.ContainsKey((int)id);
        if (exists == (type == Update.Types.Type.Insert))
        {
            throw exists ? EntityFault.Exists($"{kind} {id} exists already") : EntityFault.NotFound($"{kind} {id} does not exist");
        }

        if (type == Update.Types.Type.Delete)
        {
            entries.Remove((int)id);
        }
        else
        {
            entries[(int)id] = make();
        }
    }

    private static Replica[] ReadReplicas(IEnumerable<P4.V1.Replica> replicas, string place)
    {
        List<Replica> read = [];
        foreach (P4.V1.Replica replica in replicas)
        {
            if (replica.BackupReplicas.Count > 0)
            {
                throw EntityFault.Unimplemented($"{place}: backup replicas are not supported by this switch");
            }

            BigInteger port = replica.PortKindCase == P4.V1.Replica.PortKindOneofCase.Port
                ? FieldValues.Parse(replica.Port, 32, () => $"{place}, replica {read.Count}")
                : new BigInteger(replica.EgressPort);
            Replica added = new(FieldValues.Port(port, () => $"{place}, replica {read.Count}"), (int)replica.Instance);
            read.Add(read.Contains(added) ? throw EntityFault.Invalid($"{place}: port {added.Port} with instance {added.Instance} is given twice") : added);
        }

        return [.. read];
    }

    private IEnumerable<Entity> ReadReplication(PacketReplicationEngineEntry filter)
    {
        if (filter.TypeCase != PacketReplicationEngineEntry.TypeOneofCase.CloneSessionEntry)
        {
            uint wanted = filter.MulticastGroupEntry?.MulticastGroupId ?? 0;
            foreach ((int id, MulticastGroup group) in _state.MulticastGroups.Where(g => wanted == 0 || g.Key == wanted))
            {
                MulticastGroupEntry entry = new() { MulticastGroupId = (uint)id, Metadata = ByteString.CopyFrom(group.Metadata) };
                entry.Replicas.AddRange(group.Replicas.Select(Format));
                yield return new Entity { PacketReplicationEngineEntry = new PacketReplicationEngineEntry { MulticastGroupEntry = entry } };
            }
        }

        if (filter.TypeCase != PacketReplicationEngineEntry.TypeOneofCase.MulticastGroupEntry)
        {
            uint wanted = filter.CloneSessionEntry?.SessionId ?? 0;
            foreach ((int id, CloneSession session) in _state.CloneSessions.Where(s => wanted == 0 || s.Key == wanted))
            {
                CloneSessionEntry entry = new() { SessionId = (uint)id, ClassOfService = (uint)session.ClassOfService, PacketLengthBytes = session.PacketLength };
                entry.Replicas.AddRange(session.Replicas.Select(Format));
                yield return new Entity { PacketReplicationEngineEntry = new PacketReplicationEngineEntry { CloneSessionEntry = entry } };
            }
        }
    }

    private static P4.V1.Replica Format(Replica replica) => new() { EgressPort = (uint)replica.Port, Instance = (uint)replica.Instance };
}
