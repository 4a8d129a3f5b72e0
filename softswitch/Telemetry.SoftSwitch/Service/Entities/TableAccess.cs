using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Tables;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;
using TableEntry = P4.V1.TableEntry;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>Table entries and the counters and meters that belong to them. Writes are held off while a read selects.</summary>
internal sealed class TableAccess(Pipeline pipeline)
{
    /// <exception cref="EntityFault">The update is wrong whatever the table holds.</exception>
    public EntityChange Prepare(Update.Types.Type type, TableEntry entry) => new TableChange(type, entry, pipeline.Binding);

    /// <exception cref="EntityFault">The update is wrong whatever the table holds.</exception>
    public EntityChange Prepare(DirectCounterEntry direct)
    {
        (BoundTable table, Func<ChangeContext, SwitchEntry?> find) = Direct(direct.TableEntry, t => t.DirectCounter, "counter");
        return new SimpleChange(context =>
        {
            if (find(context) is not SwitchEntry entry)
            {
                return Missing(table, direct.TableEntry);
            }

            if (direct.Data is CounterData data)
            {
                (long packets, long bytes) = (entry.Packets, entry.Bytes);
                if (context.KeepsUndo)
                {
                    context.OnUndo(() => (entry.Packets, entry.Bytes) = (packets, bytes));
                }

                (entry.Packets, entry.Bytes) = (data.PacketCount, data.ByteCount);
            }

            return null;
        })
        { ObjectId = table.Info.Id };
    }

    /// <exception cref="EntityFault">The update is wrong whatever the table holds.</exception>
    public EntityChange Prepare(DirectMeterEntry direct)
    {
        (BoundTable table, Func<ChangeContext, SwitchEntry?> find) = Direct(direct.TableEntry, t => t.DirectMeter, "meter");
        BoundMeter bound = pipeline.Binding.DirectMeter(table);
        MeterRates? rates = MeterRules.Parse(direct.Config, bound, $"{table.Owner}, direct meter");
        bool resets = MeterRules.Resets(direct.CounterData, $"{table.Owner}, direct meter");
        return new SimpleChange(context =>
        {
            if (find(context) is not SwitchEntry entry)
            {
                return Missing(table, direct.TableEntry);
            }

            if (context.KeepsUndo)
            {
                (Meter? meter, MeterRates? before, MeterCounts? counts) = (entry.Meter, entry.Meter?.Rates, entry.Meter?.Counts);
                context.OnUndo(() =>
                {
                    entry.Meter = meter;
                    if (meter is not null)
                    {
                        meter.Configure(before, context.NowNs);
                        meter.Counts = counts ?? default;
                    }
                });
            }

            entry.SetRates(rates, bound.Definition.InBytes, context.NowNs);
            if (resets && entry.Meter is not null)
            {
                entry.Meter.Counts = default;
            }

            return null;
        })
        { ObjectId = table.Info.Id };
    }

    /// <summary>The entries that a read's table entry selects.</summary>
    /// <exception cref="EntityFault">The filter names what is not there, or asks for what the table does not have.</exception>
    public EntrySnapshot[] Select(TableEntry filter, Func<TableInfo, bool>? condition, Func<uint, bool> isAllowed)
    {
        List<EntrySnapshot> selected = [];
        if (filter.TableId != 0)
        {
            BoundTable table = pipeline.Binding.Table(filter.TableId);
            if (filter.TimeSinceLastHit is not null && (!table.HasIdleTimeout || filter.IsDefaultAction))
            {
                throw EntityFault.Invalid($"{table.Owner} has no idle timeout{(filter.IsDefaultAction ? " on its default entry" : "")}, so no time since the last hit");
            }

            if (isAllowed(filter.TableId))
            {
                Select(table, filter, selected);
            }

            return [.. selected];
        }

        if (filter.Match.Count > 0 || filter.Action is not null)
        {
            throw EntityFault.Invalid("a read of every table takes neither match nor action: their numbers belong to one table");
        }

        foreach (BoundTable table in pipeline.Binding.Tables)
        {
            if (condition?.Invoke(table.Info) != false && isAllowed(table.Info.Id))
            {
                Select(table, filter, selected);
            }
        }

        return [.. selected];
    }

    /// <summary>The entries that a direct counter's or meter's table entry selects.</summary>
    /// <exception cref="EntityFault">The filter names what is not there.</exception>
    public EntrySnapshot[] SelectDirect(TableEntry? filter, Func<TableInfo, object?> attached, string kind, Func<uint, bool> isAllowed)
    {
        filter ??= new TableEntry();
        if (filter.TableId != 0 && pipeline.Binding.Table(filter.TableId) is BoundTable table && attached(table.Info) is null)
        {
            throw EntityFault.Invalid($"{table.Owner} has no direct {kind}");
        }

        EntrySnapshot[] selected = Select(filter, t => attached(t) is not null, isAllowed);
        return selected.Length == 0 && filter.Match.Count > 0 && isAllowed(filter.TableId) ? throw Missing(pipeline.Binding.Table(filter.TableId), filter) : selected;
    }

    private static EntityFault Missing(BoundTable table, TableEntry entry) =>
        EntityFault.NotFound($"{table.Owner} has no such entry: {table.Describe(table.Match.Parse(entry.Match), entry.Priority)}");

    private (BoundTable Table, Func<ChangeContext, SwitchEntry?> Find) Direct(TableEntry? key, Func<TableInfo, object?> attached, string kind)
    {
        if (key is null)
        {
            throw EntityFault.Invalid($"the direct {kind} has no table entry");
        }

        BoundTable table = pipeline.Binding.Table(key.TableId);
        if (attached(table.Info) is null)
        {
            throw EntityFault.Invalid($"{table.Owner} has no direct {kind}");
        }

        int index = table.Definition.Index;
        if (key.IsDefaultAction)
        {
            return (table, context => context.Pipeline.State.Tables[index].Default);
        }

        SwitchEntry like = table.Layout.Entry(table.Match.Parse(key.Match), table.Priority(key));
        return (table, context => context.Pipeline.State.Tables[index].Find(like));
    }

    private void Select(BoundTable bound, TableEntry filter, List<EntrySnapshot> selected)
    {
        Table table = pipeline.State.Tables[bound.Definition.Index];
        int actionIndex = ActionOf(bound, filter);
        if (filter.IsDefaultAction)
        {
            Add(table.Default);
            return;
        }

        MatchValue[]? match = filter.Match.Count > 0 ? bound.Match.Parse(filter.Match) : null;
        if (match is not null && (!bound.NeedsPriority || filter.Priority > 0))
        {
            if (table.Find(match, bound.Priority(filter)) is SwitchEntry one)
            {
                Add(one);
            }

            return;
        }

        selected.EnsureCapacity(selected.Count + (match is null ? table.Count : 1));
        foreach (SwitchEntry entry in table.Entries)
        {
            if ((filter.Priority == 0 || entry.Priority == filter.Priority) && (match is null || entry.Match.AsSpan().SequenceEqual(match)))
            {
                Add(entry);
            }
        }

        void Add(SwitchEntry entry)
        {
            if ((actionIndex < 0 || entry.Call.Index == actionIndex)
                && (filter.ControllerMetadata == 0 || entry.ControllerMetadata == filter.ControllerMetadata)
                && (filter.Metadata.IsEmpty || entry.Metadata.AsSpan().SequenceEqual(filter.Metadata.Span)))
            {
                selected.Add(new EntrySnapshot(bound, entry, pipeline));
            }
        }
    }

    /// <summary>Index of the action that a filter asks for; -1 for any.</summary>
    private static int ActionOf(BoundTable table, TableEntry filter)
    {
        switch (filter.Action?.TypeCase)
        {
            case null or TableAction.TypeOneofCase.None:
                return -1;
            case TableAction.TypeOneofCase.Action when table.Info.Implementation is null:
                return filter.Action.Action.ActionId == 0 ? -1 : table.Actions.Get(filter.Action.Action.ActionId).Definition.Index;
            default:
                throw EntityFault.Invalid($"{table.Owner}: entries are filtered by action id only, and only where they hold actions");
        }
    }
}
