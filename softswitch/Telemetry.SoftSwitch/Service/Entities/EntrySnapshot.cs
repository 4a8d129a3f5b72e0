using Google.Protobuf;
using P4.V1;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Service.Answers;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Tables;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;
using TableEntry = P4.V1.TableEntry;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>An entry as it was when a read began: later writes do not show in answers that are still on their way.</summary>
internal readonly struct EntrySnapshot
{
    private readonly BoundTable _table;
    private readonly ActionCall _call;

    /// <summary>What most entries do not have; null without any of it.</summary>
    private readonly Extras? _extras;

    public EntrySnapshot(BoundTable table, SwitchEntry entry, Pipeline pipeline)
    {
        _table = table;
        Entry = entry;
        _call = entry.Call;
        MeterRates? rates = entry.Meter?.Rates;
        if (entry.Member is not null || entry.Group is not null || entry.Metadata.Length > 0 || entry.ControllerMetadata != 0 || entry.IdleTimeoutNs != 0 || rates is not null)
        {
            _extras = new Extras(
                entry.Member?.Id ?? 0,
                entry.Group?.Id ?? 0,
                entry.Group is ActionGroup group ? pipeline.OneShots.GetValueOrDefault(group) : null,
                entry.Metadata,
                entry.ControllerMetadata,
                entry.IdleTimeoutNs,
                rates);
        }
    }

    /// <summary>The entry itself, for its key, which never changes, and its counts.</summary>
    public SwitchEntry Entry { get; }

    /// <summary>The entry, with the parts that the request asked for.</summary>
    public TableEntry Format(TableEntry request, in EntryCounts counts)
    {
        TableEntry result = _table.FormatKey(Entry);
        result.IsConst = _table.IsImmutable(Entry);
        result.Action = _extras?.FormatAction() ?? (_table.Actions.Format(_call) is P4.V1.Action action ? new TableAction { Action = action } : null);
        if (_extras is not null)
        {
            result.Metadata = ByteString.CopyFrom(_extras.Metadata);
            result.ControllerMetadata = _extras.ControllerMetadata;
            result.IdleTimeoutNs = _extras.IdleTimeoutNs;
        }

        if (HasCounter(request))
        {
            result.CounterData = FormatCounter(counts);
        }

        if (request.MeterConfig is not null && _table.Info.DirectMeter is not null)
        {
            result.MeterConfig = MeterRules.Format(_extras?.Rates);
        }

        if (HasColors(request))
        {
            result.MeterCounterData = MeterRules.Format(counts.Colors);
        }

        if (HasElapsed(request))
        {
            result.TimeSinceLastHit = new TableEntry.Types.IdleTimeout { ElapsedNs = counts.ElapsedNs };
        }

        return result;
    }

    /// <summary>Writes what <see cref="Format"/> makes.</summary>
    public void Encode(TableEntry request, in EntryCounts counts, MessageWriter to)
    {
        to.Number(TableEntry.IsConstFieldNumber, _table.IsImmutable(Entry) ? 1UL : 0);
        if (HasColors(request))
        {
            to.Message(TableEntry.MeterCounterDataFieldNumber, MeterRules.Format(counts.Colors));
        }

        if (_extras is { Metadata.Length: > 0 })
        {
            to.Bytes(TableEntry.MetadataFieldNumber, _extras.Metadata);
        }

        if (HasElapsed(request))
        {
            int end = to.Length;
            to.Number(TableEntry.Types.IdleTimeout.ElapsedNsFieldNumber, (ulong)counts.ElapsedNs);
            to.Nest(TableEntry.TimeSinceLastHitFieldNumber, end);
        }

        to.Number(TableEntry.IdleTimeoutNsFieldNumber, (ulong)(_extras?.IdleTimeoutNs ?? 0));
        to.Number(TableEntry.IsDefaultActionFieldNumber, Entry.IsDefault ? 1UL : 0);
        if (HasCounter(request))
        {
            Encode(TableEntry.CounterDataFieldNumber, counts, to);
        }

        if (request.MeterConfig is not null && _table.Info.DirectMeter is not null && MeterRules.Format(_extras?.Rates) is MeterConfig config)
        {
            to.Message(TableEntry.MeterConfigFieldNumber, config);
        }

        to.Number(TableEntry.ControllerMetadataFieldNumber, _extras?.ControllerMetadata ?? 0);
        to.Number(TableEntry.PriorityFieldNumber, (ulong)Entry.Priority);
        EncodeAction(to);
        EncodeMatch(to);
    }

    /// <summary>Writes table and key.</summary>
    public void EncodeKey(MessageWriter to)
    {
        to.Number(TableEntry.IsDefaultActionFieldNumber, Entry.IsDefault ? 1UL : 0);
        to.Number(TableEntry.PriorityFieldNumber, (ulong)Entry.Priority);
        EncodeMatch(to);
    }

    /// <summary>Writes the count of packets and bytes.</summary>
    public static void Encode(int field, in EntryCounts counts, MessageWriter to)
    {
        int end = to.Length;
        to.Number(CounterData.PacketCountFieldNumber, (ulong)counts.Packets);
        to.Number(CounterData.ByteCountFieldNumber, (ulong)counts.Bytes);
        to.Nest(field, end);
    }

    public DirectCounterEntry FormatDirectCounter(in EntryCounts counts) => new() { TableEntry = _table.FormatKey(Entry), Data = FormatCounter(counts) };

    public DirectMeterEntry FormatDirectMeter(bool withColors, in EntryCounts counts) => new()
    {
        TableEntry = _table.FormatKey(Entry),
        Config = MeterRules.Format(_extras?.Rates),
        CounterData = withColors ? MeterRules.Format(counts.Colors) : null,
    };

    private static CounterData FormatCounter(in EntryCounts counts) => new() { PacketCount = counts.Packets, ByteCount = counts.Bytes };

    private bool HasCounter(TableEntry request) => request.CounterData is not null && _table.Info.DirectCounter is not null;

    private bool HasColors(TableEntry request) => request.MeterCounterData is not null && _table.Info.DirectMeter is not null;

    private bool HasElapsed(TableEntry request) => request.TimeSinceLastHit is not null && _table.HasIdleTimeout && !Entry.IsDefault;

    private void EncodeAction(MessageWriter to)
    {
        if (_extras?.FormatAction() is TableAction indirect)
        {
            to.Message(TableEntry.ActionFieldNumber, indirect);
            return;
        }

        int end = to.Length;
        if (_table.Actions.Encode(TableAction.ActionFieldNumber, _call, to))
        {
            to.Nest(TableEntry.ActionFieldNumber, end);
        }
    }

    private void EncodeMatch(MessageWriter to)
    {
        if (!Entry.IsDefault)
        {
            _table.Match.Encode(TableEntry.MatchFieldNumber, Entry.Match, to);
        }

        to.Number(TableEntry.TableIdFieldNumber, _table.Info.Id);
    }

    private sealed record Extras(
        uint MemberId, uint GroupId, ActionProfileActionSet? OneShot, byte[] Metadata, ulong ControllerMetadata, long IdleTimeoutNs, MeterRates? Rates)
    {
        /// <summary>What the entry runs by reference; null for an action of its own.</summary>
        public TableAction? FormatAction() => OneShot is not null ? new TableAction { ActionProfileActionSet = OneShot }
            : GroupId != 0 ? new TableAction { ActionProfileGroupId = GroupId }
            : MemberId != 0 ? new TableAction { ActionProfileMemberId = MemberId }
            : null;
    }
}
