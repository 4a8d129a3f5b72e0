using Google.Protobuf.WellKnownTypes;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Entries;

/// <summary>Counters, meters, registers, digests, value sets and externs.</summary>
internal static partial class EntryBinder
{
    private static Entity? Counter(P4InfoIndex index, CounterSpec spec, List<string> faults)
    {
        if (Find(index.Counters, spec.Counter, faults) is not { } counter)
        {
            return null;
        }

        return new Entity
        {
            CounterEntry = new CounterEntry
            {
                CounterId = counter.Id,
                Index = Cell($"counter {counter.Name}", spec.Index, counter.Size, faults),
                Data = new CounterData { PacketCount = spec.Packets, ByteCount = spec.Bytes },
            },
        };
    }

    private static Entity? DirectCounter(P4InfoIndex index, DirectCounterSpec spec, List<string> faults)
    {
        if (Table(index, spec.Key, faults, keyOnly: true) is not { } key)
        {
            return null;
        }

        if (index.Tables.Get(key.TableId) is { DirectCounter: null } table)
        {
            faults.Add($"table {table.Name} has no direct counter");
        }

        return new Entity
        {
            DirectCounterEntry = new DirectCounterEntry { TableEntry = key, Data = new CounterData { PacketCount = spec.Packets, ByteCount = spec.Bytes } },
        };
    }

    private static Entity? Meter(P4InfoIndex index, MeterSpec spec, List<string> faults)
    {
        if (Find(index.Meters, spec.Meter, faults) is not { } meter)
        {
            return null;
        }

        CheckRates($"meter {meter.Name}", spec.Rates, faults);
        return new Entity
        {
            MeterEntry = new MeterEntry
            {
                MeterId = meter.Id,
                Index = Cell($"meter {meter.Name}", spec.Index, meter.Size, faults),
                Config = spec.Rates is null ? null : Rates(spec.Rates),
            },
        };
    }

    private static Entity? DirectMeter(P4InfoIndex index, DirectMeterSpec spec, List<string> faults)
    {
        if (Table(index, spec.Key, faults, keyOnly: true) is not { } key)
        {
            return null;
        }

        TableInfo table = index.Tables.Get(key.TableId);
        if (table.DirectMeter is null)
        {
            faults.Add($"table {table.Name} has no direct meter");
        }

        CheckRates($"direct meter of table {table.Name}", spec.Rates, faults);
        return new Entity { DirectMeterEntry = new DirectMeterEntry { TableEntry = key, Config = spec.Rates is null ? null : Rates(spec.Rates) } };
    }

    private static Entity? Register(P4InfoIndex index, RegisterSpec spec, List<string> faults, bool keyOnly)
    {
        if (Find(index.Registers, spec.Register, faults) is not { } register)
        {
            return null;
        }

        RegisterEntry entry = new()
        {
            RegisterId = register.Id,
            Index = Cell($"register {register.Name}", spec.Index, register.Size, faults),
        };
        if (!keyOnly)
        {
            Try(faults, () => entry.Data = P4DataText.Parse(spec.Value, register.Source.TypeSpec, index.Info.TypeInfo, $"register {register.Name}"));
        }

        return new Entity { RegisterEntry = entry };
    }

    private static Entity? Digest(P4InfoIndex index, DigestSpec spec, List<string> faults)
    {
        if (Find(index.Digests, spec.Digest, faults) is not { } digest)
        {
            return null;
        }

        return new Entity
        {
            DigestEntry = new DigestEntry
            {
                DigestId = digest.Id,
                Config = new DigestEntry.Types.Config
                {
                    MaxListSize = spec.MaximumList,
                    MaxTimeoutNs = spec.MaximumWaitNs,
                    AckTimeoutNs = spec.AckTimeoutNs,
                },
            },
        };
    }

    private static Entity? ValueSet(P4InfoIndex index, ValueSetSpec spec, List<string> faults)
    {
        if (Find(index.ValueSets, spec.ValueSet, faults) is not { } set)
        {
            return null;
        }

        if (set.Size > 0 && spec.Members.Count > set.Size)
        {
            faults.Add($"value set {set.Name} has room for {set.Size} members; given: {spec.Members.Count}");
        }

        ValueSetEntry entry = new() { ValueSetId = set.Id };
        foreach (IReadOnlyList<MatchSpec> matches in spec.Members)
        {
            ValueSetMember member = new();
            foreach (MatchSpec match in matches)
            {
                if (Find(set.MatchFields, match.Field, faults) is { } field)
                {
                    Try(faults, () =>
                    {
                        if (field.Parse(match.Text) is { } bound)
                        {
                            member.Match.Add(bound);
                        }
                    });
                }
            }

            entry.Members.Add(member);
        }

        return new Entity { ValueSetEntry = entry };
    }

    private static Entity? Extern(P4InfoIndex index, ExternSpec spec, List<string> faults)
    {
        if (Find(index.Externs, spec.Extern, faults) is not { } external)
        {
            return null;
        }

        return new Entity
        {
            ExternEntry = new ExternEntry
            {
                ExternTypeId = external.TypeId,
                ExternId = external.Id,
                Entry = new Any { TypeUrl = spec.TypeUrl, Value = spec.Value },
            },
        };
    }

    private static P4.V1.Index? Cell(string place, long? cell, long size, List<string> faults)
    {
        if (cell is not { } number)
        {
            return null;
        }

        if (number < 0 || (size > 0 && number >= size))
        {
            faults.Add($"{place} has cells 0 to {size - 1}; given: {number}");
        }

        return new P4.V1.Index { Index_ = number };
    }

    private static void CheckRates(string place, MeterRates? rates, List<string> faults)
    {
        if (rates is not null && (rates.CommittedRate < 0 || rates.CommittedBurst < 0 || rates.PeakRate < rates.CommittedRate || rates.PeakBurst < 0))
        {
            faults.Add($"{place}: expected rates from 0 up and pir not below cir; given: cir={rates.CommittedRate} cburst={rates.CommittedBurst} pir={rates.PeakRate} pburst={rates.PeakBurst}");
        }
    }

    private static MeterConfig Rates(MeterRates rates) => new()
    {
        Cir = rates.CommittedRate,
        Cburst = rates.CommittedBurst,
        Pir = rates.PeakRate,
        Pburst = rates.PeakBurst,
        Eburst = rates.ExcessBurst,
    };

    private static void Try(List<string> faults, System.Action bind)
    {
        try
        {
            bind();
        }
        catch (Exception fault) when (fault is P4ValueException or P4InfoException)
        {
            faults.Add(fault.Message);
        }
    }
}
