using System.Text;
using Grpc.Core;
using P4.Config.V1;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;
using ConfigAction = P4.V1.SetForwardingPipelineConfigRequest.Types.Action;

namespace Telemetry.SoftSwitch.Tests.Service;

public sealed class ServiceTests
{
    private static readonly P4InfoIndex Info = P4InfoIndex.FromText("""
        tables { preamble { id: 1 name: "t" } match_fields { id: 1 name: "h.k" bitwidth: 32 match_type: LPM } action_refs { id: 11 } action_refs { id: 12 } size: 4 }
        tables { preamble { id: 2 name: "u" } match_fields { id: 1 name: "h.k" bitwidth: 32 match_type: TERNARY } match_fields { id: 2 name: "h.p" bitwidth: 16 match_type: RANGE } action_refs { id: 11 } size: 1024 }
        actions { preamble { id: 11 name: "set" } params { id: 1 name: "v" bitwidth: 12 } }
        actions { preamble { id: 12 name: "miss" } }
        counters { preamble { id: 21 name: "c" } spec { unit: BOTH } size: 3 }
        registers { preamble { id: 31 name: "r" } type_spec { bitstring { bit { bitwidth: 48 } } } size: 2 }
        """);

    private static byte[] Program { get; } = new ProgramJson().Header("h", "k:32", "p:16").State("start", Extract("h"))
        .Add("counter_arrays", """{"name":"c","id":0,"size":3,"is_direct":false}""")
        .Add("register_arrays", """{"name":"r","id":0,"size":2,"bitwidth":48}""")
        .Action("set", ["v:12"], Call("assign", Field("h", "p"), Param(0)), ToPort(2))
        .Action("miss", [])
        .Table("ingress", "t", ["lpm:h.k"], ["set", "miss"], "miss", "u", extra: ""","max_size":4""").Table("ingress", "u", ["ternary:h.k", "range:h.p"], ["set"]).Bytes;

    private static TableEntry Entry(byte[] value, int prefix, byte[]? argument = null, uint action = 11) => new()
    {
        TableId = 1,
        Match = { new FieldMatch { FieldId = 1, Lpm = new() { Value = Google.Protobuf.ByteString.CopyFrom(value), PrefixLen = prefix } } },
        Action = new TableAction
        {
            Action = new P4.V1.Action { ActionId = action, Params = { new P4.V1.Action.Types.Param { ParamId = 1, Value = Google.Protobuf.ByteString.CopyFrom(argument ?? [5]) } } },
        },
    };

    private static (Bench Bench, TestController Controller) Start()
    {
        Bench bench = new(null);
        TestController controller = new(bench.Switch);
        controller.SetPipeline(Program, Info);
        return (bench, controller);
    }

    private static UpdateError FaultOf(TestController controller, TableEntry entry, Update.Types.Type type = Update.Types.Type.Insert)
    {
        RpcException fault = Assert.Throws<RpcException>(() => controller.Write(type, new Entity { TableEntry = entry }));
        Assert.Equal(StatusCode.Unknown, fault.StatusCode);
        return Assert.Single(P4RuntimeException.From(fault, "write").UpdateErrors);
    }

    [Fact]
    public void Write_InsertModifyDelete_ChangesWhatPacketsDo()
    {
        (Bench bench, TestController controller) = Start();
        using Bench owned = bench;
        controller.Insert(Entry([10, 0, 0, 0], 8, [7]));
        Assert.Equal("0A0102030007", bench.Through("0A010203FFFF"));
        controller.Write(Update.Types.Type.Modify, new Entity { TableEntry = Entry([10, 0, 0, 0], 8, [0x0A, 0xBC]) });
        Assert.Equal("0A0102030ABC", bench.Through("0A010203FFFF"));
        TableEntry read = Assert.Single(controller.Read(new Entity { TableEntry = new TableEntry { TableId = 1 } })).TableEntry;
        Assert.Equal(Entry([10, 0, 0, 0], 8, [0x0A, 0xBC]), read);
        controller.Write(Update.Types.Type.Delete, new Entity { TableEntry = Entry([10, 0, 0, 0], 8) });
        Assert.Empty(controller.Read(new Entity { TableEntry = new TableEntry() }));
        bench.Send(1, "0A010203FFFF");
        Assert.Equal(2, bench.Wires[2].Frames.Count);
    }

    [Fact]
    public void Write_BadEntries_NameTableFieldAndWidth()
    {
        (Bench bench, TestController controller) = Start();
        using Bench owned = bench;
        Assert.Contains("t, match field h.k (32 bits): the value is empty", FaultOf(controller, Entry([], 8)).Message, StringComparison.Ordinal);
        Assert.Contains("needs 33 bits", FaultOf(controller, Entry([1, 0, 0, 0, 0], 8)).Message, StringComparison.Ordinal);
        Assert.Contains("behind the prefix", FaultOf(controller, Entry([10, 0, 0, 1], 8)).Message, StringComparison.Ordinal);
        Assert.Contains("prefix length 0", FaultOf(controller, Entry([0], 0)).Message, StringComparison.Ordinal);
        UpdateError wide = FaultOf(controller, Entry([10, 0, 0, 0], 8, [0x10, 0]));
        Assert.Equal(StatusCode.OutOfRange, wide.Code);
        Assert.Contains("table t, action set, parameter v (12 bits): 0x1000 needs 13 bits", wide.Message, StringComparison.Ordinal);
        Assert.Contains("no action with id 99; its actions: set (11), miss (12)", FaultOf(controller, Entry([10, 0, 0, 0], 8, action: 99)).Message, StringComparison.Ordinal);
        TableEntry priority = Entry([10, 0, 0, 0], 8);
        priority.Priority = 3;
        Assert.Contains("takes no priority", FaultOf(controller, priority).Message, StringComparison.Ordinal);
        Assert.Contains("no table has id 9", FaultOf(controller, new TableEntry { TableId = 9 }).Message, StringComparison.Ordinal);
        Assert.Equal(StatusCode.NotFound, FaultOf(controller, Entry([10, 0, 0, 0], 8), Update.Types.Type.Delete).Code);
        controller.Insert(Entry([10, 0, 0, 0], 8));
        Assert.Equal(StatusCode.AlreadyExists, FaultOf(controller, Entry([10, 0, 0, 0], 8)).Code);
        controller.Insert(Entry([11, 0, 0, 0], 8), Entry([12, 0, 0, 0], 8), Entry([13, 0, 0, 0], 8));
        Assert.Equal(StatusCode.ResourceExhausted, FaultOf(controller, Entry([14, 0, 0, 0], 8)).Code);
    }

    [Fact]
    public void Write_Batch_TellsEachUpdatesOutcomeAndKeepsTheGoodOnes()
    {
        (Bench bench, TestController controller) = Start();
        using Bench owned = bench;
        RpcException fault = Assert.Throws<RpcException>(() => controller.Insert(Entry([10, 0, 0, 0], 8), Entry([1], 8), Entry([11, 0, 0, 0], 8)));
        Assert.Equal([1], P4RuntimeException.From(fault, "write").UpdateErrors.Select(e => e.Index));
        Assert.Equal(2, controller.Read(new Entity { TableEntry = new TableEntry { TableId = 1 } }).Count);
    }

    [Fact]
    public void Write_TernaryAndRange_NeedPriorityAndCanonicalMatches()
    {
        (Bench bench, TestController controller) = Start();
        using Bench owned = bench;
        TableInfo table = Info.Tables.Get("u");
        controller.Add(Info, "u", [("h.k", "0x0a000000&&&0xff000000"), ("h.p", "5..9")], "set", [("v", 3)], 20);
        Assert.Equal("0A0102030003", bench.Through("0A0102030007"));
        TableEntry entry = table.Entry([("h.k", "1&&&1")], table.Actions.Get("set").Call(("v", 1)), 1);
        entry.Match[0].Ternary.Value = Google.Protobuf.ByteString.CopyFrom(3);
        Assert.Contains("outside the mask", FaultOf(controller, entry).Message, StringComparison.Ordinal);
        entry.Match.Clear();
        entry.Priority = 0;
        Assert.Contains("needs a priority", FaultOf(controller, entry).Message, StringComparison.Ordinal);
        TableEntry read = Assert.Single(controller.Read(new Entity { TableEntry = table.Key([("h.k", "0x0a000000&&&0xff000000"), ("h.p", "5..9")], 20) })).TableEntry;
        Assert.Equal(20, read.Priority);
    }

    [Fact]
    public void DefaultEntry_ModifyReadReset()
    {
        (Bench bench, TestController controller) = Start();
        using Bench owned = bench;
        controller.SetDefault(Info, "t", "set", ("v", 9));
        Assert.Equal("0A0102030009", bench.Through("0A0102030000"));
        Entity filter = new() { TableEntry = new TableEntry { TableId = 1, IsDefaultAction = true } };
        Assert.Equal(11u, Assert.Single(controller.Read(filter)).TableEntry.Action.Action.ActionId);
        controller.Write(Update.Types.Type.Modify, filter);
        Assert.Equal(12u, Assert.Single(controller.Read(filter)).TableEntry.Action.Action.ActionId);
        Assert.Contains("can only be modified", FaultOf(controller, filter.TableEntry).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CountersAndRegisters_WriteAndReadCells()
    {
        (Bench bench, TestController controller) = Start();
        using Bench owned = bench;
        controller.Write(Update.Types.Type.Modify, new Entity { CounterEntry = new CounterEntry { CounterId = 21, Index = new P4.V1.Index { Index_ = 1 }, Data = new CounterData { PacketCount = 4, ByteCount = 5 } } });
        Assert.Equal([0L, 4, 0], controller.Read(new Entity { CounterEntry = new CounterEntry { CounterId = 21 } }).Select(e => e.CounterEntry.Data.PacketCount));
        controller.Write(Update.Types.Type.Modify, new Entity { RegisterEntry = new RegisterEntry { RegisterId = 31, Index = new P4.V1.Index { Index_ = 1 }, Data = new P4Data { Bitstring = Google.Protobuf.ByteString.CopyFrom(1, 2) } } });
        Assert.Equal(["00", "0102"], controller.Read(new Entity { RegisterEntry = new RegisterEntry { RegisterId = 31 } }).Select(e => Convert.ToHexString(e.RegisterEntry.Data.Bitstring.Span)));
        Assert.Equal(StatusCode.OutOfRange, controller.TryRead(new Entity { CounterEntry = new CounterEntry { CounterId = 21, Index = new P4.V1.Index { Index_ = 3 } } }).Code);
    }

    [Fact]
    public void Replication_GroupsAndSessions_InsertReadDelete()
    {
        (Bench bench, TestController controller) = Start();
        using Bench owned = bench;
        Entity group = new() { PacketReplicationEngineEntry = new() { MulticastGroupEntry = new() { MulticastGroupId = 4, Replicas = { new P4.V1.Replica { EgressPort = 2, Instance = 1 } } } } };
        Entity session = new() { PacketReplicationEngineEntry = new() { CloneSessionEntry = new() { SessionId = 5, PacketLengthBytes = 64, Replicas = { new P4.V1.Replica { EgressPort = 3 } } } } };
        controller.Write(Update.Types.Type.Insert, group, session);
        Assert.Equal([group, session], controller.Read(new Entity { PacketReplicationEngineEntry = new() }));
        Assert.Throws<RpcException>(() => controller.Write(Update.Types.Type.Insert, group));
        controller.Write(Update.Types.Type.Delete, group, session);
        Assert.Empty(controller.Read(new Entity { PacketReplicationEngineEntry = new() }));
    }

    [Fact]
    public void Pipeline_SaveWriteCommit_SwapsWithTablesFilled()
    {
        (Bench bench, TestController controller) = Start();
        using Bench owned = bench;
        controller.Insert(Entry([10, 0, 0, 0], 8, [1]));
        controller.SetPipeline(Program, Info, ConfigAction.VerifyAndSave);
        controller.Insert(Entry([10, 0, 0, 0], 8, [2]));
        Assert.Equal("0A0102030001", bench.Through("0A0102030000"));
        controller.SetPipeline(Program, Info, ConfigAction.Commit);
        Assert.Equal("0A0102030002", bench.Through("0A0102030000"));
        controller.SetPipeline(Program, Info, ConfigAction.ReconcileAndCommit);
        Assert.Equal("0A0102030002", bench.Through("0A0102030000"));
        GetForwardingPipelineConfigResponse config = controller.Client.GetForwardingPipelineConfig(new GetForwardingPipelineConfigRequest());
        Assert.Equal(42ul, config.Config.Cookie.Cookie_);
        Assert.Equal(Program, config.Config.P4DeviceConfig.ToByteArray());
        Assert.Equal("1.5.0", controller.Client.Capabilities(new CapabilitiesRequest()).P4RuntimeApiVersion);
    }

    [Fact]
    public void Pipeline_ForeignP4InfoOrBadJson_IsRefusedByName()
    {
        using Bench bench = new(null);
        TestController controller = new(bench.Switch);
        P4InfoIndex other = P4InfoIndex.FromText("""tables { preamble { id: 1 name: "other" } }""");
        RpcException foreign = Assert.Throws<RpcException>(() => controller.SetPipeline(Program, other));
        Assert.Equal(StatusCode.InvalidArgument, foreign.StatusCode);
        Assert.Contains("table other of the P4Info is not in the program; its tables: t, u", foreign.Status.Detail, StringComparison.Ordinal);
        RpcException json = Assert.Throws<RpcException>(() => controller.SetPipeline(Encoding.UTF8.GetBytes("{}"), Info));
        Assert.Contains("p4_device_config: not a BMv2 program", json.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.FailedPrecondition, Assert.Throws<RpcException>(() => controller.Insert(Entry([10, 0, 0, 0], 8))).StatusCode);
    }

    [Fact]
    public void Pipeline_TableThatTheCompilerLeftOut_IsTakenAndItsEntriesAreRefused()
    {
        using Bench bench = new(null);
        TestController controller = new(bench.Switch);
        P4Info more = Info.Info.Clone();
        more.Tables.Add(new Table { Preamble = new Preamble { Id = 99, Name = "unreachable" } });
        controller.SetPipeline(Program, new P4InfoIndex(more));
        Assert.Equal(
            (StatusCode.NotFound, "table unreachable is not in the program: the compiler left it out, since no packet can reach it"),
            controller.Try(Update.Types.Type.Insert, new Entity { TableEntry = new TableEntry { TableId = 99 } }));
        Assert.Equal([1u, 2u], controller.Read(new Entity { TableEntry = new TableEntry { IsDefaultAction = true } }).Select(e => e.TableEntry.TableId));
    }

    [Fact]
    public void PacketOut_WithoutProgram_AnswersAStreamError()
    {
        using Bench bench = new(null);
        TestController controller = new(bench.Switch);
        controller.Send(new StreamMessageRequest { Packet = new PacketOut() });
        Assert.Equal((int)StatusCode.FailedPrecondition, controller.Messages[^1].Error.CanonicalCode);
    }
}
