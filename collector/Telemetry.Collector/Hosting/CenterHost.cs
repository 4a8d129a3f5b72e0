using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Centers;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Feeds;
using Telemetry.Collector.Polling;
using Telemetry.Collector.Introspecting;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Hosting;

/// <summary>Runs a center in real time: serves its nodes over gRPC and pushes to the data center.</summary>
public sealed partial class CenterHost : IAsyncDisposable
{
    private readonly Lock _engineLock = new();
    private readonly CenterEngine _engine;
    private readonly IOutbox _outbox;
    private readonly UpstreamPusher _pusher;
    private readonly ArrivalSignal _progress = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopPushing = new();
    private readonly TimeProvider _time;
    private readonly CenterHostOptions _options;
    private readonly StatusBoard _board;
    private MetricsServer? _metrics;
    private GrpcHost? _server;
    private Task _ticking = Task.CompletedTask;
    private Task _pushing = Task.CompletedTask;

    private CenterHost(CenterHostOptions options, TimeProvider time, ILoggerFactory loggers, IOutbox outbox)
    {
        _time = time;
        _outbox = outbox;
        _engine = new CenterEngine(options.Center, time, outbox, outbox.Marks);
        _options = options;
        _board = new StatusBoard(options.Center.Name, DeviceKind.Center, options.Center.Cluster, RunClock.NowNs(time));
        _pusher = new UpstreamPusher(options.Pusher, outbox, time, loggers.CreateLogger<UpstreamPusher>());
    }

    /// <summary>Where nodes connect, with the port that was chosen.</summary>
    public string Url => _server?.Url ?? "";

    /// <summary>Counts of the connection upward.</summary>
    public OutboxStatistics Outbox => _outbox.Statistics;

    /// <summary>True while the data center is connected.</summary>
    public bool Connected => _pusher.Connected;

    /// <summary>What was counted on arrival.</summary>
    public ArrivalStatistics Arrivals
    {
        get
        {
            lock (_engineLock)
            {
                return _engine.Statistics;
            }
        }
    }

    /// <summary>Opens the spool, serves, and starts everything.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    /// <exception cref="HostFaultException">The address is in use or not this machine's, or the spool cannot be used; names it.</exception>
    public static async Task<CenterHost> StartAsync(
        CenterHostOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        options.Validate();
        IPEndPoint listen = EndPoints.Parse(options.Listen);
        IOutbox outbox = Outboxes.Open(options.Spool, options.OutboxLimit, time);
        CenterHost host = new(options, time, loggers, outbox);
        try
        {
            IngestService ingest = new(host.Accept, host.AckOf, host._progress, host._stop.Token);
            host._server = await GrpcHost.StartAsync(
                listen,
                options.Tls,
                services => services.AddSingleton(ingest).AddSingleton(new ObservationService(host.Observe)).AddSingleton(new StatusService(() => host.Tiers)),
                app =>
                {
                    app.MapGrpcService<IngestService>();
                    app.MapGrpcService<ObservationService>();
                    app.MapGrpcService<StatusService>();
                },
                loggers,
                cancellation).ConfigureAwait(false);
            host._metrics = await MetricsServer.StartAsync(options.Metrics, options.Tls, new StageMetrics(() => host.Tiers), loggers, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        LogServing(loggers.CreateLogger<CenterHost>(), options.Center.Name, host.Url, options.Upstream);
        host._ticking = Task.Run(() => host.TickAsync(host._stop.Token), CancellationToken.None);
        host._pushing = Task.Run(() => host._pusher.RunAsync(host._stopPushing.Token), CancellationToken.None);
        return host;
    }

    /// <summary>Completes when the host ends, with the fault that ended it.</summary>
    public Task WaitAsync() => Task.WhenAny(_ticking, _pushing).Unwrap();

    /// <summary>Releases what waits, gives a connected data center a second to take it, and stops; what was not acknowledged stays in the spool, if there is one.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        if (_metrics is not null)
        {
            await _metrics.DisposeAsync().ConfigureAwait(false);
        }

        await _ticking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_engineLock)
        {
            _engine.Flush();
        }

        await Outboxes.DrainAsync(_outbox, _pusher, _time).ConfigureAwait(false);
        await _stopPushing.CancelAsync().ConfigureAwait(false);
        await _pushing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        (_outbox as IDisposable)?.Dispose();
        _stop.Dispose();
        _stopPushing.Dispose();
    }

    private Ack Accept(Batch batch)
    {
        lock (_engineLock)
        {
            return _engine.Accept(batch);
        }
    }

    private string Observe(Observation observation)
    {
        lock (_engineLock)
        {
            return _engine.Observe(observation);
        }
    }

    private Ack AckOf(string sender)
    {
        lock (_engineLock)
        {
            return _engine.AckOf(sender);
        }
    }

    private IReadOnlyList<TierStatus> Tiers
    {
        get
        {
            lock (_engineLock)
            {
                return _engine.Tiers;
            }
        }
    }

    private TierStatus TellStatus()
    {
        long nowNs = RunClock.NowNs(_time);
        ArrivalStatistics arrived = _engine.Statistics;
        Stage arrive = StatusBoard.Stage("arrive", "batches", arrived.Accepted, arrived.Missing, arrived.Waiting);
        StatusBoard.Error(arrive, "repeat", arrived.Repeats);
        StatusBoard.Error(arrive, "refused", arrived.Refused);
        CondenseStatistics condensed = _engine.Condensed;
        Stage condense = StatusBoard.Stage("condense", "bytes out", condensed.BytesOut);
        StatusBoard.Error(condense, "bytes_in", condensed.BytesIn);
        StatusBoard.Error(condense, "flows_left_out", condensed.FlowsIn - condensed.FlowsOut);
        StatusBoard.Error(condense, "flow_packets_left_out", condensed.PacketsOmitted);
        TierStatus status = _board.Tell(nowNs, arrive, condense, StatusBoard.Send(_outbox, nowNs, 0));
        (status.Upstream, status.Connected) = (_pusher.Upstream, _pusher.Connected);
        status.Fault = _engine.Fault.Length > 0 ? _engine.Fault : _pusher.Connected ? "" : _pusher.LastError;
        return status;
    }

    private async Task TickAsync(CancellationToken stop)
    {
        ProcessSelf self = new(_time);
        long ticks = 0;
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                DeviceUsage? own = ticks++ % 20 == 0 ? self.Read() : null;
                lock (_engineLock)
                {
                    if (own is { } usage)
                    {
                        _engine.OnSelf(usage.CpuPercent, usage.MemoryBytes);
                        _engine.OnStatus(TellStatus());
                    }

                    _engine.Tick();
                }

                _progress.Raise();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
    }
}
