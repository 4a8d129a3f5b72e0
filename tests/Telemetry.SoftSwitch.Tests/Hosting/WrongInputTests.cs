using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Tests.Service;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Hosting;

/// <summary>What people get wrong, over the network: each answer names the place, the width and what is legal.</summary>
public sealed class WrongInputTests
{
    [Fact]
    public async Task Write_WrongInputs_AreAnsweredInWords()
    {
        await using ServedSwitch served = await ServedSwitch.StartAsync();
        await served.WriteAsync(Type.Insert, Of(Entry("lpm_table", "hdr.probe.b=10.0.0.0/8", "set value=7")));
        uint lpm = TableId("lpm_table");
        uint learn = Info.Actions.Get("learn").Id;
        TableEntry Wrong(Action<TableEntry> change, string table = "lpm_table", string match = "hdr.probe.b=10.1.0.0/16", string action = "set value=7", int priority = 0)
        {
            TableEntry entry = Entry(table, match, action, priority);
            change(entry);
            return entry;
        }

        (TableEntry Entry, StatusCode Code, string[] Words)[] wrong =
        [
            (Wrong(e => e.TableId = 99), StatusCode.NotFound, ["no table has id 99", $"ProbeIngress.lpm_table ({lpm})"]),
            (Wrong(e => e.Match[0].FieldId = 9), StatusCode.InvalidArgument, ["table ProbeIngress.lpm_table has no match field with id 9", "hdr.probe.b (1)"]),
            (Wrong(e => e.Match[0].Exact.Value = Bytes(1, 0, 0), "exact_table", "hdr.probe.a=5", "mark value=1"), StatusCode.OutOfRange, ["match field hdr.probe.a (16 bits)", "needs 17 bits"]),
            (Wrong(e => e.Action.Action.Params[0].Value = Bytes(1, 0, 0)), StatusCode.OutOfRange, ["action ProbeIngress.set, parameter value (16 bits)", "needs 17 bits"]),
            (Wrong(e => e.Priority = 0, "acl", "hdr.probe.a=5&&&0xff", "set value=1", 5), StatusCode.InvalidArgument, ["table ProbeIngress.acl needs a priority above 0", "the entry has 0"]),
            (Wrong(e => e.Match[0].Lpm.PrefixLen = 33), StatusCode.InvalidArgument, ["match field hdr.probe.b (32 bits): prefix length 33; it is 1 to 32"]),
            (Wrong(e => e.Action.Action.ActionId = 77), StatusCode.InvalidArgument, ["table ProbeIngress.lpm_table has no action with id 77; its actions: ProbeIngress.set ("]),
            (Wrong(e => e.Action.Action.ActionId = learn), StatusCode.InvalidArgument, [$"table ProbeIngress.lpm_table cannot run action ProbeIngress.learn ({learn}); its actions: ProbeIngress.set ("]),
            (Wrong(e => e.Action.Action.Params.Clear()), StatusCode.InvalidArgument, ["action ProbeIngress.set: parameter value (1, 16 bits) is missing"]),
            (Wrong(e => e.Match[0] = Key("lpm_table", "hdr.probe.b=10.0.0.0/8").Match[0]), StatusCode.AlreadyExists, ["table ProbeIngress.lpm_table has this entry already: hdr.probe.b 167772160/8"]),
            (Wrong(e => e.Match[0] = new FieldMatch { FieldId = 1, Exact = new() { Value = Bytes(5) } }), StatusCode.InvalidArgument, ["match field hdr.probe.b (32 bits) is Lpm; the entry has a match of kind Exact"]),
        ];
        WriteRequest request = new() { ElectionId = ServedSwitch.ElectionId };
        request.Updates.AddRange(wrong.Select(w => new Update { Type = Type.Insert, Entity = Of(w.Entry) }));
        RpcException fault = await Assert.ThrowsAsync<RpcException>(async () => await served.Client.WriteAsync(request));
        IReadOnlyList<UpdateError> errors = P4RuntimeException.From(fault, "write").UpdateErrors;
        Assert.Equal(wrong.Length, errors.Count);
        for (int i = 0; i < wrong.Length; i++)
        {
            Assert.Equal(wrong[i].Code, errors[i].Code);
            Assert.All(wrong[i].Words, words => Assert.Contains(words, errors[i].Message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Calls_WithoutPrimacyOrWithAnotherProgramsP4Info_AreAnsweredInWords()
    {
        await using ServedSwitch served = await ServedSwitch.StartAsync();
        WriteRequest stranger = new() { ElectionId = new Uint128 { Low = 9 } };
        RpcException denied = await Assert.ThrowsAsync<RpcException>(async () => await served.Client.WriteAsync(stranger));
        Assert.Equal((StatusCode.PermissionDenied, "election id 9 is not that of the primary of the default role, 1"), (denied.StatusCode, denied.Status.Detail));
        SetForwardingPipelineConfigRequest foreign = new()
        {
            ElectionId = ServedSwitch.ElectionId,
            Action = SetForwardingPipelineConfigRequest.Types.Action.Verify,
            Config = new ForwardingPipelineConfig
            {
                P4Info = P4InfoIndex.FromText("""tables { preamble { id: 1 name: "MyIngress.ipv4_lpm" } }""").Info,
                P4DeviceConfig = ByteString.CopyFrom(Json),
            },
        };
        RpcException other = await Assert.ThrowsAsync<RpcException>(async () => await served.Client.SetForwardingPipelineConfigAsync(foreign));
        Assert.Equal(StatusCode.InvalidArgument, other.StatusCode);
        Assert.StartsWith("p4info: table MyIngress.ipv4_lpm of the P4Info is not in the program; its tables: ProbeIngress.", other.Status.Detail, StringComparison.Ordinal);
        RpcException elsewhere = await Assert.ThrowsAsync<RpcException>(async () => await served.Client.WriteAsync(new WriteRequest { DeviceId = 7, ElectionId = ServedSwitch.ElectionId }));
        Assert.Equal((StatusCode.NotFound, "device 7 is not here; this is device 0"), (elsewhere.StatusCode, elsewhere.Status.Detail));
    }
}
