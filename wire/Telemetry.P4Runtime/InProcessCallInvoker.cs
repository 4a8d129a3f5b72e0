using Grpc.Core;

namespace Telemetry.P4Runtime;

/// <summary>
/// A <see cref="CallInvoker"/> over service objects of this process: generated clients call generated service bases with no channel between.
/// </summary>
/// <remarks>
/// Everything runs inline on the calling thread: a unary call has completed on return if its handler never waits, a stream write runs the reader's continuation
/// before it returns. That holds where the thread has no SynchronizationContext (the runtime queues continuations otherwise).
/// Messages pass by reference: neither side may change one after sending it.
/// Status, trailers, deadlines and cancellation behave as over a channel; buffered messages arrive before a final error, except when the caller cancelled.
/// </remarks>
public sealed class InProcessCallInvoker : CallInvoker
{
    private readonly Dictionary<string, Delegate> _handlers = new(StringComparer.Ordinal);
    private readonly InProcessOptions _options;

    /// <summary>Binds services: <c>new InProcessCallInvoker(b =&gt; P4.V1.P4Runtime.BindService(b, service))</c>; several may be bound.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The stream limit is below 1.</exception>
    public InProcessCallInvoker(Action<ServiceBinderBase> bind, InProcessOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(bind);
        _options = options ?? new InProcessOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.StreamLimit, 1, nameof(options));
        bind(new Binder(_handlers));
    }

    /// <summary>Invoker over one P4Runtime service.</summary>
    public static InProcessCallInvoker For(P4.V1.P4Runtime.P4RuntimeBase service, InProcessOptions? options = null) =>
        new(binder => P4.V1.P4Runtime.BindService(binder, service), options);

    /// <summary>Runs a unary call to its end.</summary>
    /// <exception cref="RpcException">The call failed.</exception>
    /// <exception cref="InvalidOperationException">The handler waits for something; blocking here would stop the loop that it waits for.</exception>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        var awaiter = call.ResponseAsync.GetAwaiter();
        return awaiter.IsCompleted
            ? awaiter.GetResult()
            : throw new InvalidOperationException($"{method.FullName} did not complete inline; use the asynchronous client method");
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new InProcessCall<TRequest, TResponse>(method.FullName, host, options, _options);
        call.Start(Find<UnaryServerMethod<TRequest, TResponse>>(method.FullName) is { } handler ? () => handler(request, call.Context) : null);
        return new AsyncUnaryCall<TResponse>(call.ResponseAsync, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new InProcessCall<TRequest, TResponse>(method.FullName, host, options, _options);
        call.Start(Find<ServerStreamingServerMethod<TRequest, TResponse>>(method.FullName) is { } handler
            ? () => InProcessCall<TRequest, TResponse>.WithoutResponse(handler(request, call.ResponseWriter, call.Context)) : null);
        return new AsyncServerStreamingCall<TResponse>(call.ResponseReader, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new InProcessCall<TRequest, TResponse>(method.FullName, host, options, _options);
        call.Start(Find<ClientStreamingServerMethod<TRequest, TResponse>>(method.FullName) is { } handler
            ? () => handler(call.RequestReader, call.Context) : null);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestWriter, call.ResponseAsync, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new InProcessCall<TRequest, TResponse>(method.FullName, host, options, _options);
        call.Start(Find<DuplexStreamingServerMethod<TRequest, TResponse>>(method.FullName) is { } handler
            ? () => InProcessCall<TRequest, TResponse>.WithoutResponse(handler(call.RequestReader, call.ResponseWriter, call.Context)) : null);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestWriter, call.ResponseReader, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private THandler? Find<THandler>(string fullName) where THandler : Delegate =>
        _handlers.TryGetValue(fullName, out var handler) ? handler as THandler : null;

    private sealed class Binder(Dictionary<string, Delegate> handlers) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Add(method, handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) => Add(method, handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) => Add(method, handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) => Add(method, handler);

        private void Add(IMethod method, Delegate? handler)
        {
            if (handler is not null)
                handlers[method.FullName] = handler;
        }
    }
}
