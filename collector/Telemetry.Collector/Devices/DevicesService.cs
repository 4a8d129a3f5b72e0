using Grpc.Core;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;

namespace Telemetry.Collector.Devices;

/// <summary>The gRPC face of the inventory.</summary>
/// <param name="book">Changed under <paramref name="engineLock"/>.</param>
/// <param name="engine">Told of every change.</param>
/// <param name="engineLock">Serialises calls to both.</param>
internal sealed class DevicesService(DeviceBook book, DataCenterEngine engine, Lock engineLock) : Contracts.Devices.DevicesBase
{
    public override Task<ListDevicesReply> ListDevices(ListDevicesRequest request, ServerCallContext context)
    {
        lock (engineLock)
        {
            ListDevicesReply reply = new();
            reply.Managed.AddRange(book.Devices);
            reply.Known.AddRange(engine.KnownDevices);
            reply.Statuses.AddRange(engine.Statuses);
            return Task.FromResult(reply);
        }
    }

    public override Task<DeviceReply> AddDevice(AddDeviceRequest request, ServerCallContext context) => Change(() =>
        book.Find(request.Device?.Name ?? "") is { } known
            ? throw new RpcException(new Status(StatusCode.AlreadyExists, $"there is a device {known.Name} already; edit it"))
            : Put(request.Device));

    public override Task<DeviceReply> EditDevice(EditDeviceRequest request, ServerCallContext context) => Change(() =>
        book.Find(request.Device?.Name ?? "") is null ? throw Unknown(request.Device?.Name ?? "") : Put(request.Device));

    public override Task<DeviceReply> RemoveDevice(RemoveDeviceRequest request, ServerCallContext context) =>
        Change(() => book.Remove(request.Name) ?? throw Unknown(request.Name));

    public override Task<GetDeviceReply> GetDevice(GetDeviceRequest request, ServerCallContext context)
    {
        lock (engineLock)
        {
            GetDeviceReply reply = new()
            {
                Managed = book.Find(request.Name),
                Status = engine.Statuses.FirstOrDefault(status => status.Name == request.Name),
                Detail = engine.DetailOf(request.Name),
            };
            return reply.Managed is null && reply.Status is null
                ? throw new RpcException(new Status(StatusCode.NotFound, $"no device is called {request.Name}"))
                : Task.FromResult(reply);
        }
    }

    private Task<DeviceReply> Change(Func<ManagedDevice> change)
    {
        lock (engineLock)
        {
            try
            {
                DeviceReply reply = new() { Device = change() };
                engine.OnManagedDevices(book.ToInventory());
                return Task.FromResult(reply);
            }
            catch (ArgumentException fault)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, fault.Message));
            }
            catch (IOException fault)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, fault.Message));
            }
        }
    }

    private ManagedDevice Put(ManagedDevice? device)
    {
        device ??= new ManagedDevice();
        book.Put(device);
        return device;
    }

    private RpcException Unknown(string name) => new(new Status(
        StatusCode.NotFound,
        $"no operator entered a device {name}; entered are {(book.Devices.Count == 0 ? "none" : string.Join(", ", book.Devices.Select(device => device.Name)))}"));
}
