using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Hosting;

namespace Telemetry.Collector.Tests.Delivery;

/// <summary>An upstream that is gone for long, and comes back.</summary>
public sealed class UpstreamGoneTests : IDisposable
{
    // Ten minutes of a window each 100 ms.
    private const int Batches = 6000;

    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-gone").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Task<GrpcHost> ServeAsync(Receiver receiver, int port) => GrpcHost.StartAsync(
        new IPEndPoint(IPAddress.Loopback, port), null, services => services.AddSingleton(receiver), app => app.MapGrpcService<Receiver>(),
        NullLoggerFactory.Instance, CancellationToken.None);

    private long SizeOnDisk() => new DirectoryInfo(_directory).EnumerateFiles().Sum(file => file.Length);

    [Fact]
    public async Task RunAsync_UpstreamGoneTenMinutes_SpoolGrowsToItsLimitAndDrainsInOrder()
    {
        Receiver receiver = new();
        string url;
        await using (GrpcHost former = await ServeAsync(receiver, 0))
        {
            url = former.Url;
        }

        SpoolOptions options = new() { Directory = _directory, SegmentBytes = 64 << 10, LimitBytes = 512 << 10 };
        using Spool spool = new(options, TimeProvider.System);
        UpstreamPusher pusher = new(
            new PusherOptions { Url = url, FirstBackoff = TimeSpan.FromMilliseconds(10), LongestBackoff = TimeSpan.FromMilliseconds(50) },
            spool, TimeProvider.System, NullLogger.Instance);
        using CancellationTokenSource stop = new();
        Task pushing = pusher.RunAsync(stop.Token);
        long largest = 0;
        for (int i = 0; i < Batches; i++)
        {
            Window window = new() { StartNs = i * 100_000_000L, LengthNs = 100_000_000 };
            for (uint port = 0; port < 10; port++)
            {
                window.Ports.Add(new PortWindow { Switch = "s1", Port = port, Packets = (ulong)i });
            }

            spool.Append(new Batch { Sender = "node-1", Windows = { window } }, []);
            largest = i % 100 == 0 ? Math.Max(largest, SizeOnDisk()) : largest;
        }

        OutboxStatistics full = spool.Statistics;
        Assert.InRange(largest, options.LimitBytes / 2, options.LimitBytes + (2 * options.SegmentBytes));
        Assert.Equal((Batches, (long)Batches), (full.Appended, full.Pending + full.Dropped));
        Assert.InRange(full.Dropped, 1, Batches - 100);

        await using GrpcHost back = await ServeAsync(receiver, new Uri(url).Port);
        for (int i = 0; i < 6000 && spool.Statistics.Pending > 0; i++)
        {
            await Task.Delay(10);
        }

        Assert.Equal(0, spool.Statistics.Pending);
        await stop.CancelAsync();
        await pushing.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);

        // Each one once, in order, from the oldest that was kept to the newest.
        Assert.Equal(Enumerable.Range((int)full.Dropped + 1, Batches - (int)full.Dropped).Select(number => (ulong)number), receiver.Sequences);
    }

    /// <summary>Acknowledges each batch and remembers those that are new to it.</summary>
    internal sealed class Receiver : Ingest.IngestBase
    {
        public List<ulong> Sequences { get; } = [];

        public override async Task Push(IAsyncStreamReader<Batch> requestStream, IServerStreamWriter<Ack> responseStream, ServerCallContext context)
        {
            await context.WriteResponseHeadersAsync([]);
            while (await requestStream.MoveNext())
            {
                Batch batch = requestStream.Current;
                if (Sequences.Count == 0 || batch.Sequence > Sequences[^1])
                {
                    Sequences.Add(batch.Sequence);
                }

                await responseStream.WriteAsync(new Ack { Epoch = batch.Epoch, Sequence = Sequences[^1] });
            }
        }
    }
}
