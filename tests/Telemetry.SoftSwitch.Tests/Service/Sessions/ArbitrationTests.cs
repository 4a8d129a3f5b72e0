using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using P4.V1;
using Stratum;
using Telemetry.SoftSwitch.Tests.Support;

namespace Telemetry.SoftSwitch.Tests.Service.Sessions;

/// <summary>P4Runtime v1.5, section 5: who is primary, who is told, which messages end a stream.</summary>
public sealed class ArbitrationTests : IDisposable
{
    private readonly Bench _bench = new(null);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void HighestId_IsPrimary_OthersAreToldFirst()
    {
        TestController low = new(_bench.Switch, 5);
        Assert.Equal((StatusCode.OK, 5ul), State(low));
        TestController high = new(_bench.Switch, 7);
        Assert.Equal((StatusCode.OK, 7ul), State(high));
        Assert.Equal((StatusCode.AlreadyExists, 7ul), State(low));
        TestController backup = new(_bench.Switch, 6);
        Assert.Equal((StatusCode.AlreadyExists, 7ul), State(backup));
        Assert.Equal((2, 1), (Updates(low), Updates(high))); // a new backup is nobody else's business
    }

    [Fact]
    public void PrimaryLeaves_NobodyFollowsBelowTheHighestIdSeen()
    {
        TestController low = new(_bench.Switch, 5);
        TestController high = new(_bench.Switch, 7);
        high.Close();
        Assert.Equal((StatusCode.NotFound, 7ul), State(low));
        low.Arbitrate(6);
        Assert.Equal((StatusCode.NotFound, 7ul), State(low));
        low.Arbitrate(7);
        Assert.Equal((StatusCode.OK, 7ul), State(low));
    }

    [Fact]
    public void PrimaryDemotesItself_AllAreTold()
    {
        TestController low = new(_bench.Switch, 5);
        TestController high = new(_bench.Switch, 7);
        high.Arbitrate(3);
        Assert.Equal((StatusCode.NotFound, 7ul), State(high));
        Assert.Equal((StatusCode.NotFound, 7ul), State(low));
        high.Arbitrate(8);
        Assert.Equal((StatusCode.OK, 8ul), State(high));
        Assert.Equal((StatusCode.AlreadyExists, 8ul), State(low));
    }

    [Fact]
    public void NoElectionId_StandsByAndNeverBecomesPrimary()
    {
        TestController standby = new(_bench.Switch, null);
        Assert.Equal((StatusCode.NotFound, null), State(standby));
        TestController second = new(_bench.Switch, null);
        Assert.Null(second.StreamFault);
        TestController primary = new(_bench.Switch, 0);
        Assert.Equal((StatusCode.OK, 0ul), State(primary));
        Assert.Equal((StatusCode.AlreadyExists, 0ul), State(standby));
    }

    [Fact]
    public void BadFirstMessage_EndsTheStream()
    {
        _ = new TestController(_bench.Switch, 7);
        Assert.Equal(StatusCode.InvalidArgument, new TestController(_bench.Switch, 7).StreamFault!.StatusCode);
        Assert.Equal(StatusCode.NotFound, new TestController(_bench.Switch, 9, deviceId: 77).StreamFault!.StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, new TestController(_bench.Switch, 9, config: Any.Pack(new Timestamp()), role: "r").StreamFault!.StatusCode);
        Assert.Null(new TestController(_bench.Switch, 7, role: "other").StreamFault); // an id is unique within its role
    }

    [Fact]
    public void ChangeOfDeviceRoleOrToATakenId_EndsTheStream()
    {
        TestController device = new(_bench.Switch, 1);
        device.Send(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { DeviceId = 5, ElectionId = new Uint128 { Low = 1 } } });
        Assert.Equal(StatusCode.FailedPrecondition, device.StreamFault!.StatusCode);
        TestController role = new(_bench.Switch, 2);
        role.Send(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { ElectionId = new Uint128 { Low = 2 }, Role = new Role { Name = "r" } } });
        Assert.Equal(StatusCode.FailedPrecondition, role.StreamFault!.StatusCode);
        _ = new TestController(_bench.Switch, 3);
        TestController taken = new(_bench.Switch, 4);
        taken.Arbitrate(3);
        Assert.Equal(StatusCode.InvalidArgument, taken.StreamFault!.StatusCode);
    }

    [Fact]
    public void Writes_NeedAKnownRoleAndItsPrimarysId()
    {
        Assert.Equal(StatusCode.PermissionDenied, Code(new WriteRequest { ElectionId = new Uint128 { Low = 1 } }));
        _ = new TestController(_bench.Switch, 4);
        Assert.Equal(StatusCode.NotFound, Code(new WriteRequest { DeviceId = 9, ElectionId = new Uint128 { Low = 4 } }));
        Assert.Equal(StatusCode.NotFound, Code(new WriteRequest { Role = "unknown", ElectionId = new Uint128 { Low = 4 } }));
        Assert.Equal(StatusCode.NotFound, Code(new WriteRequest { RoleId = 3, ElectionId = new Uint128 { Low = 4 } }));
        Assert.Equal(StatusCode.PermissionDenied, Code(new WriteRequest()));
        Assert.Equal(StatusCode.PermissionDenied, Code(new WriteRequest { ElectionId = new Uint128 { High = 1, Low = 4 } }));
        Assert.Equal(StatusCode.FailedPrecondition, Code(new WriteRequest { ElectionId = new Uint128 { Low = 4 } }));
    }

    [Fact]
    public void RoleConfig_ComesBackToAllAndFollowsThePrimary()
    {
        Any config = Any.Pack(new P4RoleConfig { ExclusiveP4Ids = { 1 }, ReceivesPacketIns = true });
        TestController backup = new(_bench.Switch, null, role: "r");
        Assert.Null(backup.LastArbitration.Role.Config);
        _ = new TestController(_bench.Switch, 1, role: "r", config: config);
        Assert.Equal(new Role { Name = "r", Config = config }, backup.LastArbitration.Role);
        TestController clash = new(_bench.Switch, 1, role: "s", config: Any.Pack(new P4RoleConfig { SharedP4Ids = { 1 } }));
        Assert.Contains("object 1", clash.StreamFault!.Status.Detail, StringComparison.Ordinal);
        TestController unnamed = new(_bench.Switch, 1, config: config);
        Assert.Equal(StatusCode.InvalidArgument, unnamed.StreamFault!.StatusCode);
        TestController filter = new(_bench.Switch, 1, role: "t", config: Any.Pack(new P4RoleConfig { PacketInFilter = new() { MetadataId = 1, Value = ByteString.CopyFrom(1) } }));
        Assert.Equal(StatusCode.InvalidArgument, filter.StreamFault!.StatusCode);
    }

    private static (StatusCode, ulong?) State(TestController controller) =>
        ((StatusCode)controller.LastArbitration.Status.Code, controller.LastArbitration.ElectionId?.Low);

    private static int Updates(TestController controller) => controller.Messages.Count(m => m.Arbitration is not null);

    private StatusCode Code(WriteRequest request)
    {
        TestController reader = new(_bench.Switch, null);
        return Assert.Throws<RpcException>(() => reader.Client.Write(request)).StatusCode;
    }
}
