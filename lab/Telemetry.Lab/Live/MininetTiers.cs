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

    public async Task<string> StartCenterAsync(string name, string dataCenter, CancellationToken cancellation)
    {
        TierNode place = Place(name);
        string listen = string.Create(CultureInfo.InvariantCulture, $"{place.Address}:{CenterPort}");
        string node = MininetPlan.TierOf(topology, TierRole.Node, place.Cluster)!.Name;
        await network.StartTierAsync(
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
        await network.StartTierAsync(
            name,
            [
                .. options.Program, "node", "--name", name, "--cluster", place.Cluster, "--listen", collector.ToString(), "--upstream", new Uri(center).Authority,
                "--topology", file, "--program", program, "--one-machine", .. watched.Length > 0 ? ["--watch", .. watched] : Array.Empty<string>(),
            ],
            "reports on",
            cancellation).ConfigureAwait(false);
    }

    public Task StopAsync(string name) => network.StopTierAsync(name, CancellationToken.None);

    // Switches as tiers reach them.
    private Topology Seen() => topology with
    {
        Switches = [.. topology.Switches.Select(s => s.RunsP4 ? s with { GrpcAddress = MininetPlan.ManagementUrl(topology, s) } : s)],
    };

    private TierNode Place(string name) => topology.Tiers.First(t => t.Name == name);
}
