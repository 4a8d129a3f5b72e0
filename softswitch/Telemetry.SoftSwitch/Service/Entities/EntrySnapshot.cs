using Google.Protobuf;
using P4.V1;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Tables;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;
using TableEntry = P4.V1.TableEntry;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>An entry as it was when a read began: later writes do not show in answers that are still on their way.</summary>
internal struct EntrySnapshot
{
    private readonly BoundTable _table;
    private readonly SwitchEntry _entry;
    private readonly ActionCall _call;
    private readonly uint _memberId;
    private readonly uint _groupId;
    private readonly ActionProfileActionSet? _oneShot;
    private readonly byte[] _metadata;
    private readonly ulong _controllerMetadata;
    private readonly long _idleTimeoutNs;
    private readonly MeterRates? _rates;
    private MeterCounts _colors;
    private long _packets;
    private long _bytes;
    private long _elapsedNs;

    public EntrySnapshot(BoundTable table, SwitchEntry entry, Pipeline pipeline)
    {
        _table = table;
        _entry = entry;
        _call = entry.Call;
        _memberId = entry.Member?.Id ?? 0;
        _groupId = entry.Group?.Id ?? 0;
        _oneShot = entry.Group is ActionGroup group ? pipeline.OneShots.GetValueOrDefault(group) : null;
        _metadata = entry.Metadata;
        _controllerMetadata = entry.ControllerMetadata;
        _idleTimeoutNs = entry.IdleTimeoutNs;
        _rates = entry.Meter?.Rates;
    }

    /// <summary>Takes what packets change; between two packets.</summary>
    public void TakeCounts(long nowNs)
    {
        _packets = _entry.Packets;
        _bytes = _entry.Bytes;
        _colors = _entry.Meter?.Counts ?? default;
        _elapsedNs = Math.Max(0, nowNs - _entry.LastHitNs);
    }

    /// <summary>The entry, with the parts that the request asked for.</summary>
    public readonly TableEntry Format(TableEntry request)
    {
        TableEntry result = _table.FormatKey(_entry);
        if (_metadata.Length > 0)
        {
            result.Metadata = ByteString.CopyFrom(_metadata);
        }

        result.ControllerMetadata = _controllerMetadata;
        result.IsConst = _table.IsImmutable(_entry);
        result.IdleTimeoutNs = _idleTimeoutNs;
        if (_oneShot is not null)
        {
            result.Action = new TableAction { ActionProfileActionSet = _oneShot };
        }
        else if (_groupId != 0)
        {
            result.Action = new TableAction { ActionProfileGroupId = _groupId };
        }
        else if (_memberId != 0)
        {
            result.Action = new TableAction { ActionProfileMemberId = _memberId };
        }
        else if (_table.Actions.Format(_call) is P4.V1.Action action)
        {
            result.Action = new TableAction { Action = action };
        }

        if (request.CounterData is not null && _table.Info.DirectCounter is not null)
        {
            result.CounterData = FormatCounter();
        }

        if (request.MeterConfig is not null && _table.Info.DirectMeter is not null)
        {
            result.MeterConfig = MeterRules.Format(_rates);
        }

        if (request.MeterCounterData is not null && _table.Info.DirectMeter is not null)
        {
            result.MeterCounterData = MeterRules.Format(_colors);
        }

        if (request.TimeSinceLastHit is not null && _table.HasIdleTimeout && !_entry.IsDefault)
        {
            result.TimeSinceLastHit = new TableEntry.Types.IdleTimeout { ElapsedNs = _elapsedNs };
        }

        return result;
    }

    public readonly DirectCounterEntry FormatDirectCounter() => new() { TableEntry = _table.FormatKey(_entry), Data = FormatCounter() };

    public readonly DirectMeterEntry FormatDirectMeter(bool withColors) => new()
    {
        TableEntry = _table.FormatKey(_entry),
        Config = MeterRules.Format(_rates),
        CounterData = withColors ? MeterRules.Format(_colors) : null,
    };

    private readonly CounterData FormatCounter() => new() { PacketCount = _packets, ByteCount = _bytes };
}
