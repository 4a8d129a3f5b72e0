using System.Net;
using System.Net.Sockets;
using Telemetry.Collector.Devices;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Network;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Live;

/// <summary>The embedded fabric paced by the clock: its loop has a thread, its switches serve gRPC, its reports are UDP over loopback.</summary>
internal sealed class EmbeddedNetwork : ILiveNetwork
{
    private readonly Topology _topology;
    private readonly EventLoop _loop;
    private readonly EmbeddedFabric _fabric;
    private readonly Socket _reports = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Dictionary<string, ReportTarget> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, P4RuntimeServer> _servers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private long _trafficNs;

    public EmbeddedNetwork(Topology topology, ulong seed, TimeProvider time)
    {
        _topology = topology;
        _loop = new EventLoop(time.GetUtcNow());
        foreach (SwitchNode node in topology.Switches)
        {
            _targets.Add(node.Name, new ReportTarget(_reports));
        }

        _fabric = new EmbeddedFabric(_loop, topology, seed, node => _targets[node.Name].Send);
        _fabric.Drained += drain => Drain(drain);
        _thread = new Thread(RunLoop) { IsBackground = true, Name = "fabric" };
    }

    public IReadOnlyList<LinuxDevice> Devices => [];

    public NetworkOptions Judging => BusyMachine.OfEmbedded;

    public bool SharedClock => true;

    public IPEndPoint Collector { get; } = new(IPAddress.Loopback, 0);

    public string? CollectorMac => null;

    public int MtuBytes => 9000;

    public bool NodePerCluster => true;

    public ITierHosts? TierHosts => null;

    public string DataCenterListen => "127.0.0.1:0";

    public Action<DrainAction> Drain { private get; set; } = _ => { };

    public async Task StartAsync(CancellationToken cancellation)
    {
        _thread.Start();
        foreach (Switch created in _fabric.Switches)
        {
            _servers.Add(
                created.Options.Name,
                await P4RuntimeServer.StartAsync(created, IPAddress.Loopback.ToString(), 0, cancellation).ConfigureAwait(false));
        }
    }

    public string UrlOf(SwitchNode node) => $"http://{_servers[node.Name].Host}:{_servers[node.Name].Port}";

    public ulong DeviceIdOf(SwitchNode node) => (ulong)node.NodeId;

    public void SendReports(string switchName, IPEndPoint node) => _targets[switchName].Node = node;

    public async Task RunAsync(LabOptions options, Action<string> progress, CancellationToken cancellation)
    {
        ScenarioPlan plan = await _loop.InvokeAsync(() =>
        {
            _trafficNs = _loop.NowNs;
            long endNs = _trafficNs + (long)(options.Seconds * 1e9);
            ScenarioPlan planned = ScenarioCatalog.Plan(
                options.Scenario, new ScenarioContext(_topology, options.Seed, _trafficNs, endNs));
            _fabric.Start(planned);
            return planned;
        }).WaitAsync(cancellation).ConfigureAwait(false);
        progress($"{plan.Name}: {plan.Flows.Count} flows over {options.Seconds} s");
        Task over = Task.Delay(TimeSpan.FromSeconds(options.Seconds), cancellation);
        Task first = await Task.WhenAny(over, _ended.Task).ConfigureAwait(false);
        if (first == _ended.Task)
        {
            await _ended.Task.ConfigureAwait(false); // the loop ends before it is told to only with a fault
        }
    }

    public Task RunCommandAsync(string command, LabOptions run, SwapProgram swap, CancellationToken cancellation) =>
        throw new LabException("hosts of the embedded fabric run no commands: they exist in Mininet only");

    public async Task<LabResult> CompleteAsync(LabResult measured)
    {
        await EndLoopAsync().ConfigureAwait(false);
        return measured with
        {
            EndNs = _loop.NowNs,
            Truth = _fabric.Truth,
            Fabric = FabricCounts.Of(_fabric, _trafficNs, _loop.EventsRun),
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (P4RuntimeServer server in _servers.Values)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }

        await EndLoopAsync().ConfigureAwait(false);
        _reports.Dispose();
        _loop.Dispose();
        _stop.Dispose();
    }

    private async Task EndLoopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_thread.IsAlive)
        {
            await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _thread.Join();
        }
    }

    private void RunLoop()
    {
        try
        {
            _loop.RunRealTime(_stop.Token);
            _ended.SetResult();
        }
#pragma warning disable CA1031 // the top of the loop's thread: whoever awaits the run gets the fault
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _ended.SetException(fault);
        }
    }

    private sealed class ReportTarget(Socket socket)
    {
        private readonly SocketAddress _address = new(AddressFamily.InterNetwork);
        private volatile bool _known;

        public IPEndPoint Node
        {
            set
            {
                value.Serialize().Buffer.CopyTo(_address.Buffer);
                _known = true;
            }
        }

        // Before there is a node nobody has programmed the switch either.
        public void Send(ReadOnlySpan<byte> payload)
        {
            if (_known)
            {
                socket.SendTo(payload, SocketFlags.None, _address);
            }
        }
    }
}
