using Grpc.Core;

namespace Telemetry.P4Runtime;

/// <summary>One direction of a stream: bounded, one reader, the reader's continuation runs inside <see cref="Write"/>.</summary>
internal sealed class MessageQueue<T>(int limit, string name)
    where T : class
{
    private readonly Queue<T> _waiting = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource<bool>? _reader;
    private T? _current;
    private bool _completed;
    private Exception? _error;

    public T Current => _current ?? throw new InvalidOperationException($"{name}: MoveNext has not returned true");

    /// <summary>Hands the message to the waiting reader or keeps it; the task has always completed, with ResourceExhausted over the limit.</summary>
    public Task Write(T message)
    {
        TaskCompletionSource<bool>? reader;
        lock (_gate)
        {
            if (_completed)
                return Task.FromException(new InvalidOperationException($"{name}: the stream is complete"));
            reader = _reader;
            if (reader is null)
            {
                if (_waiting.Count >= limit)
                    return Task.FromException(new RpcException(new Status(StatusCode.ResourceExhausted, $"{name}: {limit} messages wait unread")));
                _waiting.Enqueue(message);
                return Task.CompletedTask;
            }
            _reader = null;
            _current = message;
        }
        reader.SetResult(true);
        return Task.CompletedTask;
    }

    /// <summary>Ends the stream once; <paramref name="error"/> is thrown to the reader after what waits, or at once with <paramref name="discard"/>.</summary>
    public void Complete(Exception? error, bool discard)
    {
        TaskCompletionSource<bool>? reader;
        lock (_gate)
        {
            if (_completed)
            {
                // The caller half-closed before: a later failure of the call still has to reach the reader.
                _error ??= error;
                if (discard)
                    _waiting.Clear();
                return;
            }
            _completed = true;
            _error = error;
            if (discard)
                _waiting.Clear();
            reader = _reader;
            _reader = null;
        }
        if (error is null)
            reader?.SetResult(false);
        else
            reader?.SetException(error);
    }

    /// <summary>Fails the waiting read, if there is one, as cancelled.</summary>
    public void CancelRead(CancellationToken token)
    {
        TaskCompletionSource<bool>? reader;
        lock (_gate)
        {
            reader = _reader;
            _reader = null;
        }
        reader?.SetCanceled(token);
    }

    public Task<bool> MoveNextAsync()
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out _current))
                return Task.FromResult(true);
            if (_completed)
                return _error is null ? Task.FromResult(false) : Task.FromException<bool>(_error);
            if (_reader is not null)
                return Task.FromException<bool>(new InvalidOperationException($"{name}: a read is already waiting"));
            _reader = new TaskCompletionSource<bool>();
            return _reader.Task;
        }
    }
}
