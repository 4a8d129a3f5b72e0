using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Devices;

public class DevicesServiceTests
{
    [Fact]
    public async Task AddDevice_ThatAnswersAndThenDoesNot_IsUpThenSilentWithAnAlert()
    {
        await using DataCenterHost dataCenter = await DataCenterHost.StartAsync(
            new DataCenterHostOptions { Listen = "127.0.0.1:0" }, new DepthDetector(), new AlertOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        using GrpcChannel channel = GrpcChannel.ForAddress(dataCenter.Url);
        Contracts.Devices.DevicesClient client = new(channel);
        using TcpListener router = new(IPAddress.Loopback, 0);
        router.Start();
        ManagedDevice device = new() { Name = "r1", Kind = DeviceKind.Router, Address = "127.0.0.1", Reach = $"tcp:{((IPEndPoint)router.LocalEndpoint).Port}" };
        await client.AddDeviceAsync(new AddDeviceRequest { Device = device });
        await UntilAsync(async () => await StateAsync(client) == DeviceState.Up, "up");
        router.Stop();
        await UntilAsync(async () => await StateAsync(client) == DeviceState.Silent, "silent");
        Assert.Contains(dataCenter.Ask(engine => engine.GetTotals().Alerts), alert => alert.Kind == "silent" && alert.Entity == "r1" && !alert.HasEndNs);

        Assert.Equal(StatusCode.AlreadyExists, await CodeAsync(client.AddDeviceAsync(new AddDeviceRequest { Device = device })));
        Assert.Equal(StatusCode.InvalidArgument, await CodeAsync(client.EditDeviceAsync(new EditDeviceRequest { Device = new ManagedDevice { Name = "r1" } })));
        Assert.Equal(StatusCode.NotFound, await CodeAsync(client.RemoveDeviceAsync(new RemoveDeviceRequest { Name = "r9" })));
        await client.RemoveDeviceAsync(new RemoveDeviceRequest { Name = "r1" });
        Assert.Empty((await client.ListDevicesAsync(new ListDevicesRequest())).Managed);
    }

    private static async Task<DeviceState> StateAsync(Contracts.Devices.DevicesClient client) =>
        (await client.GetDeviceAsync(new GetDeviceRequest { Name = "r1" })).Status?.State ?? DeviceState.Unspecified;

    private static async Task<StatusCode> CodeAsync<T>(AsyncUnaryCall<T> call)
    {
        RpcException fault = await Assert.ThrowsAsync<RpcException>(async () => await call);
        return fault.StatusCode;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (int i = 0; !await holds(); i++)
        {
            Assert.True(i < 1500, $"never {what}");
            await Task.Delay(40);
        }
    }
}
