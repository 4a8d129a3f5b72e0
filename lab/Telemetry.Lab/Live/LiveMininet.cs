using System.Globalization;
using System.Net;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Mininet;
using Telemetry.Lab.Running;

namespace Telemetry.Lab.Live;

/// <summary>Mininet's hosts and links around switch processes on veth: the traffic is the kernel's own.</summary>
internal sealed class LiveMininet(Topology topology, MininetOptions options) : ILiveNetwork
{
    private const int ReportUdpPort = 32766;
    private const int FirstTransferPort = 5201;
    private const int PingsPerPair = 3;

    private readonly List<PingResult> _pings = [];
    private readonly List<IperfResult> _transfers = [];
    private MininetNetwork? _network;
    private int _commandExitCode;

    public bool SharedClock => false;

    public IPEndPoint Collector { get; } = new(IPAddress.Parse(options.CollectorAddress), ReportUdpPort);

    public string? CollectorMac => options.CollectorMac;

    /// <summary>The Python package gives links between switches 9000 bytes.</summary>
    public int MtuBytes => 8900;

    public bool NodePerCluster => false;

    public async Task StartAsync(CancellationToken cancellation) =>
        _network = await MininetNetwork.StartAsync(topology, options, cancellation).ConfigureAwait(false);

    public string UrlOf(SwitchNode node) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{MininetPlan.GrpcPort(node)}");

    public void SendReports(string switchName, IPEndPoint node)
    {
        // Nothing to do: the address is part of the network and of what the controller tells the switches.
    }

    public async Task RunAsync(LabOptions run, Action<string> progress, CancellationToken cancellation)
    {
        MininetNetwork network = _network ?? throw new InvalidOperationException("the network is not up");
        long begun = TimeProvider.System.GetTimestamp();
        foreach (string note in network.Notes)
        {
            progress(note);
        }

        (HostNode Src, HostNode Dst)[] pairs = Pairs();
        PingResult[] pings = await Task.WhenAll(pairs
            .Select(p => network.PingAsync(p.Src.Name, p.Dst.Name, PingsPerPair, cancellation))).ConfigureAwait(false);
        _pings.AddRange(pings);
        progress($"ping: {pings.Sum(p => p.Received)} of {pings.Sum(p => p.Sent)} answered");

        double left = run.Seconds - TimeProvider.System.GetElapsedTime(begun).TotalSeconds - 1;
        if (left < 1)
        {
            return;
        }

        // TCP one way and UDP the other between the hosts that are furthest apart, well below the links' rate.
        (HostNode first, HostNode last) = (topology.Hosts[0], topology.Hosts[^1]);
        double mbps = Math.Max(0.5, SlowestBps() / 1e6 * 0.3);
        progress($"iperf3: {first.Name} to {last.Name} and back, {left:F0} s");
        Task<IperfResult> tcp = network.IperfAsync(
            first.Name, last.Name, Math.Floor(left), mbps, udp: false, FirstTransferPort, cancellation);
        Task<IperfResult> udp = network.IperfAsync(
            last.Name, first.Name, Math.Floor(left), mbps, udp: true, FirstTransferPort + 1, cancellation);
        _transfers.AddRange(await Task.WhenAll(tcp, udp).ConfigureAwait(false));
    }

    public async Task RunCommandAsync(string command, CancellationToken cancellation) =>
        _commandExitCode = await LabShell.RunAsync(options.WorkFolder, command, cancellation).ConfigureAwait(false);

    public Task<LabResult> CompleteAsync(LabResult measured) => Task.FromResult(
        measured with { Kernel = new KernelTraffic(_pings, _transfers), CommandExitCode = _commandExitCode });

    public ValueTask DisposeAsync() => _network?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Each host to its next one, and the two ends: every link is used, and the count stays linear.
    private (HostNode Src, HostNode Dst)[] Pairs() =>
    [
        .. topology.Hosts.Zip(topology.Hosts.Skip(1)),
        .. topology.Hosts.Count > 2 ? new[] { (topology.Hosts[^1], topology.Hosts[0]) } : [],
    ];

    private double SlowestBps() => topology.Links
        .Select(l => l.RateBitsPerSecond > 0 ? l.RateBitsPerSecond : 10_000_000)
        .DefaultIfEmpty(10_000_000)
        .Min();
}
