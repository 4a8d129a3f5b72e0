using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Hosting;

namespace Telemetry.Collector.Tests.Delivery;

public class UpstreamPusherTests
{
    private const ulong Batches = 200;

    private static async Task<GrpcHost> ServeAsync(Receiver receiver) => await GrpcHost.StartAsync(
        new IPEndPoint(IPAddress.Loopback, 0), null, services => services.AddSingleton(receiver), app => app.MapGrpcService<Receiver>(),
        NullLoggerFactory.Instance, CancellationToken.None);

    private static MemoryOutbox Filled()
    {
        MemoryOutbox outbox = new(7, 1000);
        for (ulong i = 0; i < Batches; i++)
        {
            outbox.Append(new Batch { Sender = "center-1" }, []);
        }

        return outbox;
    }

    private static async Task PushAsync(PusherOptions options, MemoryOutbox outbox)
    {
        UpstreamPusher pusher = new(options, outbox, TimeProvider.System, NullLogger.Instance);
        using CancellationTokenSource stop = new();
        Task pushing = pusher.RunAsync(stop.Token);
        for (int i = 0; i < 3000 && outbox.Statistics.Pending > 0; i++)
        {
            await Task.Delay(20);
        }

        Assert.Equal(0, outbox.Statistics.Pending);
        await stop.CancelAsync();
        await pushing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Fact]
    public async Task RunAsync_ReceiverKnowsMoreThanIsInFlight_GoesOn()
    {
        // As after a crash of the sender: it begins far before what the receiver has already.
        Receiver receiver = new() { Known = 80, AnswerAfter = 64 };
        await using GrpcHost host = await ServeAsync(receiver);
        await PushAsync(new PusherOptions { Url = host.Url, InFlight = 64 }, Filled());
        Assert.Equal(Batches, receiver.Known);
    }

    [Fact]
    public async Task RunAsync_FirstUpstreamDoesNotAnswer_TurnsToTheNext()
    {
        Receiver receiver = new();
        string gone;
        await using (GrpcHost former = await ServeAsync(new Receiver()))
        {
            gone = former.Url;
        }

        await using GrpcHost host = await ServeAsync(receiver);
        await PushAsync(new PusherOptions { Url = gone, Others = [host.Url], FirstBackoff = TimeSpan.FromMilliseconds(1) }, Filled());
        Assert.Equal(Batches, receiver.Known);
    }

    /// <summary>Acknowledges what comes, first after a number of batches, and never below what it knows.</summary>
    internal sealed class Receiver : Ingest.IngestBase
    {
        public ulong Known { get; set; }

        public int AnswerAfter { get; init; }

        public override async Task Push(IAsyncStreamReader<Batch> requestStream, IServerStreamWriter<Ack> responseStream, ServerCallContext context)
        {
            await context.WriteResponseHeadersAsync([]);
            for (int i = 1; await requestStream.MoveNext(); i++)
            {
                Known = Math.Max(Known, requestStream.Current.Sequence);
                if (i >= AnswerAfter)
                {
                    await responseStream.WriteAsync(new Ack { Epoch = 7, Sequence = Known });
                }
            }
        }
    }
}
