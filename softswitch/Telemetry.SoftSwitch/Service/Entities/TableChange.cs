using P4.V1;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Tables;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;
using TableEntry = P4.V1.TableEntry;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>An entry that is inserted, modified or deleted, read and checked but for what the table holds.</summary>
internal sealed class TableChange : EntityChange
{
    /// <summary>What a plain entry has beside match and action: nothing.</summary>
    private static readonly TableEntry Plain = new();
    private readonly BoundTable _table;
    private readonly Update.Types.Type _type;
    private readonly MatchValue[] _match;
    private readonly int _priority;
    private readonly bool _isDefault;
    private readonly EntryAction _action;
    private readonly TableEntry _source;
    private readonly MeterRates? _rates;
    private readonly bool _resetsColors;

    /// <summary>The entry to add, or one that stands for the entry that is meant; null for the default entry.</summary>
    private readonly SwitchEntry? _key;

    /// <summary>A plain entry, checked by whoever read it; a call is missing where it is deleted, or left as it is.</summary>
    public TableChange(Update.Types.Type type, BoundTable table, MatchValue[] match, int priority, ActionCall? call)
    {
        _table = table;
        ObjectId = table.Info.Id;
        _type = type;
        _source = Plain;
        _match = match;
        _priority = priority;
        _key = table.Layout.Entry(match, priority);
        _action = call is null ? default : new EntryAction(call);
    }

    /// <exception cref="EntityFault">The update is wrong whatever the table holds.</exception>
    public TableChange(Update.Types.Type type, TableEntry entry, PipelineBinding binding)
    {
        _table = binding.Table(entry.TableId);
        ObjectId = entry.TableId;
        _type = type;
        _source = entry;
        _isDefault = entry.IsDefaultAction;
        if (_isDefault)
        {
            CheckDefault(entry);
            _match = [];
        }
        else
        {
            if (_table.Match.Count == 0)
            {
                throw EntityFault.Invalid($"{_table.Owner} has no key: only its default entry can be written");
            }

            if (type != Update.Types.Type.Modify && _table.Info.IsConst)
            {
                throw EntityFault.Denied($"{_table.Owner} is constant: its entries are part of the program");
            }

            _match = _table.Match.Parse(entry.Match);
            _priority = _table.Priority(entry);
            _key = _table.Layout.Entry(_match, _priority);
        }

        if (entry.IsConst)
        {
            throw EntityFault.Invalid($"{_table.Owner}: is_const tells of the program's entries; a write leaves it out");
        }

        if (type == Update.Types.Type.Delete)
        {
            return;
        }

        if (_table.Info.IsConst && !_isDefault && entry.Action is not null)
        {
            throw EntityFault.Denied($"{_table.Owner} is constant: the action of an entry is part of the program and is left out");
        }

        CheckIdleTimeout(entry);
        _action = EntryAction.Parse(entry.Action, _table, binding, _isDefault);
        _rates = ParseResources(entry, binding);
        _resetsColors = MeterRules.Resets(entry.MeterCounterData, $"{_table.Owner}, meter counter data");
        if (type == Update.Types.Type.Insert && _action.IsUnset)
        {
            throw EntityFault.Invalid($"{_table.Owner}: the entry has no action");
        }
    }

    public override EntityFault? Apply(ChangeContext context)
    {
        Table table = context.Pipeline.State.Tables[_table.Definition.Index];
        if (_isDefault)
        {
            return Modify(table.Default, context);
        }

        SwitchEntry? existing = table.Find(_key!);
        if (_type == Update.Types.Type.Insert)
        {
            return existing is null
                ? Insert(table, context)
                : EntityFault.Exists($"{_table.Owner} has this entry already: {_table.Describe(_match, _priority)}");
        }

        if (existing is null)
        {
            return EntityFault.NotFound($"{_table.Owner} has no such entry: {_table.Describe(_match, _priority)}");
        }

        bool isImmutable = _table.IsImmutable(existing);
        if (_type == Update.Types.Type.Modify)
        {
            return isImmutable && !_action.IsUnset
                ? EntityFault.Denied($"{_table.Owner}: the entry is constant, its action is left out: {_table.Describe(_match, _priority)}")
                : Modify(existing, context);
        }

        return isImmutable
            ? EntityFault.Denied($"{_table.Owner}: the entry is part of the program: {_table.Describe(_match, _priority)}")
            : Delete(table, existing, context);
    }

    private EntityFault? Insert(Table table, ChangeContext context)
    {
        if (table.Count >= table.Definition.MaxSize)
        {
            return EntityFault.Full($"{_table.Owner} is full: {table.Definition.MaxSize} entries");
        }

        SwitchEntry entry = _key!;
        if (_action.Bind(entry, _table, context) is EntityFault fault)
        {
            return fault;
        }

        entry.LastHitNs = context.NowNs;
        Fill(entry, context);
        table.TryInsert(entry);
        if (context.KeepsUndo)
        {
            context.OnUndo(() => Take(table, entry, context.Pipeline));
        }

        return null;
    }

    private EntityFault? Modify(SwitchEntry entry, ChangeContext context)
    {
        if (context.KeepsUndo)
        {
            Remember(entry, context);
        }

        if (!_action.IsUnset)
        {
            if (_action.Bind(entry, _table, context) is EntityFault fault)
            {
                return fault;
            }
        }
        else if (_isDefault)
        {
            entry.SetAction(_table.Definition.DefaultAction, _table.Definition.DefaultData);
            entry.Packets = 0;
            entry.Bytes = 0;
            if (entry.Meter is not null)
            {
                entry.Meter.Counts = default;
            }
        }

        Fill(entry, context);
        return null;
    }

    private EntityFault? Delete(Table table, SwitchEntry entry, ChangeContext context)
    {
        Pipeline pipeline = context.Pipeline;
        if (context.KeepsUndo)
        {
            ActionProfileActionSet? set = entry.Group is ActionGroup group ? pipeline.OneShots.GetValueOrDefault(group) : null;
            context.OnUndo(() =>
            {
                if (set is not null)
                {
                    ActionProfile profile = pipeline.State.ActionProfiles[_table.Definition.Profile!.Index];
                    ActionGroup again = OneShot.Parse(set, _table, pipeline.Binding.Profile(_table.Info.Implementation!.Id)).Add(profile);
                    pipeline.OneShots[again] = set;
                    pipeline.OneShotCounts[profile]++;
                    entry.SetGroup(again);
                }

                table.Insert(entry);
                pipeline.Idle.Update(_table, entry);
            });
        }

        Take(table, entry, pipeline);
        return null;
    }

    private void Take(Table table, SwitchEntry entry, Pipeline pipeline)
    {
        table.Remove(entry);
        pipeline.Idle.Remove(entry);
        if (_table.Definition.Profile is not null)
        {
            EntryAction.Release(entry, pipeline.State.ActionProfiles[_table.Definition.Profile.Index], pipeline);
        }
    }

    /// <summary>What belongs to the entry beside its action: the whole of it is written, and the counter only when it is given.</summary>
    private void Fill(SwitchEntry entry, ChangeContext context)
    {
        entry.Metadata = _source.Metadata.IsEmpty ? [] : _source.Metadata.ToByteArray();
        entry.ControllerMetadata = _source.ControllerMetadata;
        if (_source.CounterData is CounterData counter)
        {
            entry.Packets = counter.PacketCount;
            entry.Bytes = counter.ByteCount;
        }

        if (_table.Info.DirectMeter is not null)
        {
            entry.SetRates(_rates, context.Pipeline.Binding.DirectMeter(_table).Definition.InBytes, context.NowNs);
            if (_resetsColors && entry.Meter is not null)
            {
                entry.Meter.Counts = default;
            }
        }

        if (_table.HasIdleTimeout && !_isDefault)
        {
            entry.IdleTimeoutNs = _source.IdleTimeoutNs;
            context.Pipeline.Idle.Update(_table, entry);
        }
    }

    private void Remember(SwitchEntry entry, ChangeContext context)
    {
        Pipeline pipeline = context.Pipeline;
        (ActionCall call, ActionMember? member, ActionGroup? group) = (entry.Call, entry.Member, entry.Group);
        (byte[] metadata, ulong controllerMetadata, long timeoutNs) = (entry.Metadata, entry.ControllerMetadata, entry.IdleTimeoutNs);
        (long packets, long bytes, Meter? meter, MeterRates? rates, MeterCounts? counts) = (entry.Packets, entry.Bytes, entry.Meter, entry.Meter?.Rates, entry.Meter?.Counts);
        ActionProfileActionSet? set = group is null ? null : pipeline.OneShots.GetValueOrDefault(group);
        long nowNs = context.NowNs;
        context.OnUndo(() =>
        {
            if (_table.Definition.Profile is ActionProfileDef definition)
            {
                ActionProfile profile = pipeline.State.ActionProfiles[definition.Index];
                EntryAction.Release(entry, profile, pipeline);
                if (set is not null)
                {
                    group = OneShot.Parse(set, _table, pipeline.Binding.Profile(_table.Info.Implementation!.Id)).Add(profile);
                    pipeline.OneShots[group] = set;
                    pipeline.OneShotCounts[profile]++;
                }
            }

            if (group is not null)
            {
                entry.SetGroup(group);
            }
            else if (member is not null)
            {
                entry.SetMember(member);
            }
            else
            {
                entry.SetAction(call);
            }

            (entry.Metadata, entry.ControllerMetadata, entry.Packets, entry.Bytes, entry.IdleTimeoutNs) = (metadata, controllerMetadata, packets, bytes, timeoutNs);
            entry.Meter = meter;
            if (entry.Meter is not null)
            {
                entry.Meter.Configure(rates, nowNs);
                entry.Meter.Counts = counts ?? default;
            }

            pipeline.Idle.Update(_table, entry);
        });
    }

    private void CheckDefault(TableEntry entry)
    {
        if (_type != Update.Types.Type.Modify)
        {
            throw EntityFault.Invalid($"{_table.Owner}: the default entry is always there and can only be modified");
        }

        if (entry.Match.Count > 0 || entry.Priority != 0)
        {
            throw EntityFault.Invalid($"{_table.Owner}: a default entry has neither match nor priority");
        }

        if (entry.IdleTimeoutNs != 0 || entry.TimeSinceLastHit is not null)
        {
            throw EntityFault.Invalid($"{_table.Owner}: a default entry has no idle timeout");
        }

        if (_table.DefaultIsConst)
        {
            throw EntityFault.Denied($"{_table.Owner}: its default action is constant");
        }
    }

    private void CheckIdleTimeout(TableEntry entry)
    {
        if (!_table.HasIdleTimeout && (entry.IdleTimeoutNs != 0 || entry.TimeSinceLastHit is not null))
        {
            throw EntityFault.Invalid($"{_table.Owner} has no idle timeout (support_timeout = true in the program gives it one)");
        }

        if (entry.IdleTimeoutNs < 0 || entry.TimeSinceLastHit is not null)
        {
            throw EntityFault.Invalid($"{_table.Owner}: {(entry.IdleTimeoutNs < 0 ? $"an idle timeout of {entry.IdleTimeoutNs} ns" : "time_since_last_hit cannot be written")}");
        }
    }

    private MeterRates? ParseResources(TableEntry entry, PipelineBinding binding)
    {
        if (entry.CounterData is not null && _table.Info.DirectCounter is null)
        {
            throw EntityFault.Invalid($"{_table.Owner} has no direct counter");
        }

        if (_table.Info.DirectMeter is null)
        {
            return entry.MeterConfig is null && entry.MeterCounterData is null ? null : throw EntityFault.Invalid($"{_table.Owner} has no direct meter");
        }

        return MeterRules.Parse(entry.MeterConfig, binding.DirectMeter(_table), $"{_table.Owner}, meter config");
    }
}
