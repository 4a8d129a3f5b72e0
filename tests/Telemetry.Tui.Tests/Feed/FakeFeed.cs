using System.Net;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Contracts;

namespace Telemetry.Tui.Tests.Feed;

/// <summary>A data center's feed in this process, on a real socket: sends one snapshot to each subscriber, then what is written.</summary>
internal sealed class FakeFeed(Update.Types.Snapshot snapshot) : Collector.Contracts.Feed.FeedBase, IAsyncDisposable
{
    private readonly Channel<Update> _updates = Channel.CreateUnbounded<Update>();
    private readonly CancellationTokenSource _die = new();
    private WebApplication? _app;

    public int Port { get; private set; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public static async Task<FakeFeed> StartAsync(Update.Types.Snapshot snapshot, int port = 0)
    {
        FakeFeed feed = new(snapshot);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(feed);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));
        feed._app = builder.Build();
        feed._app.MapGrpcService<FakeFeed>();
        await feed._app.StartAsync();
        string address = feed._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        feed.Port = new Uri(address).Port;
        return feed;
    }

    public void Send(Update update) => Assert.True(_updates.Writer.TryWrite(update));

    public override async Task Subscribe(SubscribeRequest request, IServerStreamWriter<Update> responseStream, ServerCallContext context)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, _die.Token);
        await responseStream.WriteAsync(Fabrics.Of(snapshot), either.Token);
        await foreach (Update update in _updates.Reader.ReadAllAsync(either.Token))
        {
            await responseStream.WriteAsync(update, either.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _die.CancelAsync();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _die.Dispose();
    }
}
