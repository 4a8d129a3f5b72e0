using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.SoftSwitch.Service.Sessions;
using Telemetry.SoftSwitch.Switching;

namespace Telemetry.SoftSwitch.Service;

/// <summary>
/// P4Runtime v1.5.0 over one switch. All state is touched on the loop's thread: calls are posted there in real time
/// and run inline otherwise, so that a write is atomic to packets and a virtual-time run is deterministic.
/// </summary>
internal sealed partial class P4RuntimeService(Switch owner) : P4.V1.P4Runtime.P4RuntimeBase
{
    private const string ApiVersion = "1.5.0";
    private const int EntitiesPerResponse = 512;
    private readonly Arbitration _arbitration = new(owner.Options.DeviceId);
    private Pipeline? _active;
    private Pipeline? _saved;

    /// <summary>Where writes and reads go: a saved pipeline until it is committed.</summary>
    private Pipeline Target => _saved ?? _active ?? throw new RpcException(new Status(StatusCode.FailedPrecondition, "no forwarding pipeline config has been set"));

    public override Task<CapabilitiesResponse> Capabilities(CapabilitiesRequest request, ServerCallContext context) =>
        Task.FromResult(new CapabilitiesResponse { P4RuntimeApiVersion = ApiVersion });

    public override async Task<WriteResponse> Write(WriteRequest request, ServerCallContext context) => await OnLoop(() =>
    {
        CheckDevice(request.DeviceId);
        _arbitration.Demand(request.Role, request.RoleId, request.ElectionId);
        if (request.Atomicity == WriteRequest.Types.Atomicity.RollbackOnError)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "ROLLBACK_ON_ERROR is not supported by this switch; use CONTINUE_ON_ERROR"));
        }

        EntityAccess access = new(Target, () => owner.Loop.NowNs);
        Error[] errors = new Error[request.Updates.Count];
        bool failed = false;
        for (int i = 0; i < errors.Length; i++)
        {
            try
            {
                access.Write(request.Updates[i]);
                errors[i] = new Error { CanonicalCode = (int)StatusCode.OK };
            }
            catch (EntityFault fault)
            {
                failed = true;
                errors[i] = new Error { CanonicalCode = (int)fault.Code, Message = fault.Message, Space = EntityFault.Space };
            }
        }

        return failed ? throw WriteFailure.ToRpcException(errors) : new WriteResponse();
    }).ConfigureAwait(false);

    public override async Task Read(ReadRequest request, IServerStreamWriter<ReadResponse> responseStream, ServerCallContext context)
    {
        List<ReadResponse> responses = await OnLoop(() =>
        {
            CheckDevice(request.DeviceId);
            EntityAccess access = new(Target, () => owner.Loop.NowNs);
            List<ReadResponse> answers = [new ReadResponse()];
            try
            {
                foreach (Entity entity in request.Entities.SelectMany(access.Read))
                {
                    if (answers[^1].Entities.Count == EntitiesPerResponse)
                    {
                        answers.Add(new ReadResponse());
                    }

                    answers[^1].Entities.Add(entity);
                }
            }
            catch (EntityFault fault)
            {
                throw new RpcException(new Status(fault.Code, fault.Message));
            }

            return answers;
        }).ConfigureAwait(false);
        foreach (ReadResponse response in responses)
        {
            await responseStream.WriteAsync(response).ConfigureAwait(false);
        }
    }

    private Task<T> OnLoop<T>(Func<T> work) => owner.Loop.IsRealTime ? owner.Loop.InvokeAsync(work) : Task.FromResult(work());

    private void CheckDevice(ulong deviceId)
    {
        if (deviceId != owner.Options.DeviceId)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"device {deviceId} is not here; this is device {owner.Options.DeviceId}"));
        }
    }
}
