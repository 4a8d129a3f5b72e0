using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Contracts;

namespace Telemetry.Tui.Feed;

/// <summary>
/// Follows a data center's feed for ever: subscribes, hands updates to a bounded queue, and when the stream ends for
/// whatever reason dials again with growing pauses. A full queue stops the reading, so that the data center, not this
/// process, decides what to drop, and says how much.
/// </summary>
internal sealed partial class FeedClient(Func<ChannelBase> connect, TimeProvider time, ILogger log)
{
    /// <summary>Updates that wait for the screen at most.</summary>
    public const int Capacity = 4096;

    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Channel<Received> _queue = Channel.CreateBounded<Received>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = true });

    private FeedStatus _status = FeedStatus.Initial;

    public FeedStatus Status => Volatile.Read(ref _status);

    /// <summary>Takes the oldest update that waits.</summary>
    public bool TryRead(out Received received) => _queue.Reader.TryRead(out received);

    /// <summary>Completes when there is something to <see cref="TryRead"/>.</summary>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken) => _queue.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>How long to wait before dial number <paramref name="attempt"/> (from 1): doubling from 250 ms up to 5 s.</summary>
    public static TimeSpan Pause(int attempt)
    {
        double factor = Math.Pow(2, Math.Clamp(attempt - 1, 0, 16));
        return TimeSpan.FromTicks((long)Math.Min(FirstPause.Ticks * factor, LongestPause.Ticks));
    }

    /// <summary>Runs until cancelled; no failure of the other side ends it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int attempt = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            string reason;
            Set(new FeedStatus(FeedPhase.Connecting, attempt, Status.Reason, 0));
            try
            {
                long seen = await FollowAsync(cancellationToken).ConfigureAwait(false);
                attempt = seen > 0 ? 0 : attempt;
                reason = "the data center closed the feed";
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // the loop's top: whatever happened, the screen stays and dials again
            catch (Exception fault)
#pragma warning restore CA1031
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                attempt = Status.Phase == FeedPhase.Connected ? 0 : attempt;
                reason = Describe(fault);
            }

            attempt++;
            TimeSpan pause = Pause(attempt);
            LogLost(log, attempt, reason, pause.TotalSeconds);
            Set(new FeedStatus(FeedPhase.Lost, attempt, reason, time.GetTimestamp() + Ticks(pause)));
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One line that names what failed, without the stack of wrappers that gRPC puts around it.</summary>
    internal static string Describe(Exception fault)
    {
        Exception inner = fault;
        while (inner.InnerException is { } next)
        {
            inner = next;
        }

        string text = inner is RpcException rpc
            ? rpc.Status.Detail.Length > 0 ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : rpc.StatusCode.ToString()
            : inner.Message;
        int line = text.AsSpan().IndexOfAny('\r', '\n');
        return line < 0 ? text : text[..line];
    }

    private async Task<long> FollowAsync(CancellationToken cancellationToken)
    {
        ChannelBase channel = connect();
        try
        {
            return await ReadAsync(channel, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // A new channel for every dial: none of its own back-off adds to ours.
            (channel as IDisposable)?.Dispose();
        }
    }

    private async Task<long> ReadAsync(ChannelBase channel, CancellationToken cancellationToken)
    {
        long seen = 0;
        using AsyncServerStreamingCall<Update> call = new Collector.Contracts.Feed.FeedClient(channel)
            .Subscribe(new SubscribeRequest { Client = "tui" }, cancellationToken: cancellationToken);
        await foreach (Update update in call.ResponseStream.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (seen++ == 0)
            {
                LogConnected(log, channel.Target);
                Set(new FeedStatus(FeedPhase.Connected, 0, "", 0));
            }

            await _queue.Writer.WriteAsync(new Received(update, time.GetTimestamp()), cancellationToken).ConfigureAwait(false);
        }

        return seen;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private void Set(FeedStatus status) => Volatile.Write(ref _status, status);
}
