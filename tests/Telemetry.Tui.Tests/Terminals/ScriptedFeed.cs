using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Tui.Feed;
using Telemetry.Tui.Terminals;

namespace Telemetry.Tui.Tests.Terminals;

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class HandClock : TimeProvider
{
    public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;
}

/// <summary>A dashboard whose feed says what the test wrote, without any socket.</summary>
internal sealed class ScriptedFeed : ChannelBase
{
    private readonly Channel<Update> _updates = Channel.CreateUnbounded<Update>();

    public ScriptedFeed()
        : base("script")
    {
        Client = new FeedClient(() => this, Clock, NullLogger.Instance);
        Options = new TuiOptions { Address = new Uri("http://127.0.0.1:9559"), Time = Clock };
        Dashboard = new Dashboard(Client, Options);
    }

    public HandClock Clock { get; } = new();

    public FeedClient Client { get; }

    public TuiOptions Options { get; }

    public Dashboard Dashboard { get; }

    /// <summary>Starts following, and returns when the dashboard has taken the snapshot.</summary>
    public async Task StartAsync(Update.Types.Snapshot snapshot, CancellationToken stop)
    {
        Assert.True(_updates.Writer.TryWrite(Fabrics.Of(snapshot)));
        _ = Client.RunAsync(stop);
        Assert.True(await Client.WaitToReadAsync(stop));
        Dashboard.Pump();
    }

    /// <summary>Ends the stream as a dying server does, and returns when the client noticed.</summary>
    public async Task DieAsync()
    {
        _updates.Writer.TryComplete();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (Client.Status.Phase != FeedPhase.Lost)
        {
            await Task.Delay(5, limit.Token);
        }
    }

    public override CallInvoker CreateCallInvoker() => new Invoker(_updates.Reader);

    private sealed class Invoker(ChannelReader<Update> updates) : CallInvoker
    {
        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            new((IAsyncStreamReader<TResponse>)(object)new Reader(updates), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unexpected(method);

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unexpected(method);

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unexpected(method);

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unexpected(method);

        private static InvalidOperationException Unexpected(IMethod method) => new($"the UI has no business calling {method.FullName}");
    }

    private sealed class Reader(ChannelReader<Update> updates) : IAsyncStreamReader<Update>
    {
        public Update Current { get; private set; } = new();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await updates.WaitToReadAsync(cancellationToken))
            {
                return false;
            }

            Current = await updates.ReadAsync(cancellationToken);
            return true;
        }
    }
}
