using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Devices;
using Telemetry.Collector.Feeds;
using Telemetry.Collector.History;
using Telemetry.Collector.Polling;
using Telemetry.Collector.Introspecting;
using Telemetry.Collector.Time;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;

namespace Telemetry.Collector.Hosting;

/// <summary>Runs the data center in real time: serves centers and watchers over gRPC, and keeps the history.</summary>
public sealed partial class DataCenterHost : IAsyncDisposable
{
    private readonly Lock _engineLock = new();
    private readonly DataCenterEngine _engine;
    private readonly IHistoryStore _store;
    private readonly ArrivalSignal _progress = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly StatusBoard _board;
    private MetricsServer? _metrics;
    private OtlpExporter? _otlp;
    private readonly ILogger _log;
    private GrpcHost? _server;
    private Task _ticking = Task.CompletedTask;
    private Task _tending = Task.CompletedTask;
    private Task _probing = Task.CompletedTask;
    private readonly int _uncommittedLimit;
    private string _toldFault = "";

    private DataCenterHost(
        DataCenterHostOptions options, IPortDetector detector, AlertOptions alerts, TimeProvider time, ILoggerFactory loggers, IHistoryStore store)
    {
        _time = time;
        _store = store;
        _log = loggers.CreateLogger<DataCenterHost>();
        _uncommittedLimit = options.DataCenter.MaxUncommittedWindows;
        _board = new StatusBoard(options.DataCenter.Name, DeviceKind.DataCenter, "", RunClock.NowNs(time));
        _engine = new DataCenterEngine(options.DataCenter, time, store, detector, alerts);
    }

    /// <summary>Where centers and watchers connect, with the port that was chosen.</summary>
    public string Url => _server?.Url ?? "";

    /// <summary>Opens the history, serves, and starts everything.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="detector">Judges the ports' windows.</param>
    /// <param name="alerts">When verdicts become an alert.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    /// <exception cref="HostFaultException">The address is in use or not this machine's, or the history cannot be opened; names it.</exception>
    public static async Task<DataCenterHost> StartAsync(
        DataCenterHostOptions options,
        IPortDetector detector,
        AlertOptions alerts,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        options.Validate();
        IPEndPoint listen = EndPoints.Parse(options.Listen);
        DataCenterHost host;
        try
        {
            IHistoryStore store = options.HistoryFile is null ? DuckDbHistoryStore.InMemory() : DuckDbHistoryStore.Open(options.HistoryFile);
            host = new DataCenterHost(options, detector, alerts, time, loggers, store);
        }
        catch (HistoryException fault)
        {
            throw new HostFaultException(fault.Message, fault);
        }

        try
        {
            IngestService ingest = new(host.Accept, host.AckOf, host._progress, host._stop.Token);
            DeviceBook book = OpenBook(options.DevicesFile);
            host._engine.OnManagedDevices(book.ToInventory());
            DevicesService devices = new(book, host._engine, host._engineLock);
            FeedService feed = new(host._engine, host._engineLock, host._stop.Token);
            host._server = await GrpcHost.StartAsync(
                listen,
                options.Tls,
                services => services.AddSingleton(ingest).AddSingleton(feed).AddSingleton(devices).AddSingleton(new StatusService(() => host.Ask(engine => engine.Tiers))),
                app =>
                {
                    app.MapGrpcService<IngestService>();
                    app.MapGrpcService<FeedService>();
                    app.MapGrpcService<StatusService>();
                    app.MapGrpcService<DevicesService>();
                },
                loggers,
                cancellation).ConfigureAwait(false);
            ReachProber prober = new(() => host.Ask(_ => book.Devices.ToList()), device => host.Ask(engine => Reached(engine, device)), time);
            host._probing = Task.Run(() => prober.RunAsync(host._stop.Token), CancellationToken.None);
            if (options.Metrics is not null)
            {
                StageMetrics metrics = new(() => host.Ask(engine => engine.Tiers));
                metrics.Watch(new NetworkMetrics(metrics.Registry, options.MetricsSeries), host.Subscribe("prometheus"), host._stop.Token);
                host._metrics = await MetricsServer.StartAsync(options.Metrics, options.Tls, metrics, loggers, cancellation).ConfigureAwait(false);
            }

            if (options.Otlp is { } otlp)
            {
                host._otlp = new OtlpExporter(otlp, options.DataCenter.Name, host.Subscribe("otlp"), () => host.Ask(engine => engine.Tiers));
            }
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        LogServing(host._log, options.DataCenter.Name, host.Url, options.HistoryFile ?? "memory");
        host._ticking = Task.Run(() => host.TickAsync(host._stop.Token), CancellationToken.None);
        host._tending = Task.Run(() => host.TendAsync(options.Retention, host._stop.Token), CancellationToken.None);
        return host;
    }

    /// <summary>Uses the data center's core from any thread.</summary>
    public T Ask<T>(Func<DataCenterEngine, T> question)
    {
        ArgumentNullException.ThrowIfNull(question);
        lock (_engineLock)
        {
            return question(_engine);
        }
    }

    /// <summary>Completes when the host ends, with the fault that ended it.</summary>
    public Task WaitAsync() => _ticking;

    /// <summary>Stops everything and stores what is not stored yet.</summary>
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

        if (_otlp is not null)
        {
            await _otlp.DisposeAsync().ConfigureAwait(false);
        }

        await _ticking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _tending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _probing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_engineLock)
        {
            try
            {
                _engine.Flush();
            }
            catch (HistoryException fault)
            {
                LogFault(_log, fault.Message);
            }
        }

        _store.Dispose();
        _stop.Dispose();
    }

    private Ack Accept(Batch batch)
    {
        lock (_engineLock)
        {
            return _engine.Accept(batch);
        }
    }

    private Ack AckOf(string sender)
    {
        lock (_engineLock)
        {
            return _engine.AckOf(sender);
        }
    }

    private static bool Reached(DataCenterEngine engine, ManagedDevice device)
    {
        engine.OnReached(device.Name, device.Kind);
        return true;
    }

    /// <exception cref="HostFaultException">The inventory cannot be read; names the file and every fault.</exception>
    private static DeviceBook OpenBook(string? file)
    {
        try
        {
            return new DeviceBook(file);
        }
        catch (IOException fault)
        {
            throw new HostFaultException(fault.Message, fault);
        }
    }

    private FeedSubscription Subscribe(string client) => Ask(engine => engine.Subscribe(client));

    private TierStatus TellStatus()
    {
        long nowNs = RunClock.NowNs(_time);
        ArrivalStatistics arrived = _engine.Statistics;
        Stage arrive = StatusBoard.Stage("arrive", "batches", arrived.Accepted, arrived.Missing, arrived.Waiting);
        StatusBoard.Error(arrive, "repeat", arrived.Repeats);
        StatusBoard.Error(arrive, "refused", arrived.Refused);
        StatusBoard.Error(arrive, "malformed_distribution", arrived.MalformedDistributions);
        Stage judge = StatusBoard.Stage("judge", "windows", _engine.Windows);
        StatusBoard.Error(judge, "late", _engine.LateWindows);
        long lagNs = _engine.StoredToNs == 0 ? 0 : nowNs - _engine.StoredToNs;
        Stage store = StatusBoard.Stage("store", "rows", _store.Rows, 0, _engine.Uncommitted, _uncommittedLimit, lagNs);
        Stage feed = StatusBoard.Stage("feed", "watchers", _engine.Watchers, _engine.FeedDropped);
        feed.Rate = 0;
        TierStatus status = _board.Tell(nowNs, arrive, judge, store, feed);
        status.Fault = _engine.Fault;
        return status;
    }

    private async Task TendAsync(HistoryRetention retention, CancellationToken stop)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(10), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            try
            {
                _store.Tend(RunClock.NowNs(_time), retention);
            }
            catch (HistoryException fault)
            {
                LogFault(_log, fault.Message);
            }
        }
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
                string fault;
                lock (_engineLock)
                {
                    if (own is { } usage)
                    {
                        _engine.OnSelf(usage.CpuPercent, usage.MemoryBytes);
                        _engine.OnStatus(TellStatus());
                    }

                    _engine.Tick();
                    fault = _engine.Fault;
                }

                _progress.Raise();
                if (fault != _toldFault && fault.Length > 0)
                {
                    LogFault(_log, fault);
                }

                _toldFault = fault;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
    }
}
