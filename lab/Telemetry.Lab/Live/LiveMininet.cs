using System.Globalization;
using System.Net;
using Telemetry.Collector.Devices;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Network;
using Telemetry.Lab.Mininet;
using Telemetry.Lab.Mininet.Delays;
using Telemetry.Lab.Reporting;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Live;

/// <summary>Mininet's hosts and links around switch processes on veth.</summary>
internal sealed partial class LiveMininet(Topology topology, MininetOptions options, ulong seed, TimeProvider time) : ILiveNetwork
{
    private const int ReportUdpPort = 32766;
    private const double DrainSeconds = 0.5;

    /// <summary>Where watchers look by default; the lab's namespace is its own.</summary>
    private const int FeedPort = 5502;
    private const int PingsPerPair = 3;
    private const string ReportsThread = Telemetry.Collector.Hosting.NodeHost.ReceivingThread;

    /// <summary>All pairs of so many hosts take some seconds.</summary>
    private const int MaxHostsOfAllPairs = 32;

    private readonly List<PingResult> _pings = [];
    private readonly Dictionary<string, int> _routers = new(StringComparer.Ordinal);
    private MininetNetwork? _network;
    private MininetTraffic? _traffic;
    private DelayLines? _delays;
    private string? _delayNote;
    private Action<string> _progress = _ => { };
    private int _commandExitCode;

    public IReadOnlyList<LinuxDevice> Devices =>
    [
        .. topology.Switches.Where(s => _routers.ContainsKey(s.Name))
            .Select(s => new LinuxDevice(s.Name, LabInventory.KindOf(s), _routers[s.Name], null)),
    ];

    public NetworkOptions Judging => BusyMachine.OfMininet;

    public bool SharedClock => false;

    public IPEndPoint Collector { get; } = new(IPAddress.Parse(options.CollectorAddress), ReportUdpPort);

    public string? CollectorMac => options.CollectorMac;

    /// <summary>The Python package gives links between switches 9000 bytes.</summary>
    public int MtuBytes => 8900;

    /// <summary>One node hears all switches unless the topology has hosts for more.</summary>
    public bool NodePerCluster => MininetPlan.PlacesTiers(topology);

    public ITierHosts? TierHosts => NodePerCluster
        ? new MininetTiers(topology, options, _network ?? throw new InvalidOperationException("the network is not up"), _routers, Collector)
        : null;

    public string DataCenterListen => NodePerCluster
        ? string.Create(CultureInfo.InvariantCulture, $"{MininetPlan.TierOf(topology, TierRole.DataCenter, "")!.Address}:{FeedPort}")
        : string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FeedPort}");

    public Action<DrainAction> Drain { private get; set; } = _ => { };

    public async Task StartAsync(CancellationToken cancellation)
    {
        _traffic = new MininetTraffic(topology, seed, time, options.Target);
        _network = await MininetNetwork.StartAsync(topology, options, cancellation).ConfigureAwait(false);
        _delays = new DelayLines(topology, _network, seed);
        _delayNote = await _delays.StartAsync(cancellation).ConfigureAwait(false);
        Priority.RaiseProcess(); // not before: what people run in hosts has the usual one
        await LabShell.InstallAsync(options.WorkFolder, options.Program, DataCenterListen, cancellation).ConfigureAwait(false);
        foreach (SwitchNode router in topology.Switches.Where(s => !s.RunsP4))
        {
            _routers.Add(router.Name, await _network.ProcessOfAsync(router.Name, cancellation).ConfigureAwait(false));
        }
    }

    public string UrlOf(SwitchNode node) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{MininetPlan.GrpcPort(node)}");

    public ulong DeviceIdOf(SwitchNode node) => (ulong)MininetPlan.DeviceId(node, options);

    public void SendReports(string switchName, IPEndPoint node)
    {
        // Nothing to do: the address is part of the network and of what the controller tells the switches.
    }

    public async Task RunAsync(LabOptions run, Action<string> progress, CancellationToken cancellation)
    {
        MininetNetwork network = Network();
        _progress = progress;
        Priority.RaiseThreads(ReportsThread);
        long begun = TimeProvider.System.GetTimestamp();
        if (_delayNote is not null)
        {
            progress(_delayNote);
        }

        await PingAsync(network, cancellation).ConfigureAwait(false);
        double seconds = Math.Max(1, run.Seconds - TimeProvider.System.GetElapsedTime(begun).TotalSeconds - DrainSeconds);
        MininetTraffic traffic = _traffic ?? throw new InvalidOperationException("the network is not up");
        try
        {
            await PlayAsync(traffic, run.Scenario, seconds, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await traffic.EndAsync().ConfigureAwait(false);
        }
    }

    public async Task<LabResult> CompleteAsync(LabResult measured)
    {
        (long endNs, FabricCounts counts) = await _traffic!.CompleteAsync().ConfigureAwait(false);
        if (_traffic.Shortfall() is { } shortfall)
        {
            _progress(shortfall);
        }

        if (await Delays().ShortfallAsync().ConfigureAwait(false) is { } delayed)
        {
            _progress(delayed);
        }

        LabResult result = measured with
        {
            EndNs = endNs,
            Truth = _traffic.Truth,
            Fabric = counts,
            Kernel = new KernelTraffic(_pings),
            CommandExitCode = _commandExitCode,
        };
        await File.WriteAllBytesAsync(Path.Combine(options.WorkFolder, "truth.json"), LabReport.TruthToUtf8(result)).ConfigureAwait(false);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        _traffic?.Dispose();
        if (_network is not null)
        {
            await _network.DisposeAsync().ConfigureAwait(false);
        }

        _delays?.Dispose();
    }

    private DelayLines Delays() => _delays ?? throw new InvalidOperationException("the network is not up");

    private MininetNetwork Network() => _network ?? throw new InvalidOperationException("the network is not up");

    /// <summary>Plays traffic and faults to their end; returns the plan and when its traffic began, by the traffic's clock.</summary>
    private async Task<(ScenarioPlan Plan, long StartNs)> PlayAsync(MininetTraffic traffic, string name, double seconds, CancellationToken cancellation)
    {
        MininetNetwork network = Network();
        IReadOnlyList<int> processes = await network.ShieldAsync(
            ScenarioTraffic.FirstSourcePort, ScenarioTraffic.LastDestinationPort, cancellation).ConfigureAwait(false);
        ScenarioPlan plan = await traffic.StartAsync(name, seconds, processes, _routers).ConfigureAwait(false);
        await traffic.NoteDelaysAsync(Delays().Places).ConfigureAwait(false);
        long startNs = await traffic.NowAsync().ConfigureAwait(false);
        _progress($"{plan.Name}: {plan.Flows.Count} flows over {seconds:F0} s");
        if (traffic.Spared() is { } spared)
        {
            _progress(spared);
        }

        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task faults = new ScenarioFaults(topology, network, Delays(), traffic, Drain).PlayAsync(plan, over.Token);
        Task length = Task.Delay(TimeSpan.FromSeconds(seconds + DrainSeconds), cancellation);
        if (await Task.WhenAny(faults, length).ConfigureAwait(false) == faults)
        {
            await faults.ConfigureAwait(false); // a fault that cannot be played ends the run
        }

        await length.ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await faults.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (plan, startNs);
    }

    private async Task PingAsync(MininetNetwork network, CancellationToken cancellation)
    {
        if (topology.Hosts.Count <= MaxHostsOfAllPairs)
        {
            _pings.AddRange(await network.PingAllAsync(cancellation).ConfigureAwait(false));
        }
        else
        {
            _pings.AddRange(await Task.WhenAll(Pairs()
                .Select(p => network.PingAsync(p.Src.Name, p.Dst.Name, PingsPerPair, cancellation))).ConfigureAwait(false));
        }

        PingResult[] silent = [.. _pings.Where(p => p.Received < p.Sent)];
        string lost = silent.Length == 0 ? "" : $"; not all of {string.Join(", ", silent.Take(5).Select(p => $"{p.Src} to {p.Dst}"))}";
        _progress($"ping: {_pings.Sum(p => p.Received)} of {_pings.Sum(p => p.Sent)} answered{lost}");
    }

    // Each host to its next one, and the two ends: every link is used, and the count stays linear.
    private (HostNode Src, HostNode Dst)[] Pairs() =>
    [
        .. topology.Hosts.Zip(topology.Hosts.Skip(1)),
        .. topology.Hosts.Count > 2 ? new[] { (topology.Hosts[^1], topology.Hosts[0]) } : [],
    ];
}
