using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service.Entities;

/// <summary>P4Runtime v1.5, section 18.1: types with @p4runtime_translation.</summary>
public sealed class TranslationTests : IDisposable
{
    private readonly ServiceFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Names_OfPortsAndOthers_GoInAndComeBack()
    {
        TableEntry enter = Entry("vrfs", "hdr.probe.a=5", "enter vrf=blue number=7");
        TableEntry other = Entry("vrfs", "hdr.probe.a=6", "enter vrf=red number=7");
        TableEntry to = Entry("translated", "meta.vrf=blue meta.number=7&&&0xffffffff", "to port=uplink", 1);
        TableEntry direct = Entry("translated", "meta.vrf=red", "to port=4", 1);
        _fixture.Controller.Insert(enter, other, to, direct);
        Assert.Equal(1023, _fixture.Probe(5, to: 3));
        Assert.Equal(1022, _fixture.Probe(6, to: 4));
        Assert.Equal([enter, other], _fixture.Read(new TableEntry { TableId = enter.TableId }));
        Assert.Equal([to, direct], _fixture.Read(new TableEntry { TableId = to.TableId }));
    }

    [Theory]
    [InlineData("nowhere", StatusCode.InvalidArgument, "names 'uplink'")]
    [InlineData("3", StatusCode.InvalidArgument, "3 is the number of 'uplink'; use that name")]
    [InlineData("512", StatusCode.InvalidArgument, "number of up to 9 bits")]
    public void Port_Unknown_IsRefusedWithTheNames(string port, StatusCode code, string expected)
    {
        TableEntry to = Entry("translated", "meta.vrf=blue", "to port=1", 1);
        to.Action.Action.Params[0].Value = ByteString.CopyFromUtf8(port);
        (StatusCode actual, string message) = _fixture.Controller.Try(Type.Insert, Of(to));
        Assert.Equal(code, actual);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_BeyondTheDataPlane_AreOutOfRange()
    {
        TableEntry enter = Entry("vrfs", "hdr.probe.a=5", "enter vrf=blue number=0x10000");
        (StatusCode code, string message) = _fixture.Controller.Try(Type.Insert, Of(enter));
        Assert.Equal(StatusCode.OutOfRange, code);
        Assert.Contains("whose 16 bits end at 65535", message, StringComparison.Ordinal);
        Assert.Equal(StatusCode.OK, _fixture.Controller.Try(Type.Insert, Of(Entry("translated", "meta.vrf=7 meta.number=7&&&7", "to port=1", 1))).Code);
        Assert.Equal(Entry("translated", "meta.vrf=7 meta.number=7&&&7", "to port=1", 1), Assert.Single(_fixture.Read(new TableEntry { TableId = TableId("translated") })));
    }
}
