using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs;
using ConfigAction = P4.V1.SetForwardingPipelineConfigRequest.Types.Action;

namespace Telemetry.SoftSwitch.Service;

internal sealed partial class P4RuntimeService
{
    public override async Task<SetForwardingPipelineConfigResponse> SetForwardingPipelineConfig(SetForwardingPipelineConfigRequest request, ServerCallContext context)
    {
        CheckDevice(request.DeviceId);
        await OnLoop(() =>
        {
            _arbitration.Demand(request.Role, request.RoleId, request.ElectionId);
            return true;
        }).ConfigureAwait(false);

        // Compiling takes a while: it happens on the caller's thread, packets flow on.
        Pipeline? verified = request.Action == ConfigAction.Commit ? null : Verify(request.Config);
        return await OnLoop(() =>
        {
            _arbitration.Demand(request.Role, request.RoleId, request.ElectionId);
            Apply(request.Action, verified);
            return new SetForwardingPipelineConfigResponse();
        }).ConfigureAwait(false);
    }

    public override async Task<GetForwardingPipelineConfigResponse> GetForwardingPipelineConfig(GetForwardingPipelineConfigRequest request, ServerCallContext context) => await OnLoop(() =>
    {
        CheckDevice(request.DeviceId);
        ForwardingPipelineConfig config = (_active ?? throw new RpcException(new Status(StatusCode.FailedPrecondition, "no forwarding pipeline config has been committed"))).Config;
        ForwardingPipelineConfig answer = new() { Cookie = config.Cookie };
        if (request.ResponseType is GetForwardingPipelineConfigRequest.Types.ResponseType.All or GetForwardingPipelineConfigRequest.Types.ResponseType.P4InfoAndCookie)
        {
            answer.P4Info = config.P4Info;
        }

        if (request.ResponseType is GetForwardingPipelineConfigRequest.Types.ResponseType.All or GetForwardingPipelineConfigRequest.Types.ResponseType.DeviceConfigAndCookie)
        {
            answer.P4DeviceConfig = config.P4DeviceConfig;
        }

        return new GetForwardingPipelineConfigResponse { Config = answer };
    }).ConfigureAwait(false);

    private Pipeline Verify(ForwardingPipelineConfig? config)
    {
        if (config?.P4Info is null || config.P4DeviceConfig.IsEmpty)
        {
            throw Invalid("the config needs a P4Info and the BMv2 JSON as p4_device_config");
        }

        try
        {
            SwitchProgram program = SwitchProgram.Load(config.P4DeviceConfig.Span);
            PipelineBinding binding = new(program, new P4InfoIndex(config.P4Info));
            return new Pipeline(config, program, binding, program.CreateState(owner.Options.DropPort, owner.Options.Seed, owner.Options.ProgramLog));
        }
        catch (ProgramException fault)
        {
            throw Invalid($"p4_device_config: {fault.Message}");
        }
        catch (P4InfoException fault)
        {
            throw Invalid($"p4info: {fault.Message}");
        }
    }

    private void Apply(ConfigAction action, Pipeline? verified)
    {
        switch (action)
        {
            case ConfigAction.Verify:
                break;
            case ConfigAction.VerifyAndSave:
                _saved = _saved is null ? verified : throw Failed("a saved pipeline waits for COMMIT already");
                break;
            case ConfigAction.VerifyAndCommit:
                Commit(verified!);
                break;
            case ConfigAction.Commit:
                Commit(_saved ?? throw Failed("no pipeline has been saved"));
                break;
            case ConfigAction.ReconcileAndCommit:
                if (_active is not null && _active.Program == verified!.Program && SameInfo(_active.Config, verified.Config))
                {
                    _active = _active with { Config = verified.Config };
                    _saved = null;
                    break;
                }

                throw Failed("entries can be kept only when program and P4Info stay the same; use VERIFY_AND_COMMIT");
            default:
                throw Invalid("the request has no action");
        }
    }

    private static bool SameInfo(ForwardingPipelineConfig a, ForwardingPipelineConfig b) => a.P4Info.ToByteString() == b.P4Info.ToByteString();

    private void Commit(Pipeline pipeline)
    {
        _active = pipeline;
        _saved = null;
        owner.Swap(pipeline.Program, pipeline.State);
    }

    private static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, Shorten(message)));

    private static RpcException Failed(string message) => new(new Status(StatusCode.FailedPrecondition, message));

    /// <summary>A status travels in the trailers, whose size clients limit.</summary>
    private static string Shorten(string message) => message.Length <= 4000 ? message : message[..4000] + " ...";
}
