using Grpc.Core;
using P4.V1;

namespace Telemetry.SoftSwitch.Service;

/// <summary>
/// What a controller's stream still has to send. Writes go out one at a time; in process each completes inline, over
/// the network the rest waits here. Packets beyond the limit are dropped and counted, other messages never are.
/// </summary>
internal sealed class StreamOutbox(IServerStreamWriter<StreamMessageResponse> writer)
{
    private const int MaxWaitingPackets = 4096;
    private readonly Queue<StreamMessageResponse> _waiting = new();
    private readonly Lock _gate = new();
    private bool _isWriting;
    private bool _isClosed;
    private long _dropped;

    /// <summary>Packet-ins that found the limit reached or the stream gone.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Send(StreamMessageResponse message)
    {
        lock (_gate)
        {
            if (_isClosed || (message.Packet is not null && _waiting.Count >= MaxWaitingPackets))
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            _waiting.Enqueue(message);
            if (_isWriting)
            {
                return;
            }

            _isWriting = true;
        }

        _ = DrainAsync();
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
            while (TryNext(out StreamMessageResponse? message))
            {
                await writer.WriteAsync(message).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException or OperationCanceledException or IOException)
        {
            Interlocked.Increment(ref _dropped); // the stream has ended: the read loop notices and takes the controller off
            Close();
        }
    }

    private bool TryNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StreamMessageResponse? message)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out message))
            {
                _isWriting = false;
                return false;
            }

            return true;
        }
    }
}
