using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Security;

namespace Telemetry.Collector.Delivery;

/// <summary>
/// Sends an outbox to the tier above over gRPC and frees what is acknowledged. Reconnects for ever with growing
/// waits; after every reconnect it sends again from the last acknowledgement, and the receiver ignores repeats.
/// </summary>
public sealed partial class UpstreamPusher
{
    private readonly PusherOptions _options;
    private readonly IOutbox _outbox;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ArrivalSignal _acknowledged = new();
    private volatile string _upstream;

    /// <summary>Creates a pusher that does nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="outbox">What to send.</param>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="log">Connections and refusals.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public UpstreamPusher(PusherOptions options, IOutbox outbox, TimeProvider time, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _outbox = outbox;
        _time = time;
        _log = log;
        _upstream = options.Url;
    }

    /// <summary>The upstream that is connected or tried.</summary>
    public string Upstream => _upstream;

    /// <summary>True while a connection stands that acknowledged something or sent nothing yet.</summary>
    public bool Connected { get; private set; }

    /// <summary>Connections made so far.</summary>
    public long Connections { get; private set; }

    /// <summary>Why the last connection or batch failed; empty while all is well.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>Sends until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        string[] upstreams = [_options.Url, .. _options.Others];
        GrpcChannel[] channels = [.. upstreams.Select(url => Channels.Create(url, _options.Tls))];
        try
        {
            await PushForEverAsync(upstreams, channels, cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (GrpcChannel channel in channels)
            {
                channel.Dispose();
            }
        }
    }

    private async Task PushForEverAsync(string[] upstreams, GrpcChannel[] channels, CancellationToken cancellation)
    {
        int at = 0;
        TimeSpan wait = _options.FirstBackoff;
        while (!cancellation.IsCancellationRequested)
        {
            ulong before = _outbox.AcknowledgedSequence;
            long connections = Connections;
            _upstream = upstreams[at];
            try
            {
                await PushAsync(new Ingest.IngestClient(channels[at]), cancellation).ConfigureAwait(false);
                Fail("the upstream ended the stream");
            }
            catch (RpcException fault) when (!cancellation.IsCancellationRequested)
            {
                Fail(fault.Status.Detail);
            }
            catch (RpcException)
            {
                return;
            }
#pragma warning disable CA1031 // the loop's top: a peer killed at the wrong moment shows as a timeout, or as a write to a call that is complete
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Fail(fault.Message);
            }

            // The next one is tried only when this one did not answer at all: one that refuses a batch has its reasons.
            at = Connections == connections ? (at + 1) % upstreams.Length : at;
            wait = _outbox.AcknowledgedSequence > before ? _options.FirstBackoff : wait;
            try
            {
                await Task.Delay(wait, _time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, _options.LongestBackoff.Ticks));
        }
    }

    private async Task PushAsync(Ingest.IngestClient client, CancellationToken cancellation)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using AsyncDuplexStreamingCall<Batch, Ack> call = client.Push(cancellationToken: ended.Token);
        await call.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(5), _time, cancellation).ConfigureAwait(false);
        Connected = true;
        Connections++;
        LastError = "";
        LogConnected(_log, _upstream);
        Task<string> answers = ReadAnswersAsync(call.ResponseStream, ended.Token);
        Task sending = SendAsync(call.RequestStream, ended.Token);
        Task first = await Task.WhenAny(answers, sending).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        string refusal = first == answers ? await answers.ConfigureAwait(false) : "";
        await Quietly(first == answers ? sending : answers).ConfigureAwait(false);
        await first.ConfigureAwait(false);
        if (refusal.Length > 0)
        {
            throw new IOException(refusal);
        }
    }

    private async Task<string> ReadAnswersAsync(IAsyncStreamReader<Ack> answers, CancellationToken cancellation)
    {
        await foreach (Ack ack in answers.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            _outbox.Acknowledge(ack.Epoch, ack.Sequence);
            _acknowledged.Raise();
            if (ack.Error.Length > 0)
            {
                return ack.Error;
            }
        }

        return "";
    }

    private async Task SendAsync(IClientStreamWriter<Batch> stream, CancellationToken cancellation)
    {
        ulong sent = _outbox.AcknowledgedSequence;
        while (true)
        {
            if (_outbox.TryRead(sent, out Batch? batch))
            {
                ulong next = batch.Sequence;

                // After a reconnection the other side may acknowledge at once more than was sent again.
                await _acknowledged.WaitAsync(() => next <= _outbox.AcknowledgedSequence + (ulong)_options.InFlight, cancellation).ConfigureAwait(false);
                await stream.WriteAsync(batch, cancellation).ConfigureAwait(false);
                sent = next;
            }
            else
            {
                await _outbox.WaitAsync(sent, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits for the other half of a call that has ended; its fault is that of the call, which the first half tells.</summary>
    private static async Task Quietly(Task other)
    {
        await Task.WhenAny(other).ConfigureAwait(false);
        _ = other.Exception;
    }

    private void Fail(string why)
    {
        Connected = false;
        if (why != LastError)
        {
            LastError = why;
            LogDisconnected(_log, _upstream, why, _outbox.Statistics.Pending);
        }
    }
}
