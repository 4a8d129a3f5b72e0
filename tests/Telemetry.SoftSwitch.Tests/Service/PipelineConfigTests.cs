using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using P4.Config.V1;
using P4.V1;
using Stratum;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;
using ConfigAction = P4.V1.SetForwardingPipelineConfigRequest.Types.Action;
using Index = P4.V1.Index;
using ResponseType = P4.V1.GetForwardingPipelineConfigRequest.Types.ResponseType;
using TableEntry = P4.V1.TableEntry;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service;

/// <summary>P4Runtime v1.5, sections 13 and 14: setting, staging, reconciling and reading the pipeline.</summary>
public sealed class PipelineConfigTests : IDisposable
{
    private readonly ServiceFixture _fixture = new(withPipeline: false);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Get_BeforeAndAfter_AnswersWhatWasAskedFor()
    {
        P4.V1.P4Runtime.P4RuntimeClient client = _fixture.Controller.Client;
        Assert.Null(client.GetForwardingPipelineConfig(new GetForwardingPipelineConfigRequest()).Config);
        Assert.Equal(StatusCode.FailedPrecondition, Assert.Throws<RpcException>(() => _fixture.Controller.Read(Of(new TableEntry()))).StatusCode);
        _fixture.Controller.SetPipeline(Json, Info);
        (bool, bool, ulong) Get(ResponseType type)
        {
            ForwardingPipelineConfig config = client.GetForwardingPipelineConfig(new GetForwardingPipelineConfigRequest { ResponseType = type }).Config;
            return (config.P4Info is not null, config.P4DeviceConfig.Length == Json.Length, config.Cookie.Cookie_);
        }

        Assert.Equal((true, true, 42ul), Get(ResponseType.All));
        Assert.Equal((false, false, 42ul), Get(ResponseType.CookieOnly));
        Assert.Equal((true, false, 42ul), Get(ResponseType.P4InfoAndCookie));
        Assert.Equal((false, true, 42ul), Get(ResponseType.DeviceConfigAndCookie));
        Assert.Equal(StatusCode.NotFound, Assert.Throws<RpcException>(() => client.GetForwardingPipelineConfig(new GetForwardingPipelineConfigRequest { DeviceId = 3 })).StatusCode);
        Assert.Equal("1.5.0", client.Capabilities(new CapabilitiesRequest()).P4RuntimeApiVersion);
        Assert.Equal(StatusCode.NotFound, Assert.Throws<RpcException>(() => client.Capabilities(new CapabilitiesRequest { DeviceId = 3 })).StatusCode);
    }

    [Fact]
    public void Verify_ChangesNothingAndRefusedPipelinesLeaveTheOldOneRunning()
    {
        _fixture.Controller.SetPipeline(Json, Info, ConfigAction.Verify);
        Assert.Null(_fixture.Controller.Client.GetForwardingPipelineConfig(new GetForwardingPipelineConfigRequest()).Config);
        _fixture.Controller.SetPipeline(Json, Info);
        _fixture.Controller.Insert(Entry("exact_table", "hdr.probe.a=5", "mark value=7"));
        P4InfoIndex foreign = P4InfoIndex.FromText("""tables { preamble { id: 1 name: "other" } }""");
        foreach (ConfigAction action in new[] { ConfigAction.Verify, ConfigAction.VerifyAndSave, ConfigAction.VerifyAndCommit, ConfigAction.ReconcileAndCommit })
        {
            Assert.Equal(StatusCode.InvalidArgument, Code(() => _fixture.Controller.SetPipeline(Json, foreign, action)));
            Assert.Equal(StatusCode.InvalidArgument, Code(() => _fixture.Controller.SetPipeline(Encoding.UTF8.GetBytes("{}"), Info, action)));
            Assert.Equal(StatusCode.InvalidArgument, Code(() => _fixture.Controller.SetPipeline([], Info, action)));
        }

        Assert.Equal(StatusCode.InvalidArgument, Code(() => _fixture.Controller.SetPipeline(Json, Info, ConfigAction.Unspecified)));
        Assert.Equal(7, _fixture.Probe(5));
        Assert.Single(_fixture.Read(new TableEntry { TableId = TableId("exact_table") }));
    }

    [Fact]
    public void SaveAndCommit_WritesGoToTheStagedProgram()
    {
        Assert.Equal(StatusCode.NotFound, Code(() => _fixture.Controller.SetPipeline(Json, Info, ConfigAction.Commit)));
        _fixture.Controller.SetPipeline(Json, Info);
        _fixture.Controller.Insert(Entry("exact_table", "hdr.probe.a=5", "mark value=1"));
        _fixture.Controller.SetPipeline(Json, Info, ConfigAction.VerifyAndSave);
        Assert.Empty(_fixture.Read(new TableEntry { TableId = TableId("exact_table") }));
        _fixture.Controller.Insert(Entry("exact_table", "hdr.probe.a=5", "mark value=2"));
        Assert.Equal(1, _fixture.Probe(5));
        RpcException withConfig = Assert.Throws<RpcException>(() => _fixture.Controller.Client.SetForwardingPipelineConfig(
            new SetForwardingPipelineConfigRequest { ElectionId = new Uint128 { Low = 1 }, Action = ConfigAction.Commit, Config = new ForwardingPipelineConfig() }));
        Assert.Equal(StatusCode.InvalidArgument, withConfig.StatusCode);
        _fixture.Controller.SetPipeline(Json, Info, ConfigAction.Commit);
        Assert.Equal(2, _fixture.Probe(5));
        Assert.Equal(StatusCode.NotFound, Code(() => _fixture.Controller.SetPipeline(Json, Info, ConfigAction.Commit)));
        _fixture.Controller.SetPipeline(Json, Info);
        Assert.Equal(0, _fixture.Probe(5)); // VERIFY_AND_COMMIT clears
    }

    [Fact]
    public void Commit_PacketsThatWait_LeaveWithTheOldProgram()
    {
        _fixture.Controller.SetPipeline(Json, Info);
        _fixture.Controller.Insert(Entry("exact_table", "hdr.probe.a=5", "mark value=1"));
        _fixture.Controller.SetPipeline(Json, Info, ConfigAction.VerifyAndSave);
        _fixture.Controller.Insert(Entry("exact_table", "hdr.probe.a=5", "mark value=2"));
        _fixture.Bench.Switch.SetPortOptions(2, new SoftSwitch.Ports.PortOptions(RateBitsPerSecond: 1000));
        for (int i = 0; i < 20; i++)
        {
            _fixture.Bench.Switch.Receive(1, Convert.FromHexString("01000005000000000000"));
        }

        Assert.Single(_fixture.Bench.Wires[2].Frames); // the others wait
        _fixture.Controller.SetPipeline(Json, Info, ConfigAction.Commit);
        Assert.Equal(Enumerable.Repeat("01000005000000000001", 20), _fixture.Bench.Wires[2].Frames.Select(f => f.Hex));
        Assert.Equal(0, _fixture.Bench.Switch.InternalDrops);
        _fixture.Bench.Switch.SetPortOptions(2, new SoftSwitch.Ports.PortOptions());
        _fixture.Run(1000);
        Assert.Equal(2, _fixture.Probe(5));
    }

    [Fact]
    public void Reconcile_SameProgram_KeepsEverything()
    {
        _fixture.Controller.SetPipeline(Json, Info);
        Fill();
        string before = Everything(Info);
        _fixture.Controller.SetPipeline(Json, Info, ConfigAction.ReconcileAndCommit);
        Assert.Equal(before, Everything(Info));
        Assert.Equal(7, _fixture.Probe(5));
    }

    [Fact]
    public void Reconcile_OtherNumbersAndATableLess_KeepsWhatStillFits()
    {
        _fixture.Controller.SetPipeline(Json, Info);
        Fill();
        P4Info changed = Info.Info.Clone();
        foreach (P4.Config.V1.Action action in changed.Actions)
        {
            action.Preamble.Id += 1000;
        }

        foreach (ActionRef reference in changed.Tables.SelectMany(t => t.ActionRefs))
        {
            reference.Id += 1000;
        }

        changed.Tables.Remove(changed.Tables.Single(t => t.Preamble.Name.EndsWith("lpm_table", StringComparison.Ordinal)));
        P4InfoIndex next = new(changed);
        _fixture.Controller.SetPipeline(Json, next, ConfigAction.ReconcileAndCommit);
        Assert.Equal(7, _fixture.Probe(5));
        TableEntry read = Assert.Single(_fixture.Read(new TableEntry { TableId = TableId("exact_table"), CounterData = new() }));
        Assert.Equal((Info.Actions.Get("mark").Id + 1000, 12L), (read.Action.Action.ActionId, read.CounterData.PacketCount));
        Assert.Equal(11, _fixture.Controller.Read(new Entity { CounterEntry = new() { CounterId = Info.Counters.Get("cells").Id, Index = new Index { Index_ = 2 } } })[0].CounterEntry.Data.PacketCount);
        Assert.Equal(Bytes(9), _fixture.Controller.Read(new Entity { RegisterEntry = new() { RegisterId = Info.Registers.Get("cell_values").Id, Index = new Index { Index_ = 3 } } })[0].RegisterEntry.Data.Bitstring);
        Assert.Single(_fixture.Controller.Read(new Entity { ActionProfileGroup = new() }));
        Assert.Single(_fixture.Controller.Read(new Entity { PacketReplicationEngineEntry = new() }));
    }

    [Fact]
    public void Reconcile_AnotherProgram_KeepsEntriesOfTablesOfTheSameName()
    {
        static (byte[], P4InfoIndex) Program(int width, string extra, string info) => (
            new ProgramJson().Header("h", "k:32", "p:16").State("start", Extract("h")).Action("set", ["v:" + width], Call("assign", Field("h", "p"), Param(0)), ToPort(2))
                .Table("ingress", "t", ["exact:h.k"], ["set"], null, extra.Length > 0 ? "u" : null).Bytes,
            P4InfoIndex.FromText($$"""
                tables { preamble { id: 1 name: "t" } match_fields { id: 1 name: "h.k" bitwidth: 32 match_type: EXACT } action_refs { id: 11 } size: 1024 }
                actions { preamble { id: 11 name: "set" } params { id: 1 name: "v" bitwidth: {{width}} } } {{info}}
                """));
        (byte[] json, P4InfoIndex info) = Program(16, "", "");
        _fixture.Controller.SetPipeline(json, info);
        _fixture.Controller.Add(info, "t", [("h.k", "1")], "set", [("v", 5)]);
        _fixture.Controller.Add(info, "t", [("h.k", "2")], "set", [("v", 0x1FF)]);
        (json, info) = Program(8, "", "");
        _fixture.Controller.SetPipeline(json, info, ConfigAction.ReconcileAndCommit);
        Assert.Equal("000000010005", _fixture.Bench.Through("00000001FFFF"));
        Assert.Single(_fixture.Read(new TableEntry())); // 0x1FF needs more than 8 bits
    }

    [Fact]
    public void Roles_NeedPermissionForPipelinesAndObjects()
    {
        _fixture.Controller.SetPipeline(Json, Info);
        TestController limited = new(_fixture.Bench.Switch, 1, role: "limited", config: Any.Pack(new P4RoleConfig { SharedP4Ids = { TableId("lpm_table") } }));
        Assert.Equal(StatusCode.PermissionDenied, Code(() => limited.SetPipeline(Json, Info)));
        limited.Insert(Entry("lpm_table", "hdr.probe.b=10.0.0.0/8", "set value=7"));
        (StatusCode code, string message) = limited.Try(Type.Insert, Of(Entry("exact_table", "hdr.probe.a=5", "mark value=7")));
        Assert.Equal(StatusCode.PermissionDenied, code);
        Assert.Contains("role 'limited' may not write the object", message, StringComparison.Ordinal);
        _fixture.Controller.Insert(Entry("exact_table", "hdr.probe.a=5", "mark value=7"));
        Assert.Equal([TableId("lpm_table")], limited.Read(Of(new TableEntry())).Select(e => e.TableEntry.TableId));
        Assert.Empty(limited.Read(new Entity { CounterEntry = new() }));
        TestController trusted = new(_fixture.Bench.Switch, 1, role: "trusted", config: Any.Pack(new P4RoleConfig { CanPushPipeline = true }));
        trusted.SetPipeline(Json, Info);
    }

    private static StatusCode Code(System.Action call) => Assert.Throws<RpcException>(call).StatusCode;

    private void Fill()
    {
        TableEntry entry = Entry("exact_table", "hdr.probe.a=5", "mark value=7");
        entry.CounterData = new CounterData { PacketCount = 11 };
        entry.Metadata = Bytes(3);
        uint groups = Info.ActionProfiles.Get("groups").Id;
        _fixture.Controller.Insert(entry, Entry("lpm_table", "hdr.probe.b=10.0.0.0/8", "set value=3"), Entry("translated", "meta.vrf=blue", "to port=uplink", 1));
        _fixture.Controller.Write(
            Type.Insert,
            new Entity { ActionProfileMember = new() { ActionProfileId = groups, MemberId = 4, Action = ServiceFixture.Call("set value=3") } },
            new Entity { ActionProfileGroup = new() { ActionProfileId = groups, GroupId = 5, MaxSize = 8, Members = { new ActionProfileGroup.Types.Member { MemberId = 4, Weight = 2 } } } },
            new Entity { PacketReplicationEngineEntry = new() { MulticastGroupEntry = new() { MulticastGroupId = 3 } } },
            new Entity { DigestEntry = new() { DigestId = Info.Digests[0].Id } });
        _fixture.Controller.Write(
            Type.Modify,
            new Entity { CounterEntry = new() { CounterId = Info.Counters.Get("cells").Id, Index = new Index { Index_ = 2 }, Data = new CounterData { PacketCount = 11 } } },
            new Entity { RegisterEntry = new() { RegisterId = Info.Registers.Get("cell_values").Id, Index = new Index { Index_ = 3 }, Data = new P4Data { Bitstring = Bytes(9) } } },
            new Entity { MeterEntry = new() { MeterId = Info.Meters[0].Id, Index = new Index { Index_ = 3 }, Config = new MeterConfig { Cir = 1, Pir = 1 } } },
            new Entity { ValueSetEntry = new() { ValueSetId = Info.ValueSets[0].Id, Members = { new ValueSetMember { Match = { new FieldMatch { FieldId = 1, Exact = new() { Value = Bytes(9) } } } } } } },
            Of(new TableEntry { TableId = TableId("acl"), IsDefaultAction = true, Action = new TableAction { Action = ServiceFixture.Call("NoAction") }, Metadata = Bytes(8) }));
    }

    private string Everything(P4InfoIndex info)
    {
        List<Entity> all = [];
        foreach (Entity filter in new[]
        {
            Of(new TableEntry { MeterConfig = new(), CounterData = new() }), Of(new TableEntry { IsDefaultAction = true }), new Entity { ActionProfileMember = new() }, new Entity { ActionProfileGroup = new() },
            new Entity { CounterEntry = new() }, new Entity { RegisterEntry = new() }, new Entity { MeterEntry = new() }, new Entity { PacketReplicationEngineEntry = new() },
            new Entity { ValueSetEntry = new() }, new Entity { DigestEntry = new() },
        })
        {
            all.AddRange(_fixture.Controller.Read(filter));
        }

        return string.Join('\n', all.Select(e => EntityText.Describe(info, e) + JsonFormatter.Default.Format(e)));
    }
}
