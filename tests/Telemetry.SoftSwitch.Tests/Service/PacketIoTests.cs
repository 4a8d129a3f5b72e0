using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using P4.V1;
using Stratum;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;

namespace Telemetry.SoftSwitch.Tests.Service;

/// <summary>P4Runtime v1.5, sections 15.1 and 15.6: packets in and out, and stream errors.</summary>
public sealed class PacketIoTests : IDisposable
{
    private readonly ServiceFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void PacketIn_GoesToEveryRolesPrimaryThatTakesIt()
    {
        TestController backup = new(_fixture.Bench.Switch, 0);
        TestController all = new(_fixture.Bench.Switch, 1, role: "all");
        TestController reason5 = new(_fixture.Bench.Switch, 1, role: "reason5", config: Filter(5));
        TestController reason6 = new(_fixture.Bench.Switch, 1, role: "reason6", config: Filter(6));
        TestController none = new(_fixture.Bench.Switch, 1, role: "none", config: Any.Pack(new P4RoleConfig()));
        _fixture.Controller.Insert(Entry("acl", "hdr.probe.flags=1", "punt", 1));
        _fixture.Probe(5, flags: 1);
        PacketIn packet = Assert.Single(Packets(_fixture.Controller));
        Assert.Equal([(1u, "01"), (2u, "05")], packet.Metadata.Select(m => (m.MetadataId, Convert.ToHexString(m.Value.Span))));
        Assert.Equal("01010005000000000000", Convert.ToHexString(packet.Payload.Span));
        Assert.Equal([0, 1, 1, 0, 0], new[] { backup, all, reason5, reason6, none }.Select(c => Packets(c).Count));
    }

    [Fact]
    public void PacketOut_EntersWithItsMetadata()
    {
        _fixture.Controller.Send(Out(Bytes(1, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, [0, 3]), (2, [0])));
        Assert.Equal("01010203040506070809", Assert.Single(_fixture.Bench.Wires[3].Frames).Hex);
        _fixture.Controller.Send(Out(Bytes(9), (1, [4]))); // padding may be left out
        Assert.Equal("09", Assert.Single(_fixture.Bench.Wires[4].Frames).Hex);
    }

    [Fact]
    public void PacketOut_Wrong_IsAnsweredWithAStreamErrorThatCarriesIt()
    {
        Refused(_fixture.Controller, StatusCode.InvalidArgument, "metadata egress_port (1) is missing", Out(Bytes(9)));
        Refused(_fixture.Controller, StatusCode.InvalidArgument, "metadata 7 is unknown; known: egress_port (1), padding (2)", Out(Bytes(9), (1, [3]), (7, [3])));
        Refused(_fixture.Controller, StatusCode.InvalidArgument, "metadata 1 is given twice", Out(Bytes(9), (1, [3]), (1, [3])));
        Refused(_fixture.Controller, StatusCode.OutOfRange, "packet_out metadata egress_port (9 bits): 0x200 needs 10 bits", Out(Bytes(9), (1, [2, 0])));
        Refused(new TestController(_fixture.Bench.Switch, 0), StatusCode.PermissionDenied, "not the primary of the default role", Out(Bytes(9), (1, [3])));
        _fixture.Controller.Send(new StreamMessageRequest { Other = Any.Pack(new Duration()) });
        Assert.Equal((int)StatusCode.Unimplemented, _fixture.Controller.Messages[^1].Error.CanonicalCode);
        Assert.NotNull(_fixture.Controller.Messages[^1].Error.Other);
        _fixture.Controller.Send(new StreamMessageRequest());
        Assert.Equal((int)StatusCode.InvalidArgument, _fixture.Controller.Messages[^1].Error.CanonicalCode);
        using ServiceFixture empty = new(withPipeline: false);
        Refused(empty.Controller, StatusCode.FailedPrecondition, "no forwarding pipeline config", Out(Bytes(9), (1, [3])));
    }

    private static void Refused(TestController controller, StatusCode code, string expected, StreamMessageRequest request)
    {
        controller.Send(request);
        StreamError error = controller.Messages[^1].Error;
        Assert.Equal(((int)code, request.Packet), (error.CanonicalCode, error.PacketOut.PacketOut));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static StreamMessageRequest Out(ByteString payload, params (uint Id, byte[] Value)[] metadata)
    {
        PacketOut packet = new() { Payload = payload };
        packet.Metadata.Add(metadata.Select(m => new PacketMetadata { MetadataId = m.Id, Value = ByteString.CopyFrom(m.Value) }));
        return new StreamMessageRequest { Packet = packet };
    }

    private static Any Filter(byte reason) => Any.Pack(new P4RoleConfig { ReceivesPacketIns = true, PacketInFilter = new() { MetadataId = 2, Value = Bytes(0, reason) } });

    private static List<PacketIn> Packets(TestController controller) => [.. controller.Messages.Where(m => m.Packet is not null).Select(m => m.Packet)];
}
