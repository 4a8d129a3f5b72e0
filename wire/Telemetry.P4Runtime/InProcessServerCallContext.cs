using Grpc.Core;

namespace Telemetry.P4Runtime;

/// <summary>What a handler sees of an in-process call.</summary>
internal sealed class InProcessServerCallContext(
    string method, string? host, string peer, CallOptions call, Action<Metadata> onHeaders, CancellationToken cancellation) : ServerCallContext
{
    private readonly Metadata _requestHeaders = call.Headers ?? [];
    private readonly Metadata _trailers = [];
    private readonly AuthContext _anonymous = new(null, []);

    protected override string MethodCore => method;

    protected override string HostCore => host ?? "";

    protected override string PeerCore => peer;

    protected override DateTime DeadlineCore => call.Deadline?.ToUniversalTime() ?? DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => _requestHeaders;

    protected override CancellationToken CancellationTokenCore => cancellation;

    protected override Metadata ResponseTrailersCore => _trailers;

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => _anonymous;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("context propagation is not offered in process: pass the cancellation token and the deadline on");

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        onHeaders(responseHeaders);
        return Task.CompletedTask;
    }
}
