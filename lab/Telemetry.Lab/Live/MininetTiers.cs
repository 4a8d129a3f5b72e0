using System.Globalization;
using System.Net;
using Telemetry.Collector.Devices;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Mininet;
using Topology = Telemetry.Controller.Topologies.Topology;

namespace Telemetry.Lab.Live;

/// <summary>Nodes and centers as processes of this very program on Mininet's hosts, which reach each other over management links.</summary>
internal sealed class MininetTiers(
    Topology topology, MininetOptions options, MininetNetwork network, IReadOnlyDictionary<string, int> routers, IPEndPoint collector) : ITierHosts
{
    private const int CenterPort = 5501;

    /// <summary>A tier that ends more often than this in a run has a fault that no other start mends.</summary>
    private const int MaxRestarts = 5;

    private readonly Dictionary<string, (string[] Command, string Ready)> _started = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _restarts = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1, 1); // a tier that is to end is not started meanwhile
    private readonly CancellationTokenSource _end = new();
    private Task _keeping = Task.CompletedTask;

    public async Task<string> StartCenterAsync(string name, string dataCenter, CancellationToken cancellation)
    {
        TierNode place = Place(name);
        string listen = string.Create(CultureInfo.InvariantCulture, $"{place.Address}:{CenterPort}");
        string node = MininetPlan.TierOf(topology, TierRole.Node, place.Cluster)!.Name;
        await StartAsync(
            name,
            [
                .. options.Program, "center", "--name", name, "--cluster", place.Cluster, "--listen", listen, "--upstream", new Uri(dataCenter).Authority,
                "--nodes", node, "--spool", "none",
            ],
            "nodes on",
            cancellation).ConfigureAwait(false);
        return $"http://{listen}";
    }

    public async Task StartNodeAsync(string name, string center, string program, CancellationToken cancellation)
    {
        TierNode place = Place(name);
        string file = Path.Combine(options.WorkFolder, $"{name}.topology.json");
        TopologyFile.Save(Seen(), file);
        string[] watched =
        [
            .. topology.Switches.Where(s => s.Cluster == place.Cluster && routers.ContainsKey(s.Name)).Select(s => string.Create(
                CultureInfo.InvariantCulture, $"{s.Name}={(s.Role == SwitchRole.Firewall ? "firewall" : "router")}:pid:{routers[s.Name]}")),
        ];
        await StartAsync(
            name,
            [
                .. options.Program, "node", "--name", name, "--cluster", place.Cluster, "--listen", collector.ToString(), "--upstream", new Uri(center).Authority,
                "--topology", file, "--program", program, "--one-machine", .. watched.Length > 0 ? ["--watch", .. watched] : Array.Empty<string>(),
            ],
            "reports on",
            cancellation).ConfigureAwait(false);
    }

    public async Task StopAsync(string name)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            lock (_started)
            {
                _started.Remove(name);
            }
        }
        finally
        {
            _gate.Release();
        }

        await network.StopTierAsync(name, CancellationToken.None).ConfigureAwait(false);
    }

    public void KeepAlive(Action<string> say) => _keeping = KeepAliveAsync(say);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        _end.Dispose();
        _gate.Dispose();
    }

    private async Task StartAsync(string name, string[] command, string ready, CancellationToken cancellation)
    {
        await network.StartTierAsync(name, command, ready, cancellation).ConfigureAwait(false);
        lock (_started) // several start at once
        {
            _started[name] = (command, ready);
        }
    }

    private async Task KeepAliveAsync(Action<string> say)
    {
        try
        {
            while (true)
            {
                (string name, int code, string said) = await network.NextEndedTierAsync(_end.Token).ConfigureAwait(false);
                await RestartAsync(name, code, said, say).ConfigureAwait(false);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or MininetException)
        {
            // The run is over, or the network is, which its next job tells.
        }
    }

    private async Task RestartAsync(string name, int code, string said, Action<string> say)
    {
        string how = code < 0
            ? string.Create(CultureInfo.InvariantCulture, $"{name} was killed by signal {-code}")
            : string.Create(CultureInfo.InvariantCulture, $"{name} ended with {code}: {said}");
        await _gate.WaitAsync(_end.Token).ConfigureAwait(false);
        try
        {
            (string[] Command, string Ready) start;
            lock (_started)
            {
                if (!_started.TryGetValue(name, out start))
                {
                    return;
                }
            }

            int restarts = _restarts[name] = _restarts.GetValueOrDefault(name) + 1;
            if (restarts > MaxRestarts)
            {
                say($"{how}; it stays ended, after {MaxRestarts} other starts: what it would tell is missing from here on");
                return;
            }

            say($"{how}; starting it again");
            await network.StartTierAsync(name, start.Command, start.Ready, _end.Token).ConfigureAwait(false);
            say($"{name} serves again");
        }
        catch (MininetException fault)
        {
            say($"{name} does not start again, and what it would tell is missing from here on: {fault.Message}");
        }
        finally
        {
            _gate.Release();
        }
    }

    // Switches as tiers reach them.
    private Topology Seen() => topology with
    {
        Switches = [.. topology.Switches.Select(s => s.RunsP4 ? s with { GrpcAddress = MininetPlan.ManagementUrl(topology, s) } : s)],
    };

    private TierNode Place(string name) => topology.Tiers.First(t => t.Name == name);
}
