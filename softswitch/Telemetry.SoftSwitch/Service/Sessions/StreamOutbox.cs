using System.Diagnostics.CodeAnalysis;
using Grpc.Core;

namespace Telemetry.SoftSwitch.Service.Sessions;

/// <summary>
/// What a stream still has to send. Writes go out one at a time; in process each completes inline, over the network the
/// rest waits here. Beyond a limit, messages that may be dropped are, and counted; beyond a higher one the others too.
/// </summary>
internal sealed class StreamOutbox<T>(IServerStreamWriter<T> writer)
    where T : class
{
    private const int MaxWaiting = 4096;
    private const int HardLimit = 65_536;
    private readonly Queue<T> _waiting = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _drained;
    private bool _isWriting;
    private bool _isClosed;
    private long _dropped;

    /// <summary>Messages that found the limit reached or the stream gone.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Sends, or puts the message behind those that wait; false when it was dropped.</summary>
    public bool Send(T message, bool canDrop)
    {
        lock (_gate)
        {
            if (_isClosed || _waiting.Count >= (canDrop ? MaxWaiting : HardLimit))
            {
                Interlocked.Increment(ref _dropped);
                return false;
            }

            _waiting.Enqueue(message);
            if (_isWriting)
            {
                return true;
            }

            _isWriting = true;
        }

        _ = DrainAsync();
        return true;
    }

    /// <summary>Completes when nothing waits any more.</summary>
    public Task DrainedAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_isWriting)
            {
                return Task.CompletedTask;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task.WaitAsync(cancellation);
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _waiting.Clear();
        }
    }

    private async Task DrainAsync()
    {
        try
        {
            while (TryNext(out T? message))
            {
                await writer.WriteAsync(message).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException or OperationCanceledException or IOException)
        {
            Interlocked.Increment(ref _dropped); // the stream has ended: the read loop notices and takes the controller off
            Close();
            lock (_gate)
            {
                _drained?.TrySetResult();
            }
        }
    }

    private bool TryNext([NotNullWhen(true)] out T? message)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out message))
            {
                _isWriting = false;
                _drained?.TrySetResult();
                return false;
            }

            return true;
        }
    }
}
