using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Client;

public sealed partial class P4Switch
{
    /// <summary>Cookie of the pipeline that the switch runs; null if it runs none.</summary>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public async Task<ulong?> ReadCookieAsync(CancellationToken cancellation = default)
    {
        GetForwardingPipelineConfigRequest request = new()
        {
            DeviceId = _options.DeviceId,
            ResponseType = GetForwardingPipelineConfigRequest.Types.ResponseType.CookieOnly,
        };
        try
        {
            GetForwardingPipelineConfigResponse answer = await CallAsync(
                "read of the pipeline's cookie",
                (client, token) => client.GetForwardingPipelineConfigAsync(request, cancellationToken: token).ResponseAsync,
                cancellation).ConfigureAwait(false);
            return answer.Config?.Cookie?.Cookie_;
        }
        catch (P4RuntimeException fault) when (fault.Code is StatusCode.FailedPrecondition or StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Makes the switch run a program: pushed with VERIFY_AND_COMMIT, unless its cookie says that it runs already.
    /// </summary>
    /// <returns>True if it was pushed: all tables are empty then.</returns>
    /// <exception cref="P4RuntimeException">The switch refused it, or the call failed.</exception>
    public async Task<bool> EnsurePipelineAsync(P4Program program, CancellationToken cancellation = default)
    {
        ulong? running = await ReadCookieAsync(cancellation).ConfigureAwait(false);
        if (running == program.Cookie)
        {
            Program = program;
            return false;
        }

        if (running is not null)
        {
            // simple_switch_grpc forgets these over a swap while the switch behind it keeps them
            P4Update[] stale = [.. (await ReadReplicationAsync(cancellation).ConfigureAwait(false)).Select(P4Update.Delete)];
            await ForceAsync(stale, cancellation).ConfigureAwait(false);
        }

        SetForwardingPipelineConfigRequest request = new()
        {
            DeviceId = _options.DeviceId,
            ElectionId = ElectionId(),
            Action = SetForwardingPipelineConfigRequest.Types.Action.VerifyAndCommit,
            Config = new ForwardingPipelineConfig
            {
                P4Info = program.Index.Info,
                P4DeviceConfig = program.DeviceConfig,
                Cookie = new ForwardingPipelineConfig.Types.Cookie { Cookie_ = program.Cookie },
            },
        };
        await CallAsync(
            $"push of program {program.Name}",
            (client, token) => client.SetForwardingPipelineConfigAsync(request, cancellationToken: token).ResponseAsync,
            cancellation).ConfigureAwait(false);
        Program = program;
        return true;
    }
}
