using Grpc.Core;
using P4.V1;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Service.Sessions;
using Telemetry.SoftSwitch.Switching;

namespace Telemetry.SoftSwitch.Service;

/// <summary>
/// P4Runtime v1.5.0 over one switch. Writes, reads and pipeline changes take turns. What packets see changes on the
/// loop's thread only: posted there in real time, inline otherwise, so that a change is atomic to packets and a
/// virtual-time run is deterministic. Requests are read and answers are written on the caller's thread.
/// </summary>
#pragma warning disable CA1001 // a semaphore whose wait handle nobody asks for has nothing to free
internal sealed partial class P4RuntimeService(Switch owner) : P4.V1.P4Runtime.P4RuntimeBase
#pragma warning restore CA1001
{
    private const string ApiVersion = "1.5.0";
    private readonly Arbitration _arbitration = new(owner.Options.DeviceId);

    /// <summary>Held by a write, by a read until it has selected, and by a change of the pipeline.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Pipeline? _active;
    private volatile Pipeline? _saved;

    /// <summary>Where writes and reads go: a saved pipeline until it is committed.</summary>
    private Pipeline? Target => _saved ?? _active;

    public override Task<CapabilitiesResponse> Capabilities(CapabilitiesRequest request, ServerCallContext context)
    {
        if (request.DeviceId != 0)
        {
            CheckDevice(request.DeviceId);
        }

        return Task.FromResult(new CapabilitiesResponse { P4RuntimeApiVersion = ApiVersion });
    }

    private static RpcException NoPipeline() => new(new Status(StatusCode.FailedPrecondition, "no forwarding pipeline config has been set"));

    private Task<T> OnLoop<T>(Func<T> work) => owner.Loop.IsRealTime ? owner.Loop.InvokeAsync(work) : Task.FromResult(work());

    private void CheckDevice(ulong deviceId)
    {
        if (deviceId != owner.Options.DeviceId)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"device {deviceId} is not here; this is device {owner.Options.DeviceId}"));
        }
    }
}
