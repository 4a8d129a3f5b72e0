using Grpc.Core;
using Grpc.Core.Interceptors;
using Telemetry.Lab.Fabric;

namespace Telemetry.Lab.Running;

/// <summary>Calls to a switch without power fail as those to a machine that is off; streams that were open stay, and nothing comes.</summary>
internal sealed class PowerInterceptor(string name, EmbeddedFabric fabric) : Interceptor
{
    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        Check();
        return continuation(request, context);
    }

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        Check();
        return continuation(request, context);
    }

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        Check();
        return continuation(context);
    }

    private void Check()
    {
        if (fabric.IsOff(name))
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"{name} is off"));
        }
    }
}
