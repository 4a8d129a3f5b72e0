using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Randomness;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Fabric;

/// <summary>Switches, links and hosts of a topology on one event loop. All members belong to the loop's thread.</summary>
public sealed partial class EmbeddedFabric : ILoopHandler
{
    /// <summary>The switch port whose frames go to the collector node.</summary>
    public const int ReportPortNumber = 500;

    private readonly EventLoop _loop;
    private readonly ulong _seed;
    private readonly Dictionary<string, Host> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Switch> _switchByName = new(StringComparer.Ordinal);
    private readonly List<FabricLink> _links = [];
    private readonly List<ReportPort> _reportPorts = [];
    private readonly Dictionary<string, ReportPort> _reportPortOf = new(StringComparer.Ordinal);
    private readonly List<Action> _scheduled = [];
    private readonly ScenarioTraffic _traffic;
    private readonly List<Switch> _switches = [];
    private readonly Dictionary<string, RouterDevice> _routers = new(StringComparer.Ordinal);
    private readonly IReadOnlySet<LinkEnd> _edgePorts;
    private readonly HashSet<string> _off = new(StringComparer.Ordinal);
    private ScenarioPlan? _plan;

    /// <summary>Builds the fabric; its switches have no program yet.</summary>
    /// <param name="loop">Owns time and thread.</param>
    /// <param name="topology">What to build.</param>
    /// <param name="seed">Of random loss on links.</param>
    /// <param name="reports">Gives who takes a switch's telemetry reports; called once a switch.</param>
    public EmbeddedFabric(EventLoop loop, Topology topology, ulong seed, Func<SwitchNode, ReportHandler> reports)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(reports);
        _loop = loop;
        _seed = seed;
        Topology = topology;
        _traffic = new ScenarioTraffic(loop, _hosts, Truth);
        Management = new ManagementNetwork(topology);
        _edgePorts = EdgePorts.Of(topology);
        Dictionary<string, SwitchWatch> watches = new(StringComparer.Ordinal);
        foreach (SwitchNode node in topology.Switches.Where(s => !s.RunsP4))
        {
            _routers.Add(node.Name, new RouterDevice(loop, node));
        }

        foreach (SwitchNode node in topology.Switches.Where(s => s.RunsP4))
        {
            SwitchWatch watch = new(Truth.Tracker, ReportPortNumber);
            Switch created = new(loop, new SwitchOptions
            {
                Name = node.Name,
                DeviceId = (ulong)node.NodeId,
                Observer = watch,
                Seed = LabRandom.Derive(seed, node.Name),
            });
            ReportPort reportPort = new(reports(node), LabRandom.Derive(seed, $"report loss {node.Name}"));
            created.AttachPort(ReportPortNumber, reportPort, new PortOptions());
            _reportPorts.Add(reportPort);
            _reportPortOf.Add(node.Name, reportPort);
            _switches.Add(created);
            _switchByName.Add(node.Name, created);
            watches.Add(node.Name, watch);
        }

        foreach (HostNode node in topology.Hosts)
        {
            _hosts.Add(node.Name, new Host(loop, node));
        }

        foreach (Link link in topology.Links)
        {
            Connect(link, watches);
        }

        SwitchRoutes routes = SwitchRoutes.Compute(topology, _ => true);
        foreach (RouterDevice router in _routers.Values)
        {
            router.SetRoutes(topology, routes);
        }
    }

    /// <summary>What was built.</summary>
    public Topology Topology { get; }

    /// <summary>Routers and firewalls that run no P4, in the topology's order.</summary>
    internal IReadOnlyList<RouterDevice> Routers => [.. _routers.Values];

    /// <summary>Who reaches whom over management links.</summary>
    internal ManagementNetwork Management { get; }

    /// <summary>P4 switches in the topology's order.</summary>
    public IReadOnlyList<Switch> Switches => _switches;

    /// <summary>What really happens in it.</summary>
    public FabricTruth Truth { get; } = new();

    /// <summary>Report datagrams that left the switches.</summary>
    public long ReportDatagrams => _reportPorts.Sum(p => p.Datagrams);

    /// <summary>Of those, the ones that a scenario lost on their way.</summary>
    public long ReportsLost => _reportPorts.Sum(p => p.Lost);

    /// <summary>Frames on report ports that a collector's kernel would have dropped.</summary>
    public long BadReportFrames => _reportPorts.Sum(p => p.BadFrames);

    /// <summary>TCP data segments sent again.</summary>
    public long TcpRetransmissions => _traffic.TcpRetransmissions;

    /// <summary>Frames that hosts got and refused for <paramref name="fault"/>.</summary>
    public long HostFaults(FrameFault fault) => _hosts.Values.Sum(h => h.Faults(fault));

    /// <summary>Frames that the hosts' own interfaces had no room for.</summary>
    public long HostDrops => _hosts.Values.Sum(h => h.FramesDropped);

    /// <summary>Whether a switch has lost its power: it answers nobody.</summary>
    public bool IsOff(string name) => _off.Contains(name);

    /// <summary>The switch called <paramref name="name"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Switch Switch(string name) => _switchByName[name];

    /// <summary>Cuts or mends every link between two devices, now.</summary>
    /// <exception cref="ArgumentException">They have no link.</exception>
    public void SetLinkUp(string a, string b, bool up)
    {
        string entity = FabricLink.EntityOf(a, b);
        if (Management.Has(a, b))
        {
            Management.SetUp(a, b, up);
            return;
        }

        if (!_links.Exists(l => l.Entity == entity))
        {
            throw new ArgumentException($"topology {Topology.Name} has no link between {a} and {b}");
        }

        foreach (FabricLink link in _links.Where(l => l.Entity == entity))
        {
            link.SetUp(up);
        }

        Truth.OnLink(new LinkAction(_loop.NowNs, a, b, up));
    }
}
