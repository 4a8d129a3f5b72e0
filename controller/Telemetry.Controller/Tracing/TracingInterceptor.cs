using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Tracing;

/// <summary>
/// Shows a sink every message of every call with one switch: <c>channel.CreateCallInvoker().Intercept(new TracingInterceptor("s1", sink, time))</c>.
/// Continuations stay on the thread that they are on, as virtual time needs.
/// </summary>
public sealed class TracingInterceptor(string peer, ITraceSink sink, TimeProvider time) : Interceptor
{
    private readonly Lock _gate = new();
    private int _calls = -1;

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        Call call = Begin(context.Method.FullName);
        call.Message(TraceDirection.ToSwitch, request);
        call.End(TraceDirection.ToSwitch);
        AsyncUnaryCall<TResponse> inner = continuation(request, context);
        return new AsyncUnaryCall<TResponse>(
            ObserveAsync(inner.ResponseAsync, call), inner.ResponseHeadersAsync, inner.GetStatus, inner.GetTrailers, inner.Dispose);
    }

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        Call call = Begin(context.Method.FullName);
        call.Message(TraceDirection.ToSwitch, request);
        call.End(TraceDirection.ToSwitch);
        AsyncServerStreamingCall<TResponse> inner = continuation(request, context);
        return new AsyncServerStreamingCall<TResponse>(
            new Reader<TResponse>(inner.ResponseStream, call), inner.ResponseHeadersAsync, inner.GetStatus, inner.GetTrailers, inner.Dispose);
    }

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        Call call = Begin(context.Method.FullName);
        AsyncDuplexStreamingCall<TRequest, TResponse> inner = continuation(context);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            new Writer<TRequest>(inner.RequestStream, call),
            new Reader<TResponse>(inner.ResponseStream, call),
            inner.ResponseHeadersAsync,
            inner.GetStatus,
            inner.GetTrailers,
            inner.Dispose);
    }

    private static async Task<TResponse> ObserveAsync<TResponse>(Task<TResponse> response, Call call)
    {
        try
        {
            TResponse message = await response.ConfigureAwait(false);
            call.Message(TraceDirection.FromSwitch, message);
            call.End(Status.DefaultSuccess, null);
            return message;
        }
        catch (RpcException fault)
        {
            call.End(fault.Status, fault.Trailers);
            throw;
        }
    }

    private Call Begin(string method) => new(this, Interlocked.Increment(ref _calls), method);

    private void Write(Call call, TraceDirection direction, ReadOnlyMemory<byte>? message, Status? status, ReadOnlyMemory<byte>? details)
    {
        lock (_gate)
        {
            long nowNs = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
            sink.Write(new TraceRecord(nowNs, peer, call.Number, call.Method, direction, message, status, details));
        }
    }

    private sealed class Call(TracingInterceptor owner, int number, string method)
    {
        private int _ended;

        public int Number => number;

        public string Method => method;

        public void Message<T>(TraceDirection direction, T message)
        {
            if (message is IMessage content)
            {
                owner.Write(this, direction, content.ToByteArray(), null, null);
            }
        }

        /// <summary>The controller has nothing more to say.</summary>
        public void End(TraceDirection direction) => owner.Write(this, direction, null, null, null);

        public void End(Status status, Metadata? trailers)
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                byte[]? details = trailers?.GetValueBytes(P4RuntimeException.DetailsTrailer);
                owner.Write(this, TraceDirection.FromSwitch, null, status, details);
            }
        }
    }

    private sealed class Reader<T>(IAsyncStreamReader<T> inner, Call call) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                bool more = await inner.MoveNext(cancellationToken).ConfigureAwait(false);
                if (more)
                {
                    call.Message(TraceDirection.FromSwitch, inner.Current);
                }
                else
                {
                    call.End(Status.DefaultSuccess, null);
                }

                return more;
            }
            catch (RpcException fault)
            {
                call.End(fault.Status, fault.Trailers);
                throw;
            }
        }
    }

    private sealed class Writer<T>(IClientStreamWriter<T> inner, Call call) : IClientStreamWriter<T>
    {
        public WriteOptions? WriteOptions
        {
            get => inner.WriteOptions;
            set => inner.WriteOptions = value;
        }

        public Task WriteAsync(T message)
        {
            call.Message(TraceDirection.ToSwitch, message);
            return inner.WriteAsync(message);
        }

        public Task CompleteAsync()
        {
            call.End(TraceDirection.ToSwitch);
            return inner.CompleteAsync();
        }
    }
}
