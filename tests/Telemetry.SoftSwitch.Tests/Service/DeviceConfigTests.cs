using Google.Protobuf;
using Telemetry.SoftSwitch.Service.Pipelines;

namespace Telemetry.SoftSwitch.Tests.Service;

public class DeviceConfigTests
{
    private static readonly ByteString s_json = ByteString.CopyFromUtf8("{\"tables\": []}");

    [Fact]
    public void Json_Plain_IsGivenBack() => Assert.Equal(s_json.ToByteArray(), DeviceConfig.Json(s_json).ToArray());

    [Fact]
    public void Json_InAMessage_IsTakenOut()
    {
        // reassign = true, then device_data
        byte[] wrapped = [0x08, 1, 0x1A, (byte)s_json.Length, .. s_json.ToByteArray()];

        Assert.Equal(s_json.ToByteArray(), DeviceConfig.Json(ByteString.CopyFrom(wrapped)).ToArray());
    }

    [Theory]
    [InlineData(new byte[] { 0x1A, 200, 1 })]
    [InlineData(new byte[] { 0x08, 1 })]
    [InlineData(new byte[] { 0xFF, 0xFF })]
    public void Json_OfNeither_IsLeftForTheReaderToRefuse(byte[] config) => Assert.Equal(config, DeviceConfig.Json(ByteString.CopyFrom(config)).ToArray());
}
