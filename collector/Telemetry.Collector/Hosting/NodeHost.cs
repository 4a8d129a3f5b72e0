using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Polling;
using Telemetry.Collector.Sources;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Hosting;

/// <summary>
/// Runs a node in real time: receives reports over UDP into a bounded ring, decodes them, reads the switches' counters
/// and processes, and pushes batches to the center.
/// </summary>
public sealed partial class NodeHost : IAsyncDisposable
{
    private const int MaxDatagramBytes = 9216;

    private readonly NodeHostOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _engineLock = new();
    private readonly NodeEngine _engine;
    private readonly IOutbox _outbox;
    private readonly LossySink _sink;
    private readonly UpstreamPusher _pusher;
    private readonly List<UdpShard> _shards = [];
    private readonly List<Socket> _sockets;
    private readonly CaptureReader? _capture;
    private readonly CaptureClock? _captureClock;
    private readonly ManualResetEventSlim _arrived = new();
    private readonly KernelDrops? _kernelDrops;
    private readonly ProcDeviceProbe _probe;
    private readonly List<(SwitchTarget Target, SwitchPoller Poller, GrpcChannel Channel)> _switches = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopPushing = new();
    private Task[] _tasks = [];
    private Task _pushing = Task.CompletedTask;
    private long _toldDropped;

    private NodeHost(NodeHostOptions options, TimeProvider time, ILoggerFactory loggers, IOutbox outbox, List<Socket> sockets, CaptureReader? capture)
    {
        _options = options;
        _time = time;
        _log = loggers.CreateLogger<NodeHost>();
        _outbox = outbox;
        _sink = new LossySink(outbox);
        _sockets = sockets;
        _capture = capture;
        _captureClock = ClockOf(options, capture, time);
        _firstNs = _captureClock?.NowNs ?? 0;
        _engine = new NodeEngine(options.Node, _captureClock ?? time, _sink);
        _pusher = new UpstreamPusher(options.Pusher, outbox, time, loggers.CreateLogger<UpstreamPusher>());
        if (sockets.Count > 0)
        {
            EndPoint = (IPEndPoint)sockets[0].LocalEndPoint!;
            _kernelDrops = new KernelDrops(EndPoint.Port);
        }

        _probe = new ProcDeviceProbe(time);
    }

    /// <summary>Where reports arrive, with the port that was chosen; port 0 where they come from a capture.</summary>
    public IPEndPoint EndPoint { get; } = new(IPAddress.None, 0);

    /// <summary>Where reports come from, in words.</summary>
    public string Source => _options.Replay is { } replay ? $"reports from {replay.File}"
        : _options.Capture is { } capture ? $"reports from interface {capture.Interface}"
        : $"reports on {EndPoint}";

    /// <summary>Counts of the connection upward.</summary>
    public OutboxStatistics Outbox => _outbox.Statistics;

    /// <summary>True while the center is connected.</summary>
    public bool Connected => _pusher.Connected;

    /// <summary>Counted reports; a copy.</summary>
    public ReportCounters Counters
    {
        get
        {
            lock (_engineLock)
            {
                return _engine.Counters;
            }
        }
    }

    /// <summary>Binds the socket and starts everything.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where to log.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    /// <exception cref="HostFaultException">The address is in use or not this machine's, the capture or the spool cannot be used; names it.</exception>
    public static NodeHost Start(NodeHostOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        options.Validate();
        CaptureReader? capture = OpenCapture(options);
        List<Socket> sockets = [];
        try
        {
            sockets = capture is null ? Bind(options) : [];
            NodeHost host = new(options, time, loggers, Outboxes.Open(options.Spool, options.OutboxLimit, time), sockets, capture);
            host.Run(loggers);
            return host;
        }
        catch (HostFaultException)
        {
            sockets.ForEach(socket => socket.Dispose());
            capture?.Dispose();
            throw;
        }
    }

    /// <summary>Hands something to the node's core from any thread: device readings, link states, a new inventory.</summary>
    public void Tell(Action<NodeEngine> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        lock (_engineLock)
        {
            action(_engine);
        }
    }

    /// <summary>Completes when the host ends, with the fault that ended it.</summary>
    public Task WaitAsync() => Task.WhenAny([.. _tasks, _pushing]).Unwrap();

    /// <summary>Closes the last window, gives a connected center a second to take it, and stops; what was not acknowledged stays in the spool, if there is one.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (Task task in _tasks)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_metrics is not null)
        {
            await _metrics.DisposeAsync().ConfigureAwait(false);
        }

        foreach ((_, SwitchPoller poller, GrpcChannel channel) in _switches)
        {
            poller.Dispose();
            channel.Dispose();
        }

        _shards.ForEach(shard => shard.Dispose());
        TakeRest();
        _batch?.Dispose();
        _capture?.Dispose();
        lock (_engineLock)
        {
            TakeWaiting(int.MaxValue);
            _engine.Flush();
        }

        await Outboxes.DrainAsync(_outbox, _pusher, _time).ConfigureAwait(false);
        await _stopPushing.CancelAsync().ConfigureAwait(false);
        await _pushing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        (_outbox as IDisposable)?.Dispose();
        _stop.Dispose();
        _stopPushing.Dispose();
        _arrived.Dispose();
    }

    private void Run(ILoggerFactory loggers)
    {
        if (_options.Inventory is not null)
        {
            _engine.SetInventory(_options.Inventory);
        }

        foreach (SwitchTarget target in _options.Switches)
        {
            AddSwitch(target);
        }

        LogListening(_log, _options.Node.Name, Source, _options.Upstream);
        CancellationToken stop = _stop.Token;
        StartReceiving();
        _tasks = [Task.Factory.StartNew(() => Take(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default), Guarded(ProbeAsync, stop), Guarded(token => ServeMetricsAsync(loggers, token), stop), Guarded(WatchDevicesAsync, stop), Guarded(WatchTablesAsync, stop)];
        _pushing = Guarded(_pusher.RunAsync, _stopPushing.Token);
    }

    private void AddSwitch(SwitchTarget target)
    {
        GrpcChannel channel = target.Open();
        uint[] ports = [.. _options.Inventory?.Ports.Where(port => port.Device == target.Name).Select(port => port.Port_) ?? []];
        SwitchPoller poller = new(
            new SwitchPollerOptions { Switch = target.Name, DeviceId = target.DeviceId, Ports = ports },
            channel.CreateCallInvoker(),
            _time,
            (name, samples) =>
            {
                lock (_engineLock)
                {
                    _engine.OnPortCounters(name, samples);
                }
            });
        Uri url = new(target.Url);
        if (target.Pid is { } pid)
        {
            _probe.AddProcess(target.Name, pid);
        }
        else if (url.IsLoopback)
        {
            _probe.AddListener(target.Name, url.Port);
        }

        _switches.Add((target, poller, channel));
        poller.Start();
    }

    /// <summary>Runs a loop away from the caller; cancellation ends it without a fault.</summary>
    private static Task Guarded(Func<CancellationToken, Task> loop, CancellationToken stop) => Task.Run(
        async () =>
        {
            try
            {
                await loop(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        },
        CancellationToken.None);

    private async Task ProbeAsync(CancellationToken stop)
    {
        ProcessSelf self = new(_time);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(500), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            _kernelDrops?.Read();
            TellStatus();
            DeviceUsage own = self.Read();
            Tell(engine => engine.OnDevice(new DeviceReading(_options.Node.Name, DeviceKind.Node, DeviceState.Unspecified, own.CpuPercent, own.MemoryBytes)));
            foreach ((SwitchTarget target, _, _) in _switches)
            {
                // Figures only: life is what the switch itself answers, death what it does not.
                DeviceUsage usage = _probe.Read(target.Name);
                Tell(engine => engine.OnDevice(new DeviceReading(target.Name, DeviceKind.Switch, DeviceState.Unspecified, usage.CpuPercent, usage.MemoryBytes)));
            }
        }
    }
}
