using Grpc.Core;
using P4.V1;

namespace Telemetry.Controller.Client;

/// <summary>
/// Writes a stream's messages one after the other from any thread. What finds the buffer full is refused, and what
/// still waits when the stream breaks is lost: both are counted, if they are packets.
/// </summary>
internal sealed class StreamSender(IClientStreamWriter<StreamMessageRequest> writer, int limit)
{
    private readonly Queue<StreamMessageRequest> _waiting = new();
    private readonly Lock _gate = new();
    private bool _broken;
    private bool _sending;
    private TaskCompletionSource? _idle;
    private long _dropped;

    public long Dropped => Interlocked.Read(ref _dropped);

    public bool TrySend(StreamMessageRequest message)
    {
        lock (_gate)
        {
            if (_broken || _waiting.Count >= limit)
            {
                _dropped += Packets(message);
                return false;
            }

            _waiting.Enqueue(message);
            if (_sending)
            {
                return true;
            }

            _sending = true;
            _idle = new TaskCompletionSource();
        }

        _ = SendAllAsync(_idle); // its end is awaited through StopAsync
        return true;
    }

    /// <summary>Refuses further messages and completes when nothing is being written any more.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _broken = true;
            _dropped += _waiting.Sum(Packets);
            _waiting.Clear();
            return _sending ? _idle!.Task : Task.CompletedTask;
        }
    }

    private async Task SendAllAsync(TaskCompletionSource idle)
    {
        while (true)
        {
            StreamMessageRequest? message;
            lock (_gate)
            {
                if (_broken || !_waiting.TryDequeue(out message))
                {
                    _sending = false;
                    message = null;
                }
            }

            if (message is null)
            {
                idle.SetResult();
                return;
            }

            try
            {
                await writer.WriteAsync(message).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // top of the loop: whatever broke the stream, its reader learns it too and reports it
            catch (Exception)
#pragma warning restore CA1031
            {
                lock (_gate)
                {
                    _broken = true;
                    _dropped += Packets(message) + _waiting.Sum(Packets);
                    _waiting.Clear();
                }
            }
        }
    }

    // A claim to be primary that finds nobody, as while a switch restarts, is no packet.
    private static long Packets(StreamMessageRequest message) => message.UpdateCase == StreamMessageRequest.UpdateOneofCase.Packet ? 1 : 0;
}
