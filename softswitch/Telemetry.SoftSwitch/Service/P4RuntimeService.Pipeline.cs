using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Service.Sessions;
using Telemetry.SoftSwitch.Tables;
using ConfigAction = P4.V1.SetForwardingPipelineConfigRequest.Types.Action;
using Role = Telemetry.SoftSwitch.Service.Sessions.Role;

namespace Telemetry.SoftSwitch.Service;

internal sealed partial class P4RuntimeService
{
    public override async Task<SetForwardingPipelineConfigResponse> SetForwardingPipelineConfig(SetForwardingPipelineConfigRequest request, ServerCallContext context)
    {
        CheckDevice(request.DeviceId);
        await OnLoop(() => Demand(request)).ConfigureAwait(false);
        if (request.Action is <= ConfigAction.Unspecified or > ConfigAction.ReconcileAndCommit)
        {
            throw Invalid($"the request has the action {(int)request.Action}; it is VERIFY, VERIFY_AND_SAVE, VERIFY_AND_COMMIT, COMMIT or RECONCILE_AND_COMMIT");
        }

        if (request.Action == ConfigAction.Commit && request.Config is not null)
        {
            throw Invalid("COMMIT realizes the config that was saved; the request must not have one");
        }

        // Compiling takes a while: it happens on the caller's thread, packets flow on.
        Pipeline? verified = request.Action == ConfigAction.Commit ? null : Verify(request.Config);
        await _turn.WaitAsync(context.CancellationToken).ConfigureAwait(false);
        try
        {
            Reconciliation? reconciled = request.Action == ConfigAction.ReconcileAndCommit ? new Reconciliation(_active, verified!, owner.Loop.NowNs) : null;
            return await OnLoop(() =>
            {
                Demand(request);
                Apply(request.Action, verified, reconciled);
                return new SetForwardingPipelineConfigResponse();
            }).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override Task<GetForwardingPipelineConfigResponse> GetForwardingPipelineConfig(GetForwardingPipelineConfigRequest request, ServerCallContext context)
    {
        CheckDevice(request.DeviceId);
        if (_active?.Config is not ForwardingPipelineConfig config)
        {
            return Task.FromResult(new GetForwardingPipelineConfigResponse());
        }

        GetForwardingPipelineConfigRequest.Types.ResponseType type = request.ResponseType;
        bool isAll = type == GetForwardingPipelineConfigRequest.Types.ResponseType.All;
        ForwardingPipelineConfig answer = new() { Cookie = config.Cookie };
        if (isAll || type == GetForwardingPipelineConfigRequest.Types.ResponseType.P4InfoAndCookie)
        {
            answer.P4Info = config.P4Info;
        }

        if (isAll || type == GetForwardingPipelineConfigRequest.Types.ResponseType.DeviceConfigAndCookie)
        {
            answer.P4DeviceConfig = config.P4DeviceConfig;
        }

        return Task.FromResult(new GetForwardingPipelineConfigResponse { Config = answer });
    }

    /// <summary>A port came up or went down: members that watch it take part or not. Loop's thread.</summary>
    public void OnPortChanged(int port, bool up)
    {
        foreach (Pipeline? pipeline in new[] { _active, _saved })
        {
            foreach (ActionProfile profile in pipeline?.State.ActionProfiles ?? [])
            {
                profile.SetPortUp(port, up);
            }
        }
    }

    private Role Demand(SetForwardingPipelineConfigRequest request)
    {
        Role role = _arbitration.Demand(request.Role, request.RoleId, request.ElectionId);
        return role.Scope.CanPushPipeline
            ? role
            : throw new RpcException(new Status(StatusCode.PermissionDenied, $"{role.Shown} may not set the pipeline: its role config says so"));
    }

    private Pipeline Verify(ForwardingPipelineConfig? config)
    {
        if (config?.P4Info is null || config.P4DeviceConfig.IsEmpty)
        {
            throw Invalid("the config needs a P4Info and the BMv2 JSON as p4_device_config");
        }

        try
        {
            SwitchProgram program = SwitchProgram.Load(DeviceConfig.Json(config.P4DeviceConfig).Span);
            PipelineBinding binding = new(program, new P4InfoIndex(config.P4Info), owner.Options.CpuPort, owner.Options.PortNames);
            SwitchState state = program.CreateState(owner.Options.DropPort, owner.Options.Seed, owner.Options.ProgramLog);
            foreach (BoundValueSet set in binding.ValueSets.Where(s => s.Definition.PartWidths.Count > 0))
            {
                state.ValueSets[set.Definition.Index].Configure(set.Match.Kinds);
            }

            foreach (BoundTable table in binding.Tables.Where(t => t.Info.DirectMeter is not null))
            {
                foreach (Tables.TableEntry entry in state.Tables[table.Definition.Index].Entries)
                {
                    entry.Meter = new Meter(binding.DirectMeter(table).Definition.InBytes);
                }
            }

            Pipeline pipeline = new(config, program, binding, state);
            state.DigestListener = pipeline.Digests;
            return pipeline;
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

    private void Apply(ConfigAction action, Pipeline? verified, Reconciliation? reconciled)
    {
        if (verified is not null)
        {
            foreach (ActionProfile profile in verified.State.ActionProfiles)
            {
                for (int port = 0; port < Switching.Switch.PortCount; port++)
                {
                    if (!owner.IsPortUp(port))
                    {
                        profile.SetPortUp(port, false);
                    }
                }
            }
        }

        switch (action)
        {
            case ConfigAction.VerifyAndSave:
                _saved = verified;
                break;
            case ConfigAction.VerifyAndCommit:
                Commit(verified!);
                break;
            case ConfigAction.Commit:
                Commit(_saved ?? throw new RpcException(new Status(StatusCode.NotFound, "no config has been saved: VERIFY_AND_SAVE comes before COMMIT")));
                break;
            case ConfigAction.ReconcileAndCommit:
                reconciled!.TakeCounts();
                Commit(verified!);
                break;
            default:
                break; // VERIFY has done what it does
        }
    }

    private void Commit(Pipeline pipeline)
    {
        _active?.Idle.Stop();
        _active?.Digests.Stop();
        _active = pipeline;
        _saved = null;
        owner.Swap(pipeline.Program, pipeline.State);
        pipeline.Idle.Start(owner.Loop, (table, notification) => Tell(new StreamMessageResponse { IdleTimeoutNotification = notification }, table));
        pipeline.Digests.Start(owner.Loop, list => Tell(new StreamMessageResponse { Digest = list }, list.DigestId));
    }

    /// <summary>Sends to the primary of every role that may name the object.</summary>
    private void Tell(StreamMessageResponse message, uint objectId)
    {
        foreach (Role role in _arbitration.Roles)
        {
            if (role.Primary is Controller primary && role.Scope.Allows(objectId))
            {
                primary.Outbox.Send(message, canDrop: true);
            }
        }
    }

    private static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, Shorten(message)));

    /// <summary>A status travels in the trailers, whose size clients limit.</summary>
    private static string Shorten(string message) => message.Length <= 4000 ? message : message[..4000] + " ...";
}
