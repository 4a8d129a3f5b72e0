using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Atomicity = P4.V1.WriteRequest.Types.Atomicity;
using Index = P4.V1.Index;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service;

/// <summary>P4Runtime v1.5, section 11.2.</summary>
public sealed class AtomicityTests : IDisposable
{
    private readonly ServiceFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(Atomicity.RollbackOnError)]
    [InlineData(Atomicity.DataplaneAtomic)]
    public void Atomic_OneFault_TakesEveryKindOfChangeBack(Atomicity atomicity)
    {
        uint members = Info.ActionProfiles.Get("members").Id;
        uint groups = Info.ActionProfiles.Get("groups").Id;
        uint digest = Info.Digests[0].Id;
        Entity Member(uint profile, uint id, int value) => new() { ActionProfileMember = new() { ActionProfileId = profile, MemberId = id, Action = Call($"set value={value}") } };
        Entity Group(uint id, uint member) => new() { ActionProfileGroup = new() { ActionProfileId = groups, GroupId = id, MaxSize = 8, Members = { new ActionProfileGroup.Types.Member { MemberId = member, Weight = 1 } } } };
        Entity Clone(uint id, int length) => new() { PacketReplicationEngineEntry = new() { CloneSessionEntry = new() { SessionId = id, PacketLengthBytes = length } } };
        TableEntry indirect = Key("by_member", "hdr.probe.a=5");
        indirect.Action = new TableAction { ActionProfileMemberId = 1 };
        TableEntry metered = Entry("exact_table", "hdr.probe.a=5", "mark value=1");
        metered.MeterConfig = new MeterConfig { Cir = 1, Cburst = 1, Pir = 1, Pburst = 1 };
        metered.IdleTimeoutNs = 5_000_000_000;
        _fixture.Controller.Write(Type.Insert, Member(members, 1, 11), Member(members, 2, 12), Member(groups, 1, 13), Group(1, 1), Clone(1, 9), Of(indirect), Of(metered), new Entity { DigestEntry = new() { DigestId = digest } });
        _fixture.Controller.Write(Type.Modify, new Entity { CounterEntry = new() { CounterId = Info.Counters.Get("cells").Id, Data = new CounterData { PacketCount = 3 } } });
        string before = Everything();

        WriteRequest request = new() { ElectionId = new Uint128 { Low = 1 }, Atomicity = atomicity };
        void Add(Type type, Entity entity) => request.Updates.Add(new Update { Type = type, Entity = entity });
        Add(Type.Insert, Of(Entry("lpm_table", "hdr.probe.b=10.0.0.0/8", "set value=7")));
        Add(Type.Modify, Of(Entry("exact_table", "hdr.probe.a=5", "mark value=99")));
        TableEntry other = indirect.Clone();
        other.Action.ActionProfileMemberId = 2;
        Add(Type.Modify, Of(other));
        Add(Type.Delete, Of(metered));
        Add(Type.Modify, Of(new TableEntry { TableId = TableId("lpm_table"), IsDefaultAction = true, Action = new TableAction { Action = Call("set value=4") } }));
        Add(Type.Modify, Member(members, 2, 99));
        Add(Type.Insert, Member(members, 3, 99));
        Add(Type.Insert, Group(2, 1));
        Add(Type.Delete, Group(1, 1));
        Add(Type.Modify, Clone(1, 1));
        Add(Type.Insert, Clone(2, 1));
        Add(Type.Modify, new Entity { CounterEntry = new() { CounterId = Info.Counters.Get("cells").Id, Data = new CounterData { PacketCount = 9 } } });
        Add(Type.Modify, new Entity { RegisterEntry = new() { RegisterId = Info.Registers.Get("cell_values").Id, Data = new P4Data { Bitstring = Bytes(9) } } });
        Add(Type.Modify, new Entity { MeterEntry = new() { MeterId = Info.Meters.Get("cell_meters").Id, Index = new Index { Index_ = 1 }, Config = new MeterConfig { Cir = 1, Pir = 1 } } });
        Add(Type.Modify, new Entity { ValueSetEntry = new() { ValueSetId = Info.ValueSets[0].Id, Members = { new ValueSetMember { Match = { new FieldMatch { FieldId = 1, Exact = new() { Value = Bytes(7) } } } } } } });
        Add(Type.Modify, new Entity { DigestEntry = new() { DigestId = digest, Config = new() { MaxListSize = 3 } } });
        int fault = request.Updates.Count;
        Add(Type.Delete, Of(Key("lpm_table", "hdr.probe.b=99.0.0.0/8")));
        Add(Type.Insert, Of(Entry("lpm_table", "hdr.probe.b=11.0.0.0/8", "set value=7")));
        RpcException refused = Assert.Throws<RpcException>(() => _fixture.Controller.Client.Write(request));
        IReadOnlyList<UpdateError> errors = P4RuntimeException.From(refused, "write").UpdateErrors;
        Assert.Equal(request.Updates.Count, errors.Count);
        Assert.Equal(StatusCode.NotFound, errors[fault].Code);
        Assert.All(errors.Where(e => e.Index != fault), e => Assert.Equal((StatusCode.Aborted, $"taken back: update {fault} failed"), (e.Code, e.Message)));
        Assert.Equal(before, Everything());

        request.Updates.RemoveAt(fault);
        _fixture.Controller.Client.Write(request);
        Assert.NotEqual(before, Everything());
    }

    [Fact]
    public void ContinueOnError_KeepsTheGoodOnesAndOrdersErrors()
    {
        RpcException fault = Assert.Throws<RpcException>(() => _fixture.Controller.Insert(
            Entry("lpm_table", "hdr.probe.b=10.0.0.0/8", "set value=7"), Entry("lpm_table", "hdr.probe.b=10.0.0.0/8", "set value=8"), Entry("lpm_table", "hdr.probe.b=11.0.0.0/8", "set value=9")));
        Assert.Equal([(1, StatusCode.AlreadyExists)], P4RuntimeException.From(fault, "write").UpdateErrors.Select(e => (e.Index, e.Code)));
        Assert.Equal(2, _fixture.Read(new TableEntry { TableId = TableId("lpm_table") }).Count);
    }

    [Fact]
    public void Write_UnknownAtomicityOrType_IsRefused()
    {
        RpcException fault = Assert.Throws<RpcException>(() => _fixture.Controller.Client.Write(new WriteRequest { ElectionId = new Uint128 { Low = 1 }, Atomicity = (Atomicity)9 }));
        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.Try(Type.Unspecified, Of(new TableEntry())).Code);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.Try(Type.Insert, new Entity()).Code);
        Assert.Equal(StatusCode.Unimplemented, _fixture.Controller.Try(Type.Insert, new Entity { ExternEntry = new() { ExternTypeId = 1 } }).Code);
    }

    private string Everything()
    {
        ReadRequest request = new();
        request.Entities.Add(
        [
            Of(new TableEntry { MeterConfig = new(), CounterData = new() }), Of(new TableEntry { IsDefaultAction = true }), new Entity { ActionProfileMember = new() }, new Entity { ActionProfileGroup = new() },
            new Entity { CounterEntry = new() }, new Entity { RegisterEntry = new() }, new Entity { MeterEntry = new() }, new Entity { PacketReplicationEngineEntry = new() },
            new Entity { ValueSetEntry = new() }, new Entity { DigestEntry = new() },
        ]);
        return string.Join('\n', request.Entities.SelectMany(_fixture.Controller.Read).Select(e => JsonFormatter.Default.Format(e)).Order(StringComparer.Ordinal));
    }
}
