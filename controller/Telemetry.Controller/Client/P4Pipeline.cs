using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;
using ConfigAction = P4.V1.SetForwardingPipelineConfigRequest.Types.Action;
using ResponseType = P4.V1.GetForwardingPipelineConfigRequest.Types.ResponseType;

namespace Telemetry.Controller.Client;

/// <summary>The program of one switch.</summary>
public sealed class P4Pipeline
{
    private readonly P4Switch _owner;
    private P4Program? _saved;

    internal P4Pipeline(P4Switch owner) => _owner = owner;

    /// <summary>Program that was saved and waits for its commit; writes go to it, and reads come from it.</summary>
    public P4Program? Saved => _saved;

    /// <summary>Cookie of the pipeline that the switch runs; null if it runs none.</summary>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public async Task<ulong?> ReadCookieAsync(CancellationToken cancellation = default)
    {
        ForwardingPipelineConfig? config = await ReadAsync(ResponseType.CookieOnly, "read of the pipeline's cookie", cancellation).ConfigureAwait(false);
        return config?.Cookie?.Cookie_;
    }

    /// <summary>Takes the program that the switch runs as the one that names refer to; null if it runs none.</summary>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    /// <exception cref="P4InfoException">The switch's P4Info is none.</exception>
    public async Task<P4Program?> AdoptAsync(CancellationToken cancellation = default)
    {
        ForwardingPipelineConfig? config = await ReadAsync(ResponseType.All, "read of the pipeline", cancellation).ConfigureAwait(false);
        if (config?.P4Info is null)
        {
            return null;
        }

        string name = config.P4Info.PkgInfo?.Name is { Length: > 0 } given ? given : "the switch's program";
        return _owner.Program = new P4Program(name, "", new P4InfoIndex(config.P4Info), config.P4DeviceConfig.ToByteArray());
    }

    /// <summary>
    /// Makes the switch run a program: pushed with VERIFY_AND_COMMIT, unless its cookie says that it runs already.
    /// </summary>
    /// <returns>True if it was pushed: all tables are empty then.</returns>
    /// <exception cref="P4RuntimeException">The switch refused it, or the call failed.</exception>
    public async Task<bool> EnsureAsync(P4Program program, CancellationToken cancellation = default)
    {
        ulong? running = await ReadCookieAsync(cancellation).ConfigureAwait(false);
        if (running == program.Cookie)
        {
            _owner.Program = program;
            return false;
        }

        if (running is not null)
        {
            // simple_switch_grpc forgets these over a swap while the switch behind it keeps them
            P4Update[] stale = [.. (await _owner.ReadReplicationAsync(cancellation).ConfigureAwait(false)).Select(P4Update.Delete)];
            await _owner.ForceAsync(stale, cancellation).ConfigureAwait(false);
        }

        await PushAsync(program, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>Replaces the program with VERIFY_AND_COMMIT, whatever runs: all tables are empty then.</summary>
    /// <exception cref="P4RuntimeException">The switch refused it, or the call failed.</exception>
    public async Task PushAsync(P4Program program, CancellationToken cancellation = default)
    {
        await SetAsync(ConfigAction.VerifyAndCommit, program, $"push of program {program.Name}", cancellation).ConfigureAwait(false);
        _owner.Program = program;
        _saved = null;
    }

    /// <summary>Asks whether the switch could run a program; nothing changes.</summary>
    /// <exception cref="P4RuntimeException">It could not, or the call failed.</exception>
    public Task VerifyAsync(P4Program program, CancellationToken cancellation = default) =>
        SetAsync(ConfigAction.Verify, program, $"verification of program {program.Name}", cancellation);

    /// <summary>
    /// Saves a program beside the one that runs. Until <see cref="CommitAsync"/>, writes and reads of this switch
    /// concern the saved one.
    /// </summary>
    /// <exception cref="P4RuntimeException">The switch refused it, or the call failed.</exception>
    public async Task SaveAsync(P4Program program, CancellationToken cancellation = default)
    {
        await SetAsync(ConfigAction.VerifyAndSave, program, $"save of program {program.Name}", cancellation).ConfigureAwait(false);
        _saved = program;
    }

    /// <summary>Makes the saved program the one that runs, with the entries that were written to it.</summary>
    /// <exception cref="P4RuntimeException">Nothing was saved, or the call failed.</exception>
    public async Task CommitAsync(CancellationToken cancellation = default)
    {
        await SetAsync(ConfigAction.Commit, null, "commit of the saved program", cancellation).ConfigureAwait(false);
        _owner.Program = _saved ?? _owner.Program;
        _saved = null;
    }

    /// <summary>Has the switch change its program and keep the entries that the new one still has (RECONCILE_AND_COMMIT).</summary>
    /// <exception cref="P4RuntimeException">The switch cannot, or the call failed.</exception>
    public async Task ReconcileAsync(P4Program program, CancellationToken cancellation = default)
    {
        await SetAsync(ConfigAction.ReconcileAndCommit, program, $"reconciliation with program {program.Name}", cancellation).ConfigureAwait(false);
        _owner.Program = program;
        _saved = null;
    }

    private async Task<ForwardingPipelineConfig?> ReadAsync(ResponseType type, string operation, CancellationToken cancellation)
    {
        GetForwardingPipelineConfigRequest request = new() { DeviceId = _owner.Options.DeviceId, ResponseType = type };
        try
        {
            GetForwardingPipelineConfigResponse answer = await _owner.CallAsync(
                operation,
                (client, token) => client.GetForwardingPipelineConfigAsync(request, cancellationToken: token).ResponseAsync,
                cancellation).ConfigureAwait(false);
            return answer.Config;
        }
        catch (P4RuntimeException fault) when (fault.Code is StatusCode.FailedPrecondition || (fault.Code is StatusCode.NotFound && type == ResponseType.CookieOnly))
        {
            return null;
        }
    }

    /// <summary>Sends a request as it is, but for who sends it to whom.</summary>
    internal async Task SendAsync(SetForwardingPipelineConfigRequest request, CancellationToken cancellation)
    {
        await CallAsync(request, $"{request.Action} of a program", cancellation).ConfigureAwait(false);
        if (request.Config?.P4Info is { } info && request.Action is not ConfigAction.Verify)
        {
            P4Program program = new("the trace's program", "", new P4InfoIndex(info), request.Config.P4DeviceConfig.ToByteArray());
            (_saved, _owner.Program) = request.Action == ConfigAction.VerifyAndSave ? (program, _owner.Program) : (null, program);
        }
        else if (request.Action == ConfigAction.Commit)
        {
            (_saved, _owner.Program) = (null, _saved ?? _owner.Program);
        }
    }

    private Task<SetForwardingPipelineConfigResponse> SetAsync(ConfigAction action, P4Program? program, string operation, CancellationToken cancellation)
    {
        SetForwardingPipelineConfigRequest request = new() { Action = action };
        if (program is not null)
        {
            request.Config = new ForwardingPipelineConfig
            {
                P4Info = program.Index.Info,
                P4DeviceConfig = program.DeviceConfig,
                Cookie = new ForwardingPipelineConfig.Types.Cookie { Cookie_ = program.Cookie },
            };
        }

        return CallAsync(request, operation, cancellation);
    }

    private Task<SetForwardingPipelineConfigResponse> CallAsync(SetForwardingPipelineConfigRequest request, string operation, CancellationToken cancellation)
    {
        request.DeviceId = _owner.Options.DeviceId;
        request.ElectionId = _owner.CurrentElectionId();
        request.Role = _owner.Options.Role;
        return _owner.CallAsync(
            operation,
            (client, token) => client.SetForwardingPipelineConfigAsync(request, cancellationToken: token).ResponseAsync,
            cancellation);
    }
}
