using Grpc.Core;

namespace Telemetry.P4Runtime;

/// <summary>One call: both stream directions, the outcome, and who learns of it in which order.</summary>
internal sealed class InProcessCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    private readonly TaskCompletionSource<TResponse> _response = new();
    private readonly TaskCompletionSource<Metadata> _headers = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly MessageQueue<TRequest> _requests;
    private readonly MessageQueue<TResponse> _responses;
    private readonly CancellationTokenRegistration _callerToken;
    private readonly ITimer? _deadline;
    private readonly Lock _gate = new();
    private Status? _status;
    private Metadata _trailers = [];

    public InProcessCall(string method, string? host, CallOptions call, InProcessOptions options)
    {
        Context = new InProcessServerCallContext(method, host, options.Peer, call, headers => _headers.TrySetResult(headers), _cancellation.Token);
        _requests = new MessageQueue<TRequest>(options.StreamLimit, $"{method} requests");
        _responses = new MessageQueue<TResponse>(options.StreamLimit, $"{method} responses");
        RequestReader = new Reader<TRequest>(_requests, static () => { }, _cancellation.Token);
        RequestWriter = new ClientWriter(this);
        ResponseWriter = new ServerWriter(this);
        ResponseReader = new Reader<TResponse>(_responses, () => Cancel(StatusCode.Cancelled, "the reader's token was cancelled"), CancellationToken.None);
        if (call.Deadline is { } deadline && deadline < DateTime.MaxValue)
        {
            var left = deadline.ToUniversalTime() - options.Time.GetUtcNow().UtcDateTime;
            if (left <= TimeSpan.Zero)
                Cancel(StatusCode.DeadlineExceeded, "the deadline had passed before the call");
            else
                _deadline = options.Time.CreateTimer(_ => Cancel(StatusCode.DeadlineExceeded, "the deadline passed"), null, left, Timeout.InfiniteTimeSpan);
        }
        _callerToken = call.CancellationToken.Register(() => Cancel(StatusCode.Cancelled, "the caller cancelled"));
    }

    public InProcessServerCallContext Context { get; }

    public IAsyncStreamReader<TRequest> RequestReader { get; }

    public IClientStreamWriter<TRequest> RequestWriter { get; }

    public IServerStreamWriter<TResponse> ResponseWriter { get; }

    public IAsyncStreamReader<TResponse> ResponseReader { get; }

    public Task<TResponse> ResponseAsync => _response.Task;

    public Task<Metadata> ResponseHeadersAsync => _headers.Task;

    public Status GetStatus() => _status ?? throw new InvalidOperationException("the call has not ended: its status is not known yet");

    public Metadata GetTrailers() => _status is null ? throw new InvalidOperationException("the call has not ended: its trailers are not known yet") : _trailers;

    /// <summary>Runs the handler inline up to its first real wait; null means nobody serves the method.</summary>
    public void Start(Func<Task<TResponse>>? handler)
    {
        if (_status is not null)
            return;
        if (handler is null)
            End(new Status(StatusCode.Unimplemented, $"no service here implements {Context.Method}"), null, discard: false);
        else
            _ = RunAsync(handler);
    }

    public static async Task<TResponse> WithoutResponse(Task handler)
    {
        await handler.ConfigureAwait(false);
        return null!;
    }

    public void Dispose()
    {
        Cancel(StatusCode.Cancelled, "the call was disposed");
        _callerToken.Dispose();
        _deadline?.Dispose();
    }

    // The top of a handler: whatever it throws becomes the status of the call, as on a server.
    private async Task RunAsync(Func<Task<TResponse>> handler)
    {
        try
        {
            var response = await handler().ConfigureAwait(false);
            End(Context.Status, response, discard: false);
        }
        catch (RpcException e)
        {
            foreach (var entry in e.Trailers)
                Context.ResponseTrailers.Add(entry);
            End(e.Status, null, discard: false);
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            End(new Status(StatusCode.Cancelled, "the handler was cancelled"), null, discard: true);
        }
        catch (Exception e)
        {
            End(new Status(StatusCode.Unknown, $"the handler threw {e.GetType().Name}: {e.Message}", e), null, discard: false);
        }
    }

    // The handler unwinds first, then the caller hears: both inline, in this order always.
    private void Cancel(StatusCode code, string detail)
    {
        lock (_gate)
        {
            if (_status is not null)
                return;
            _status = new Status(code, detail);
        }
        _requests.Complete(new OperationCanceledException(detail, _cancellation.Token), discard: true);
        _cancellation.Cancel();
        Publish(null, discard: true);
    }

    private void End(Status status, TResponse? response, bool discard)
    {
        lock (_gate)
        {
            if (_status is not null)
                return;
            _status = status;
            _trailers = Context.ResponseTrailers;
        }
        _requests.Complete(null, discard: true);
        Publish(response, discard);
    }

    private void Publish(TResponse? response, bool discard)
    {
        _callerToken.Unregister();
        _deadline?.Dispose();
        _headers.TrySetResult([]);
        if (_status!.Value.StatusCode == StatusCode.OK)
        {
            _responses.Complete(null, discard);
            _response.TrySetResult(response!);
            return;
        }
        var error = new RpcException(_status.Value, _trailers);
        _responses.Complete(error, discard);
        _response.TrySetException(error);
        // A stream's caller reads the status from the stream: nobody has to look at the task as well.
        _ = _response.Task.Exception;
    }

    private Exception EndedError() => _status is { StatusCode: not StatusCode.OK } status
        ? new RpcException(status, _trailers)
        : new InvalidOperationException($"{Context.Method} has ended: nothing can be written any more");

    private sealed class ClientWriter(InProcessCall<TRequest, TResponse> call) : IClientStreamWriter<TRequest>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(TRequest message) => call._status is not null
            ? Task.FromException(call.EndedError())
            : call._requests.Write(message);

        public Task CompleteAsync()
        {
            call._requests.Complete(null, discard: false);
            return Task.CompletedTask;
        }
    }

    private sealed class ServerWriter(InProcessCall<TRequest, TResponse> call) : IServerStreamWriter<TResponse>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(TResponse message)
        {
            if (call._status is not null)
            {
                return call._cancellation.IsCancellationRequested
                    ? Task.FromException(new OperationCanceledException($"{call.Context.Method} has ended", call._cancellation.Token))
                    : Task.FromException(call.EndedError());
            }
            call._headers.TrySetResult([]);
            return call._responses.Write(message);
        }
    }

    private sealed class Reader<T>(MessageQueue<T> queue, Action cancelCall, CancellationToken callToken) : IAsyncStreamReader<T>
        where T : class
    {
        public T Current => queue.Current;

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (callToken.IsCancellationRequested)
                return Task.FromCanceled<bool>(callToken);
            if (cancellationToken.IsCancellationRequested)
                return Task.FromCanceled<bool>(cancellationToken);
            return !cancellationToken.CanBeCanceled || cancellationToken == callToken
                ? queue.MoveNextAsync()
                : MoveNextCancellableAsync(cancellationToken);
        }

        private async Task<bool> MoveNextCancellableAsync(CancellationToken cancellationToken)
        {
            using var registration = cancellationToken.Register(() =>
            {
                cancelCall();
                queue.CancelRead(cancellationToken);
            });
            return await queue.MoveNextAsync().ConfigureAwait(false);
        }
    }
}
