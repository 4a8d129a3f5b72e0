using System.Net.Sockets;
using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Security;

namespace Telemetry.Controller.Client;

/// <summary>Unary calls and what the target can do.</summary>
public sealed partial class P4Switch
{
    private TargetCapabilities? _target;

    /// <summary>What the target can do: from the options, else by the version of the protocol that it answers.</summary>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public async Task<TargetCapabilities> TargetAsync(CancellationToken cancellation = default)
    {
        if (_target is not { } target)
        {
            try
            {
                target = TargetCapabilities.OfApiVersion(await ReadApiVersionAsync(cancellation).ConfigureAwait(false));
            }
            catch (P4RuntimeException fault) when (fault.Code == StatusCode.Unimplemented)
            {
                target = TargetCapabilities.Unknown;
            }

            _target = target;
        }

        return target;
    }

    /// <summary>Version of P4Runtime that the switch says it serves.</summary>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public async Task<string> ReadApiVersionAsync(CancellationToken cancellation = default)
    {
        CapabilitiesResponse answer = await CallAsync(
            "read of capabilities",
            (client, token) => client.CapabilitiesAsync(new CapabilitiesRequest { DeviceId = _options.DeviceId }, cancellationToken: token).ResponseAsync,
            cancellation).ConfigureAwait(false);
        return answer.P4RuntimeApiVersion;
    }

    /// <summary>Runs a call with the timeout and turns its failure into the typed exception.</summary>
    internal async Task<T> CallAsync<T>(
        string operation,
        Func<P4.V1.P4Runtime.P4RuntimeClient, CancellationToken, Task<T>> call,
        CancellationToken cancellation,
        Func<UpdateError, UpdateError>? complete = null)
    {
        SwitchSession session = _session
            ?? throw new P4RuntimeException(StatusCode.Unavailable, $"{Name}: {operation}", "not connected", [], null);
        using CancellationTokenSource timeout = new(_options.CallTimeout, _time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return await call(session.Client, either.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RpcException { StatusCode: StatusCode.Cancelled } or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw timeout.IsCancellationRequested
                ? new P4RuntimeException(
                    StatusCode.DeadlineExceeded, $"{Name}: {operation}", $"no answer within {_options.CallTimeout.TotalSeconds} s", [], fault)
                : new P4RuntimeException(StatusCode.Unavailable, $"{Name}: {operation}", fault.Message, [], fault);
        }
        catch (RpcException fault)
        {
            throw Untrusted(fault, operation) ?? P4RuntimeException.From(fault, $"{Name}: {operation}", complete, Hint(fault.Status));
        }
    }

    /// <summary>Sends a request as it is, but for who sends it to whom.</summary>
    internal Task SendAsync(WriteRequest request, CancellationToken cancellation)
    {
        request.DeviceId = _options.DeviceId;
        request.ElectionId = ElectionIdProto();
        request.Role = _options.Role;
        return CallAsync(
            Describe(request.Updates.Count),
            (client, token) => client.WriteAsync(request, cancellationToken: token).ResponseAsync,
            cancellation,
            error => error.Index < request.Updates.Count
                ? error with { Update = EntityText.Describe(Program?.Index ?? s_noProgram, request.Updates[error.Index]) }
                : error);
    }

    /// <summary>Sends a stream message as it is; false without a stream.</summary>
    internal bool TrySend(StreamMessageRequest message) => _session?.Sender is { } sender && sender.TrySend(message);

    internal Uint128? CurrentElectionId() => ElectionIdProto();

    internal P4Program RunningProgram() => Program
        ?? throw new P4RuntimeException(
            StatusCode.FailedPrecondition, Name, "it is not known what program the switch runs: push one, or adopt the one it has", [], null);

    /// <summary>The fault of a call that TLS, or its lack, kept from the switch; null for others.</summary>
    private P4RuntimeException? Untrusted(RpcException fault, string operation)
    {
        Exception cause = fault.Status.DebugException ?? fault;
        if (SwitchTls.Describe(cause) is { } reason)
        {
            return new P4RuntimeException(StatusCode.Unauthenticated, $"{Name}: {operation}", reason, [], fault);
        }

        // Somebody took the connection and ended it before a call: of a switch that restarts this is a moment's matter.
        bool began = !IsUnreachable(cause)
            && fault.Status.Detail.StartsWith("Error starting gRPC call", StringComparison.Ordinal); // how Grpc.Net.Client says that nothing was sent
        return began
            ? new P4RuntimeException(StatusCode.Unavailable, $"{Name}: {operation}", "the connection ends as it begins: " + (_options.Tls switch
            {
                null => "the switch may want TLS",
                { CertificateFile: null } => "the switch may ask for a client certificate",
                { CertificateFile: { } file } => $"the switch may not trust {file}",
            }), [], fault)
            : null;
    }

    /// <summary>Nobody took the connection.</summary>
    private static bool IsUnreachable(Exception cause)
    {
        for (Exception? inner = cause; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException { SocketErrorCode: not SocketError.ConnectionReset }
                or OperationCanceledException or HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError })
            {
                return true;
            }
        }

        return false;
    }

    private string Hint(Status status) => status.StatusCode switch
    {
        StatusCode.PermissionDenied when _electionId == 0 => "this client only observes: give it an election id above 0",
        StatusCode.PermissionDenied when State == P4SwitchState.Backup =>
            $"another client is primary with election id {_highestElectionId}, this one claims {_electionId}: claim a higher one",
        StatusCode.PermissionDenied => $"writes need to be primary; this client claims election id {_electionId}",
        StatusCode.Unimplemented => "this target does not have it",

        // simple_switch_grpc has streams and elections for every device id, but programs for its own only
        StatusCode.Unknown when status.Detail.Contains("assign device", StringComparison.Ordinal) => $"the switch has another device id than {_options.DeviceId}",
        _ => "",
    };
}
