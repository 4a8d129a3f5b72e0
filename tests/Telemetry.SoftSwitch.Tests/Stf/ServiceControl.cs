using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Grpc.Core;
using P4.Config.V1;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tests.Support;
using MatchType = P4.Config.V1.MatchField.Types.MatchType;
using Switch = Telemetry.SoftSwitch.Switching.Switch;
using SwitchReplica = Telemetry.SoftSwitch.Switching.Replica;
using TableEntry = P4.V1.TableEntry;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Statements by way of P4Runtime, with the P4Info that p4c makes.</summary>
internal sealed partial class ServiceControl : IStfControl
{
    private readonly P4InfoIndex _info;
    private readonly ProgramModel _program;
    private readonly TestController _controller;
    private readonly Dictionary<string, TableEntry> _named = [];
    private readonly HashSet<int> _groups = [];
    private readonly HashSet<int> _sessions = [];

    /// <exception cref="RpcException">The switch does not take the program with this P4Info.</exception>
    public ServiceControl(Switch target, byte[] json, P4InfoIndex info)
    {
        _info = info;
        _controller = new TestController(target);
        _controller.SetPipeline(json, info);
        _program = target.Program!.Model;
    }

    public void Add(StfStatement s)
    {
        (TableDef definition, TableInfo table) = Find(s.Name);
        TableEntry entry = Key(definition, table, StfValues.Matches(s, definition.Keys));
        entry.Priority = table.NeedsPriority ? (s.Priority ?? 0) + 1 : 0;
        entry.Action = new TableAction { Action = Call(s, table) };
        Write(Type.Insert, new Entity { TableEntry = entry });
        if (s.Id.Length > 0)
        {
            _named["$" + s.Id] = entry;
        }
    }

    public void SetDefault(StfStatement s)
    {
        TableInfo table = Find(s.Name).Info;
        Write(Type.Modify, new Entity { TableEntry = table.DefaultEntry(Call(s, table)) });
    }

    public void Remove(string id)
    {
        IEnumerable<TableEntry> all = id.Length > 0 ? [_named["$" + id]] : _controller.Read(new Entity { TableEntry = new() }).Select(e => e.TableEntry).Where(e => !e.IsConst);
        foreach (TableEntry entry in all)
        {
            TableEntry key = new() { TableId = entry.TableId, Priority = entry.Priority };
            key.Match.Add(entry.Match);
            Write(Type.Delete, new Entity { TableEntry = key });
        }
    }

    public (long Packets, long Bytes) Count(StfStatement s)
    {
        CounterData data;
        if (_named.TryGetValue(s.Numbers[0], out TableEntry? entry))
        {
            TableEntry key = new() { TableId = entry.TableId, Priority = entry.Priority };
            key.Match.Add(entry.Match);
            Assert.Equal(StfNames.Pick(_info.DirectCounters, c => c.Name, s.Name, "direct counter").TableId, entry.TableId);
            data = Assert.Single(_controller.Read(new Entity { DirectCounterEntry = new() { TableEntry = key } })).DirectCounterEntry.Data;
        }
        else
        {
            CounterEntry cell = new() { CounterId = StfNames.Pick(_info.Counters, c => c.Name, s.Name, "counter").Id, Index = At((int)StfValues.Number(s.Numbers[0])) };
            data = Assert.Single(_controller.Read(new Entity { CounterEntry = cell })).CounterEntry.Data;
        }

        return (data.PacketCount, data.ByteCount);
    }

    public void SetGroup(int id, IReadOnlyList<SwitchReplica> replicas)
    {
        MulticastGroupEntry group = new() { MulticastGroupId = (uint)id };
        group.Replicas.Add(replicas.Select(Replica));
        Write(_groups.Add(id) ? Type.Insert : Type.Modify, new Entity { PacketReplicationEngineEntry = new() { MulticastGroupEntry = group } });
    }

    public void SetSession(int id, IReadOnlyList<SwitchReplica> replicas)
    {
        CloneSessionEntry session = new() { SessionId = (uint)id };
        session.Replicas.Add(replicas.Select(Replica));
        Write(_sessions.Add(id) ? Type.Insert : Type.Modify, new Entity { PacketReplicationEngineEntry = new() { CloneSessionEntry = session } });
    }

    public void RemoveSession(int id)
    {
        _sessions.Remove(id);
        Write(Type.Delete, new Entity { PacketReplicationEngineEntry = new() { CloneSessionEntry = new() { SessionId = (uint)id } } });
    }

    public BigInteger ReadRegister(string name, int index)
    {
        RegisterEntry filter = new() { RegisterId = StfNames.Pick(_info.Registers, r => r.Name, name, "register").Id, Index = At(index) };
        return new BigInteger(Assert.Single(_controller.Read(new Entity { RegisterEntry = filter })).RegisterEntry.Data.Bitstring.Span, isUnsigned: true, isBigEndian: true);
    }

    public void WriteRegister(string name, int index, BigInteger value) => WriteRegister(name, At(index), value);

    public void ResetRegister(string name) => WriteRegister(name, null, BigInteger.Zero);

    private static P4.V1.Index At(int index) => new() { Index_ = index };

    private static Replica Replica(SwitchReplica replica) => new() { Port = Bytes(replica.Port), Instance = (uint)replica.Instance };

    private static ByteString Bytes(BigInteger value) => ByteString.CopyFrom(value.ToByteArray(isUnsigned: true, isBigEndian: true));

    private void WriteRegister(string name, P4.V1.Index? index, BigInteger value)
    {
        RegisterEntry entry = new() { RegisterId = StfNames.Pick(_info.Registers, r => r.Name, name, "register").Id, Index = index, Data = new P4Data { Bitstring = Bytes(value) } };
        Write(Type.Modify, new Entity { RegisterEntry = entry });
    }

    /// <summary>Writes one update; what the service says is a fault of the test.</summary>
    private void Write(Type type, Entity entity)
    {
        (StatusCode code, string message) = _controller.Try(type, entity);
        if (code != StatusCode.OK)
        {
            throw new InvalidOperationException($"{code}: {message}");
        }
    }

    private (TableDef Definition, TableInfo Info) Find(string name)
    {
        TableDef definition = StfNames.Pick(_program.Tables, t => t.Name, name, "table");
        return (definition, _info.Tables.Get(definition.Name));
    }

    private static TableEntry Key(TableDef definition, TableInfo table, MatchValue[] matches)
    {
        TableEntry entry = new() { TableId = table.Id };
        for (int i = 0; i < matches.Length; i++)
        {
            if (Field(table.MatchFields[i], definition.Keys[i], matches[i]) is FieldMatch field)
            {
                entry.Match.Add(field);
            }
        }

        return entry;
    }

    /// <summary>A match in P4Runtime's form; null where everything matches, which is left out.</summary>
    /// <exception cref="FormatException">P4Runtime has no such match.</exception>
    private static FieldMatch? Field(MatchFieldInfo info, KeyDef key, MatchValue match)
    {
        BigInteger all = (BigInteger.One << key.Width) - 1;
        switch (info.MatchType)
        {
            case MatchType.Exact:
                return new FieldMatch { FieldId = info.Id, Exact = new() { Value = Value(info, match.Value) } };
            case MatchType.Lpm:
                BigInteger prefix = match.Value & KeyLayout.PrefixMask(key.Width, match.PrefixLength);
                return match.PrefixLength == 0 ? null : new FieldMatch { FieldId = info.Id, Lpm = new() { Value = Value(info, prefix), PrefixLen = match.PrefixLength } };
            case MatchType.Ternary:
                return match.Mask.IsZero ? null : new FieldMatch { FieldId = info.Id, Ternary = new() { Value = Value(info, match.Value & match.Mask), Mask = Value(info, match.Mask) } };
            case MatchType.Range:
                return match.Value.IsZero && match.Mask == all ? null : new FieldMatch { FieldId = info.Id, Range = new() { Low = Value(info, match.Value), High = Value(info, match.Mask) } };
            case MatchType.Optional:
                return match.Mask.IsZero ? null : match.Mask == all ? new FieldMatch { FieldId = info.Id, Optional = new() { Value = Value(info, match.Value) } }
                    : throw new FormatException($"match field {info.Name} is optional: it is matched whole or not at all");
            default:
                throw new FormatException($"match field {info.Name} is {info.MatchType}");
        }
    }

    private static P4.V1.Action Call(StfStatement s, TableInfo table)
    {
        ActionInfo action = StfNames.Pick(table.Actions, a => a.Name, s.Action, $"action of table {table.Name}");
        P4.V1.Action call = new() { ActionId = action.Id };
        foreach ((string name, string value) in s.Arguments)
        {
            FieldInfo parameter = action.Parameters.Get(name);
            BigInteger all = parameter.Width == 0 ? BigInteger.Zero : (BigInteger.One << parameter.Width) - 1;
            call.Params.Add(new P4.V1.Action.Types.Param { ParamId = parameter.Id, Value = Value(parameter, all.IsZero ? StfValues.Number(value) : StfValues.Number(value) & all) });
        }

        return call;
    }

    /// <summary>A number as the controller writes it: bytes, or text in a type that the controller sees as text.</summary>
    private static ByteString Value(FieldInfo field, BigInteger number) => field.Translation?.SdnTypeCase == P4NewTypeTranslation.SdnTypeOneofCase.SdnString
        ? ByteString.CopyFromUtf8(number.ToString(CultureInfo.InvariantCulture))
        : Bytes(number);
}
