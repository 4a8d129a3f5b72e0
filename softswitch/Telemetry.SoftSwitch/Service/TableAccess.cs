using System.Numerics;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using TableEntry = P4.V1.TableEntry;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;

namespace Telemetry.SoftSwitch.Service;

/// <summary>Table entries of P4Runtime to those of the switch and back, every field checked.</summary>
internal sealed class TableAccess(Pipeline pipeline, Func<long> nowNs)
{
    private readonly PipelineBinding _binding = pipeline.Binding;
    private readonly SwitchState _state = pipeline.State;

    public void Write(Update.Types.Type type, TableEntry entry)
    {
        BoundTable bound = _binding.Table(entry.TableId);
        Table table = TableOf(bound);
        if (entry.IsDefaultAction)
        {
            WriteDefault(type, entry, bound, table);
            return;
        }

        if (table.Definition.EntriesAreConst || bound.Info.IsConst)
        {
            throw EntityFault.Denied($"table {bound.Info.Name} is constant: its entries are part of the program");
        }

        if (bound.Info.MatchFields.Count == 0)
        {
            throw EntityFault.Invalid($"table {bound.Info.Name} has no key: only its default entry can be written");
        }

        MatchValue[] match = ReadMatch(entry, bound);
        int priority = ReadPriority(entry, bound);
        SwitchEntry? existing = table.Find(match, priority);
        switch (type)
        {
            case Update.Types.Type.Insert:
                if (existing is not null)
                {
                    throw EntityFault.Exists($"table {bound.Info.Name} has this entry already: {Describe(entry, bound)}");
                }

                if (table.Count >= table.Definition.MaxSize)
                {
                    throw new EntityFault(Grpc.Core.StatusCode.ResourceExhausted, $"table {bound.Info.Name} is full: {table.Definition.MaxSize} entries");
                }

                SwitchEntry added = new() { Match = match, Priority = priority };
                Fill(added, entry, bound);
                table.Insert(added);
                break;
            case Update.Types.Type.Modify:
                Fill(existing ?? throw Missing(entry, bound), entry, bound);
                break;
            default:
                table.Remove(existing ?? throw Missing(entry, bound));
                break;
        }
    }

    /// <summary>The entry that a request names by its whole key.</summary>
    public SwitchEntry Find(TableEntry entry, BoundTable bound) =>
        TableOf(bound).Find(ReadMatch(entry, bound), ReadPriority(entry, bound)) ?? throw Missing(entry, bound);

    public Table TableOf(BoundTable bound) => _state.Tables[bound.Definition.Index];

    /// <summary>The entries that a read's table entry selects, with the table of each.</summary>
    public IEnumerable<(BoundTable Table, SwitchEntry Entry)> Select(TableEntry filter)
    {
        IEnumerable<BoundTable> tables = filter.TableId == 0 ? _binding.Tables : [_binding.Table(filter.TableId)];
        foreach (BoundTable bound in tables)
        {
            Table table = TableOf(bound);
            if (filter.IsDefaultAction)
            {
                yield return (bound, table.Default);
            }
            else if (filter.Match.Count > 0)
            {
                if (table.Find(ReadMatch(filter, bound), ReadPriority(filter, bound)) is SwitchEntry one)
                {
                    yield return (bound, one);
                }
            }
            else
            {
                foreach (SwitchEntry each in table.Entries.Where(e => filter.Priority == 0 || e.Priority == filter.Priority))
                {
                    yield return (bound, each);
                }
            }
        }
    }

    /// <summary>The entry as a read answers it; counts and meters only where the request asked for them.</summary>
    public static TableEntry Format(BoundTable bound, SwitchEntry entry, bool withCounter, bool withMeter)
    {
        TableEntry result = FormatKey(bound, entry);
        result.Metadata = Google.Protobuf.ByteString.CopyFrom(entry.Metadata);
        result.ControllerMetadata = entry.ControllerMetadata;
        result.IsConst = entry.IsConst;
        if (entry.Action is ActionDef action && bound.Info.Actions.FirstOrDefault(a => a.Name == action.Name) is ActionInfo info)
        {
            P4.V1.Action call = new() { ActionId = info.Id };
            for (int i = 0; i < action.Params.Count; i++)
            {
                BigInteger value = Words.Get(entry.Data.AsSpan(action.Params[i].Slot), action.Params[i].Width);
                call.Params.Add(new P4.V1.Action.Types.Param { ParamId = info.Parameters[i].Id, Value = FieldValues.Format(value) });
            }

            result.Action = new TableAction { Action = call };
        }

        if (withCounter && bound.Info.DirectCounter is not null && !entry.IsDefault)
        {
            result.CounterData = new CounterData { PacketCount = entry.Packets, ByteCount = entry.Bytes };
        }

        if (withMeter && bound.Info.DirectMeter is not null && entry.Meter?.Config is (long, long, long, long) config)
        {
            result.MeterConfig = FormatMeter(config);
        }

        return result;
    }

    public static TableEntry FormatKey(BoundTable bound, SwitchEntry entry)
    {
        TableEntry result = new() { TableId = bound.Info.Id, Priority = entry.Priority, IsDefaultAction = entry.IsDefault };
        for (int i = 0; i < entry.Match.Length; i++)
        {
            if (FormatMatch(bound.Info.MatchFields[i], bound.Definition.Keys[i], entry.Match[i]) is FieldMatch match)
            {
                result.Match.Add(match);
            }
        }

        return result;
    }

    public static MeterConfig FormatMeter((long Cir, long Cburst, long Pir, long Pburst) config) =>
        new() { Cir = config.Cir, Cburst = config.Cburst, Pir = config.Pir, Pburst = config.Pburst };

    /// <exception cref="EntityFault">Negative numbers, or a peak rate below the committed one.</exception>
    public static (long, long, long, long)? ReadMeter(MeterConfig? config, string place)
    {
        if (config is null)
        {
            return null;
        }

        return config.Cir < 0 || config.Cburst < 0 || config.Pburst < 0 || config.Pir < config.Cir
            ? throw EntityFault.Invalid($"{place}: rates and bursts are at least 0, the peak rate at least the committed rate; given cir {config.Cir}, cburst {config.Cburst}, pir {config.Pir}, pburst {config.Pburst}")
            : (config.Cir, config.Cburst, config.Pir, config.Pburst);
    }

    private void WriteDefault(Update.Types.Type type, TableEntry entry, BoundTable bound, Table table)
    {
        if (type != Update.Types.Type.Modify)
        {
            throw EntityFault.Invalid($"table {bound.Info.Name}: a default entry can only be modified");
        }

        if (entry.Match.Count > 0 || entry.Priority != 0)
        {
            throw EntityFault.Invalid($"table {bound.Info.Name}: a default entry has neither match nor priority");
        }

        if (table.Definition.DefaultIsConst)
        {
            throw EntityFault.Denied($"table {bound.Info.Name}: its default action is constant");
        }

        if (entry.Action is null)
        {
            table.Default.SetAction(table.Definition.DefaultAction, table.Definition.DefaultData);
            return;
        }

        Fill(table.Default, entry, bound);
    }

    private void Fill(SwitchEntry target, TableEntry entry, BoundTable bound)
    {
        (ActionDef action, ulong[] data) = ReadAction(entry, bound);
        (long, long, long, long)? meter = ReadMeter(entry.MeterConfig, $"table {bound.Info.Name}, meter config");
        if ((meter is not null && bound.Info.DirectMeter is null) || (entry.CounterData is not null && bound.Info.DirectCounter is null))
        {
            throw EntityFault.Invalid($"table {bound.Info.Name} has no direct {(meter is not null ? "meter" : "counter")}");
        }

        if (entry.IdleTimeoutNs != 0)
        {
            throw EntityFault.Unimplemented($"table {bound.Info.Name}: idle timeouts are not supported by this switch");
        }

        target.SetAction(action, data);
        target.Metadata = entry.Metadata.ToByteArray();
        target.ControllerMetadata = entry.ControllerMetadata;
        if (entry.CounterData is CounterData counter)
        {
            target.Packets = counter.PacketCount;
            target.Bytes = counter.ByteCount;
        }

        if (meter is not null)
        {
            SetMeter(target, meter, bound);
        }
    }

    public void SetMeter(SwitchEntry target, (long, long, long, long)? config, BoundTable bound)
    {
        target.Meter ??= new Meter(bound.Definition.DirectMeter >= 0 && pipeline.Program.Model.Meters[bound.Definition.DirectMeter].InBytes);
        target.Meter.Configure(config, nowNs());
    }

    private static EntityFault Missing(TableEntry entry, BoundTable bound) =>
        EntityFault.NotFound($"table {bound.Info.Name} has no such entry: {Describe(entry, bound)}");

    private static string Describe(TableEntry entry, BoundTable bound) =>
        string.Join(", ", entry.Match.Select(m => bound.Info.MatchFields.FirstOrDefault(f => f.Id == m.FieldId) is MatchFieldInfo f ? $"{f.Name} {f.Format(m)}" : $"field {m.FieldId}"))
        + (entry.Priority != 0 ? $", priority {entry.Priority}" : "");

    private static int ReadPriority(TableEntry entry, BoundTable bound)
    {
        if (bound.Info.NeedsPriority ? entry.Priority > 0 : entry.Priority == 0)
        {
            return entry.Priority;
        }

        throw EntityFault.Invalid(bound.Info.NeedsPriority
            ? $"table {bound.Info.Name} needs a priority above 0: it has a ternary, range or optional key"
            : $"table {bound.Info.Name} takes no priority: its keys are exact or lpm");
    }

    private static (ActionDef Action, ulong[] Data) ReadAction(TableEntry entry, BoundTable bound)
    {
        if (entry.Action?.TypeCase is not TableAction.TypeOneofCase.Action)
        {
            throw EntityFault.Invalid($"table {bound.Info.Name}: the entry has {(entry.Action is null ? "no action" : $"an action of kind {entry.Action.TypeCase}; it takes actions")}");
        }

        P4.V1.Action call = entry.Action.Action;
        ActionDef action = bound.Action(call.ActionId);
        ActionInfo info = bound.Info.Actions.Get(call.ActionId);
        P4.Config.V1.ActionRef reference = bound.Info.Source.ActionRefs.First(r => r.Id == call.ActionId);
        if ((entry.IsDefaultAction && reference.Scope == P4.Config.V1.ActionRef.Types.Scope.TableOnly)
            || (!entry.IsDefaultAction && reference.Scope == P4.Config.V1.ActionRef.Types.Scope.DefaultOnly))
        {
            throw EntityFault.Denied($"table {bound.Info.Name}: action {info.Name} is allowed {(entry.IsDefaultAction ? "in entries" : "as default action")} only");
        }

        ulong[] data = new ulong[action.Words];
        HashSet<uint> given = [];
        foreach (P4.V1.Action.Types.Param param in call.Params)
        {
            int index = IndexOf(info, param.ParamId);
            if (index < 0 || !given.Add(param.ParamId))
            {
                throw EntityFault.Invalid($"action {info.Name}: parameter {param.ParamId} is {(index < 0 ? "unknown" : "given twice")}; its parameters: {string.Join(", ", info.Parameters.Select(p => $"{p.Name} ({p.Id})"))}");
            }

            ParamDef definition = action.Params[index];
            BigInteger value = FieldValues.Parse(param.Value, definition.Width, () => $"table {bound.Info.Name}, action {info.Name}, parameter {info.Parameters[index].Name}");
            Words.Put(data, definition.Slot, definition.Width, value);
        }

        return given.Count == info.Parameters.Count
            ? (action, data)
            : throw EntityFault.Invalid($"action {info.Name}: parameter {info.Parameters.First(p => !given.Contains(p.Id)).Name} is missing");
    }

    private static int IndexOf(ActionInfo info, uint paramId)
    {
        for (int i = 0; i < info.Parameters.Count; i++)
        {
            if (info.Parameters[i].Id == paramId)
            {
                return i;
            }
        }

        return -1;
    }

    private static MatchValue[] ReadMatch(TableEntry entry, BoundTable bound)
    {
        MatchValue[] match = new MatchValue[bound.Definition.Keys.Count];
        for (int i = 0; i < match.Length; i++)
        {
            KeyDef key = bound.Definition.Keys[i];
            match[i] = key.Kind == MatchKind.Range ? new MatchValue(0, Table.PrefixMask(key.Width, key.Width), 0) : default;
        }

        HashSet<uint> given = [];
        foreach (FieldMatch field in entry.Match)
        {
            (KeyDef key, int index) = bound.Key(field.FieldId);
            MatchFieldInfo info = bound.Info.MatchFields[index];
            if (!given.Add(field.FieldId))
            {
                throw EntityFault.Invalid($"table {bound.Info.Name}: match field {info.Name} is given twice");
            }

            match[index] = ReadField(field, key, info, bound.Info.Name);
        }

        return bound.Info.MatchFields.FirstOrDefault(f => f.MatchType == P4.Config.V1.MatchField.Types.MatchType.Exact && !given.Contains(f.Id)) is MatchFieldInfo missing
            ? throw EntityFault.Invalid($"table {bound.Info.Name}: no value for exact match field {missing.Name}")
            : match;
    }

    private static MatchValue ReadField(FieldMatch field, KeyDef key, MatchFieldInfo info, string table)
    {
        string Place() => $"table {table}, match field {info.Name}";
        BigInteger Value(Google.Protobuf.ByteString bytes) => FieldValues.Parse(bytes, key.Width, Place);
        BigInteger all = Table.PrefixMask(key.Width, key.Width);
        switch (info.MatchType, field.FieldMatchTypeCase)
        {
            case (P4.Config.V1.MatchField.Types.MatchType.Exact, FieldMatch.FieldMatchTypeOneofCase.Exact):
                return new MatchValue(Value(field.Exact.Value), 0, 0);
            case (P4.Config.V1.MatchField.Types.MatchType.Optional, FieldMatch.FieldMatchTypeOneofCase.Optional):
                return new MatchValue(Value(field.Optional.Value), all, 0);
            case (P4.Config.V1.MatchField.Types.MatchType.Lpm, FieldMatch.FieldMatchTypeOneofCase.Lpm):
                BigInteger prefix = Value(field.Lpm.Value);
                int length = field.Lpm.PrefixLen;
                if (length < 1 || length > key.Width)
                {
                    throw EntityFault.Invalid($"{Place()} ({key.Width} bits): prefix length {length}; it is 1 to {key.Width}, and a match of everything is left out");
                }

                return (prefix & ~Table.PrefixMask(key.Width, length)) == 0
                    ? new MatchValue(prefix, 0, length)
                    : throw EntityFault.Invalid($"{Place()} ({key.Width} bits): bits are set behind the prefix of length {length}");
            case (P4.Config.V1.MatchField.Types.MatchType.Ternary, FieldMatch.FieldMatchTypeOneofCase.Ternary):
                BigInteger value = Value(field.Ternary.Value);
                BigInteger mask = Value(field.Ternary.Mask);
                return mask == 0
                    ? throw EntityFault.Invalid($"{Place()} ({key.Width} bits): the mask is 0; a match of everything is left out")
                    : (value & ~mask) == 0
                        ? new MatchValue(value, mask, 0)
                        : throw EntityFault.Invalid($"{Place()} ({key.Width} bits): bits are set outside the mask");
            case (P4.Config.V1.MatchField.Types.MatchType.Range, FieldMatch.FieldMatchTypeOneofCase.Range):
                BigInteger low = Value(field.Range.Low);
                BigInteger high = Value(field.Range.High);
                return low > high
                    ? throw EntityFault.Invalid($"{Place()} ({key.Width} bits): the range's low end is above its high end")
                    : low == 0 && high == all
                        ? throw EntityFault.Invalid($"{Place()} ({key.Width} bits): the range holds everything; such a match is left out")
                        : new MatchValue(low, high, 0);
            default:
                throw EntityFault.Invalid($"{Place()} is {info.MatchType}; the entry has a match of kind {field.FieldMatchTypeCase}");
        }
    }

    private static FieldMatch? FormatMatch(MatchFieldInfo info, KeyDef key, MatchValue match)
    {
        BigInteger all = Table.PrefixMask(key.Width, key.Width);
        return info.MatchType switch
        {
            P4.Config.V1.MatchField.Types.MatchType.Exact => new FieldMatch { FieldId = info.Id, Exact = new() { Value = FieldValues.Format(match.Value) } },
            P4.Config.V1.MatchField.Types.MatchType.Lpm => match.PrefixLength == 0 ? null
                : new FieldMatch { FieldId = info.Id, Lpm = new() { Value = FieldValues.Format(match.Value), PrefixLen = match.PrefixLength } },
            P4.Config.V1.MatchField.Types.MatchType.Range => match.Value == 0 && match.Mask == all ? null
                : new FieldMatch { FieldId = info.Id, Range = new() { Low = FieldValues.Format(match.Value), High = FieldValues.Format(match.Mask) } },
            P4.Config.V1.MatchField.Types.MatchType.Optional => match.Mask == 0 ? null
                : new FieldMatch { FieldId = info.Id, Optional = new() { Value = FieldValues.Format(match.Value) } },
            _ => match.Mask == 0 ? null
                : new FieldMatch { FieldId = info.Id, Ternary = new() { Value = FieldValues.Format(match.Value), Mask = FieldValues.Format(match.Mask) } },
        };
    }
}
