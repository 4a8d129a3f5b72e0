using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Telemetry.Controller.App;
using Telemetry.Controller.Client;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Traffic;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Cli.Benchmarks;

/// <summary>The embedded fabric in real time with flows of equal gaps, and a controller that reaches its switches over gRPC on loopback.</summary>
internal sealed class FailoverFabric : IAsyncDisposable
{
    private const int FrameBytes = 100;
    private const int PacketsPerSecond = 1_000;
    private const double MaxSeconds = 24 * 3600;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Topology _topology;
    private readonly EventLoop _loop = new(TimeProvider.System.GetUtcNow());
    private readonly EmbeddedFabric _fabric;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;
    private readonly ConcurrentDictionary<string, P4RuntimeServer> _servers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = new(StringComparer.Ordinal);
    private readonly P4Program _other;
    private readonly TextWriter _progress;
    private ControllerApp _controller;
    private long _linksWentDown;

    private FailoverFabric(Topology topology, ControllerOptions options, P4Program other, TextWriter progress)
    {
        _progress = TextWriter.Synchronized(progress);
        _topology = topology;
        _other = other;
        _fabric = new EmbeddedFabric(_loop, topology, 1, _ => _ => { });
        _running = Task.Factory.StartNew(
            () => _loop.RunRealTime(_ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _controller = Create(options);
    }

    /// <summary>Telemetry reports that left the switches.</summary>
    public Task<long> ReportsAsync() => _loop.InvokeAsync(() => _fabric.ReportDatagrams);

    /// <summary>Frames that hosts could not make sense of.</summary>
    public Task<long> BadFramesAsync() =>
        _loop.InvokeAsync(() => Enum.GetValues<FrameFault>().Where(f => f != FrameFault.None).Sum(_fabric.HostFaults));

    /// <summary>Another controller takes the place of the one so far, with other options; returns when it has programmed all switches.</summary>
    public async Task ReplaceControllerAsync(ControllerOptions options, CancellationToken cancellation)
    {
        await _controller.DisposeAsync().ConfigureAwait(false);
        _controller = Create(options);
        await _controller.StartAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Links that the controller has taken for down so far.</summary>
    public long LinksWentDown => Interlocked.Read(ref _linksWentDown);

    /// <summary>Brings everything up; returns when every link answers and every flow arrives.</summary>
    /// <exception cref="CommandException">It does not come up.</exception>
    public static async Task<FailoverFabric> StartAsync(
        Topology topology, ControllerOptions options, P4Program other, TextWriter progress, CancellationToken cancellation)
    {
        FailoverFabric fabric = new(topology, options, other, progress);
        try
        {
            foreach (Switch served in fabric._fabric.Switches)
            {
                fabric._servers[served.Options.Name] = await P4RuntimeServer.StartAsync(served, "127.0.0.1", 0, cancellation).ConfigureAwait(false);
            }

            await fabric._controller.StartAsync(cancellation).ConfigureAwait(false);
            await fabric.WaitForLinksAsync(cancellation).ConfigureAwait(false);
            await fabric._loop.InvokeAsync(() =>
            {
                fabric._fabric.Start(Flows(topology, fabric._loop.NowNs));
                return true;
            }).WaitAsync(cancellation).ConfigureAwait(false);
            await fabric.WaitAsync(
                () => fabric._fabric.Truth.Flows.All(f => f.PacketsDelivered > 0 && f.Path.Count > 0), "packets of every flow", cancellation).ConfigureAwait(false);
            return fabric;
        }
        catch
        {
            await fabric.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Measures while something else goes on.</summary>
    public async Task<FailoverReading> MeasureAsync(Func<Task> work, TimeSpan settle, CancellationToken cancellation)
    {
        Task? working = null;
        return await MeasureAsync(
            _ => working = Task.Run(work, cancellation),
            async () =>
            {
                await working!.ConfigureAwait(false);
                await Task.Delay(settle, cancellation).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs <paramref name="action"/> on the fabric's thread and tells for how long each flow was silent from then on.</summary>
    public Task<FailoverReading> MeasureAsync(Action<EmbeddedFabric> action, TimeSpan time, CancellationToken cancellation) =>
        MeasureAsync(action, () => Task.Delay(time, cancellation), cancellation);

    private async Task<FailoverReading> MeasureAsync(Action<EmbeddedFabric> action, Func<Task> wait, CancellationToken cancellation)
    {
        long lost = await _loop.InvokeAsync(() =>
        {
            foreach (FlowTruth flow in _fabric.Truth.Flows)
            {
                flow.RestartSilence();
            }

            long before = _fabric.Truth.Flows.Sum(f => f.PacketsLost);
            action(_fabric);
            return before;
        }).WaitAsync(cancellation).ConfigureAwait(false);
        await wait().ConfigureAwait(false);
        return await _loop.InvokeAsync(() => new FailoverReading(
            _fabric.Truth.Flows.Max(f => Math.Max(f.LongestSilenceNs, _loop.NowNs - f.LastDeliveredNs)) / 1e6,
            _fabric.Truth.Flows.Sum(f => f.PacketsLost) - lost)).WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Paths of all flows now: names of switches.</summary>
    public Task<IReadOnlyList<IReadOnlyList<string>>> PathsAsync() =>
        _loop.InvokeAsync<IReadOnlyList<IReadOnlyList<string>>>(() => [.. _fabric.Truth.Flows.Select(f => f.Path)]);

    /// <summary>The switch's process ends as if killed: its streams break and nothing crosses it, while its cables stay lit or not.</summary>
    public async Task<FailoverReading> KillAsync(string name, bool carrierStays, TimeSpan time, CancellationToken cancellation)
    {
        P4RuntimeServer server = _servers[name];
        Task closed = Task.CompletedTask;
        FailoverReading reading = await MeasureAsync(
            fabric =>
            {
                SetPorts(fabric, name, up: false, carrierStays);
                closed = Task.Run(() => CloseAsync(name, server), CancellationToken.None);
            },
            time,
            cancellation).ConfigureAwait(false);
        await closed.ConfigureAwait(false);
        return reading;
    }

    /// <summary>Starts a killed switch again, with nothing of what it had; measures the packets that its return costs.</summary>
    public async Task<FailoverReading> ReviveAsync(string name, bool carrierStays, TimeSpan time, CancellationToken cancellation)
    {
        Switch revived = _fabric.Switch(name);
        (string host, int port) = (_servers[name].Host, _servers[name].Port);

        // Another program empties all tables, as the end of a process does.
        await using (P4RuntimeServer emptying = await P4RuntimeServer.StartAsync(revived, host, 0, cancellation).ConfigureAwait(false))
        {
            P4SwitchOptions options = new() { Name = name, DeviceId = revived.Options.DeviceId };
            string address = string.Create(CultureInfo.InvariantCulture, $"{emptying.Host}:{emptying.Port}");
            await using P4Switch client = await P4Switch.ConnectAsync(options, address, cancellation).ConfigureAwait(false);
            await client.WaitForPrimaryAsync(cancellation).ConfigureAwait(false);
            await client.Pipeline.PushAsync(_other, cancellation).ConfigureAwait(false);
        }

        _servers[name] = await P4RuntimeServer.StartAsync(revived, host, port, cancellation).ConfigureAwait(false);
        return await MeasureAsync(fabric => SetPorts(fabric, name, up: true, carrierStays), time, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits until the controller sees every link up.</summary>
    /// <exception cref="CommandException">They stay down.</exception>
    public Task WaitForLinksAsync(CancellationToken cancellation) => WaitAsync(
        () => _controller.Links.All(l => l.Health == LinkHealth.Up) && _controller.Switches.All(s => s.State == SwitchState.Primary),
        "every link up",
        cancellation);

    public async ValueTask DisposeAsync()
    {
        await _controller.DisposeAsync().ConfigureAwait(false);
        foreach (GrpcChannel channel in _channels.Values)
        {
            channel.Dispose();
        }

        foreach (P4RuntimeServer server in _servers.Values)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _loop.Dispose();
        _ending.Dispose();
    }

    /// <summary>A server that ends in order lets its streams live for a second; those of a killed one break at once.</summary>
    private async Task CloseAsync(string name, P4RuntimeServer server)
    {
        ValueTask ended = server.DisposeAsync(); // listens no more when this returns
        if (_channels.TryRemove(name, out GrpcChannel? channel))
        {
            channel.Dispose();
        }

        await ended.ConfigureAwait(false);
    }

    private ControllerApp Create(ControllerOptions options)
    {
        ControllerApp controller = new(_topology, options, TimeProvider.System, Connect);
        controller.LinkChanged += change =>
        {
            if (!change.Up)
            {
                Interlocked.Increment(ref _linksWentDown);
                _progress.WriteLine($"  {change.A.Device}-{change.B.Device} down: {change.Reason}");
            }
        };
        return controller;
    }

    private void SetPorts(EmbeddedFabric fabric, string name, bool up, bool carrierStays)
    {
        Switch owner = fabric.Switch(name);
        owner.SetPortUp(owner.Options.CpuPort, up);
        foreach (Link link in _topology.Links.Where(l => l.A.Device == name || l.B.Device == name))
        {
            if (carrierStays)
            {
                owner.SetPortUp(link.A.Device == name ? link.A.Port : link.B.Port, up);
            }
            else
            {
                fabric.SetLinkUp(link.A.Device, link.B.Device, up);
            }
        }
    }

    private CallInvoker Connect(SwitchNode node)
    {
        P4RuntimeServer server = _servers[node.Name];
        return _channels
            .GetOrAdd(node.Name, _ => SwitchChannel.Create(string.Create(CultureInfo.InvariantCulture, $"{server.Host}:{server.Port}")))
            .CreateCallInvoker();
    }

    private async Task WaitAsync(Func<bool> isReached, string what, CancellationToken cancellation)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (!isReached())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > s_patience)
            {
                throw new CommandException($"{_topology.Name}: no {what} within {s_patience.TotalSeconds} s");
            }

            await Task.Delay(s_look, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Each host to the hosts of two other switches.</summary>
    private static ScenarioPlan Flows(Topology topology, long startNs)
    {
        ConstantTraffic pattern = new(PacketsPerSecond * FrameBytes * 8);
        List<FlowPlan> flows = [];
        int hosts = topology.Hosts.Count;
        for (int i = 0; i < hosts; i++)
        {
            foreach (int step in new[] { 2, 5 })
            {
                HostNode to = topology.Hosts[(i + step) % hosts];
                if (to != topology.Hosts[i])
                {
                    flows.Add(new FlowPlan(topology.Hosts[i].Name, to.Name, pattern, startNs, startNs + (long)(MaxSeconds * 1e9), FrameBytes));
                }
            }
        }

        return new ScenarioPlan("failover", 1, flows, []);
    }
}
