using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Pipelines;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>Cells of counters, meters and registers: one, or all of an array.</summary>
internal sealed class ArrayAccess(Pipeline pipeline)
{
    private readonly PipelineBinding _binding = pipeline.Binding;

    /// <exception cref="EntityFault">The update is wrong.</exception>
    public EntityChange Prepare(CounterEntry entry)
    {
        CounterDef counter = _binding.Counter(entry.CounterId);
        (int first, int count) = Cells(entry.Index, counter.Size, $"counter {counter.Name}");
        return new SimpleChange(context =>
        {
            if (entry.Data is not CounterData data)
            {
                return null;
            }

            Span<long> packets = context.Pipeline.State.CounterPackets[counter.Index].AsSpan(first, count);
            Span<long> bytes = context.Pipeline.State.CounterBytes[counter.Index].AsSpan(first, count);
            if (context.KeepsUndo)
            {
                (long[] oldPackets, long[] oldBytes) = (packets.ToArray(), bytes.ToArray());
                context.OnUndo(() =>
                {
                    oldPackets.CopyTo(context.Pipeline.State.CounterPackets[counter.Index], first);
                    oldBytes.CopyTo(context.Pipeline.State.CounterBytes[counter.Index], first);
                });
            }

            packets.Fill(data.PacketCount);
            bytes.Fill(data.ByteCount);
            return null;
        })
        { ObjectId = entry.CounterId };
    }

    /// <exception cref="EntityFault">The update is wrong.</exception>
    public EntityChange Prepare(MeterEntry entry)
    {
        BoundMeter meter = _binding.Meter(entry.MeterId);
        string place = $"meter {meter.Info.Name}";
        (int first, int count) = Cells(entry.Index, meter.Definition.Size, place);
        MeterRates? rates = MeterRules.Parse(entry.Config, meter, place);
        bool resets = MeterRules.Resets(entry.CounterData, place);
        return new SimpleChange(context =>
        {
            Meter[] cells = context.Pipeline.State.Meters[meter.Definition.Index];
            for (int i = first; i < first + count; i++)
            {
                Meter cell = cells[i];
                if (context.KeepsUndo)
                {
                    (MeterRates? before, MeterCounts counts) = (cell.Rates, cell.Counts);
                    context.OnUndo(() =>
                    {
                        cell.Configure(before, context.NowNs);
                        cell.Counts = counts;
                    });
                }

                cell.Configure(rates, context.NowNs);
                cell.Counts = resets ? default : cell.Counts;
            }

            return null;
        })
        { ObjectId = entry.MeterId };
    }

    /// <exception cref="EntityFault">The update is wrong.</exception>
    public EntityChange Prepare(RegisterEntry entry)
    {
        BoundRegister register = _binding.Register(entry.RegisterId);
        (int first, int count) = Cells(entry.Index, register.Definition.Size, $"register {register.Info.Name}");
        int words = Words.Count(register.Definition.Width);
        ulong[] value = new ulong[words];
        Words.Put(value, 0, register.Definition.Width, register.Data.ParseOne(entry.Data));
        return new SimpleChange(context =>
        {
            ulong[] cells = context.Pipeline.State.Registers[register.Definition.Index];
            if (context.KeepsUndo)
            {
                ulong[] before = cells.AsSpan(first * words, count * words).ToArray();
                context.OnUndo(() => before.CopyTo(cells, first * words));
            }

            for (int i = first; i < first + count; i++)
            {
                value.CopyTo(cells, i * words);
            }

            return null;
        })
        { ObjectId = entry.RegisterId };
    }

    /// <summary>Copies the cells at once; they become messages as the answer goes out. Between two packets.</summary>
    /// <exception cref="EntityFault">The filter names what is not there.</exception>
    public IEnumerable<Entity> Read(CounterEntry filter, Func<uint, bool> isAllowed)
    {
        IEnumerable<Entity> answer = [];
        foreach (uint id in Ids(filter.CounterId, _binding.Info.Counters, isAllowed))
        {
            CounterDef counter = _binding.Counter(id);
            (int first, int count) = Cells(filter.Index, counter.Size, $"counter {counter.Name}");
            long[] packets = pipeline.State.CounterPackets[counter.Index].AsSpan(first, count).ToArray();
            long[] bytes = pipeline.State.CounterBytes[counter.Index].AsSpan(first, count).ToArray();
            answer = answer.Concat(Enumerable.Range(0, count).Select(i => new Entity
            {
                CounterEntry = new CounterEntry
                {
                    CounterId = id,
                    Index = new P4.V1.Index { Index_ = first + i },
                    Data = new CounterData { PacketCount = packets[i], ByteCount = bytes[i] },
                },
            }));
        }

        return answer;
    }

    /// <inheritdoc cref="Read(CounterEntry, Func{uint, bool})"/>
    public IEnumerable<Entity> Read(MeterEntry filter, Func<uint, bool> isAllowed)
    {
        IEnumerable<Entity> answer = [];
        foreach (uint id in Ids(filter.MeterId, _binding.Info.Meters, isAllowed))
        {
            BoundMeter meter = _binding.Meter(id);
            (int first, int count) = Cells(filter.Index, meter.Definition.Size, $"meter {meter.Info.Name}");
            Meter[] cells = pipeline.State.Meters[meter.Definition.Index];
            (MeterRates? Rates, MeterCounts Counts)[] copy = new (MeterRates?, MeterCounts)[count];
            for (int i = 0; i < count; i++)
            {
                copy[i] = (cells[first + i].Rates, cells[first + i].Counts);
            }

            answer = answer.Concat(Enumerable.Range(0, count).Select(i => new Entity
            {
                MeterEntry = new MeterEntry
                {
                    MeterId = id,
                    Index = new P4.V1.Index { Index_ = first + i },
                    Config = MeterRules.Format(copy[i].Rates),
                    CounterData = filter.CounterData is null ? null : MeterRules.Format(copy[i].Counts),
                },
            }));
        }

        return answer;
    }

    /// <inheritdoc cref="Read(CounterEntry, Func{uint, bool})"/>
    public IEnumerable<Entity> Read(RegisterEntry filter, Func<uint, bool> isAllowed)
    {
        IEnumerable<Entity> answer = [];
        foreach (uint id in Ids(filter.RegisterId, _binding.Info.Registers, isAllowed))
        {
            BoundRegister register = _binding.Register(id);
            int width = register.Definition.Width;
            int words = Words.Count(width);
            (int first, int count) = Cells(filter.Index, register.Definition.Size, $"register {register.Info.Name}");
            ulong[] copy = pipeline.State.Registers[register.Definition.Index].AsSpan(first * words, count * words).ToArray();
            answer = answer.Concat(Enumerable.Range(0, count).Select(i =>
            {
                int leaf = 0;
                return new Entity
                {
                    RegisterEntry = new RegisterEntry
                    {
                        RegisterId = id,
                        Index = new P4.V1.Index { Index_ = first + i },
                        Data = register.Data.Format([Words.Get(copy.AsSpan(i * words, words), width)], ref leaf),
                    },
                };
            }));
        }

        return answer;
    }

    private static uint[] Ids(uint wanted, IEnumerable<P4InfoObject> all, Func<uint, bool> isAllowed) =>
        [.. (wanted != 0 ? [wanted] : all.Select(o => o.Id)).Where(isAllowed)];

    private static (int First, int Count) Cells(P4.V1.Index? index, int size, string place)
    {
        if (index is null)
        {
            return (0, size);
        }

        return index.Index_ < 0 ? throw EntityFault.Invalid($"{place}: index {index.Index_} is negative")
            : index.Index_ < size ? ((int)index.Index_, 1)
            : throw EntityFault.OutOfRange($"{place}: index {index.Index_}; it has {size} cells, 0 to {size - 1}");
    }
}
