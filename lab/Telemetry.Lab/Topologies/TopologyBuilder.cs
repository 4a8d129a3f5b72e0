using System.Globalization;
using System.Net;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Topologies;

/// <summary>Collects switches, hosts and links; switch ports are numbered from 1 in the order links are added.</summary>
internal sealed class TopologyBuilder
{
    /// <summary>
    /// Host links: 10 Mbit/s are 1,250 frames of 1,000 bytes a second, so that a simulated minute of a saturated port
    /// is 75,000 frames through three switches: seconds of real time on one slow core, while a queue of 64 frames still
    /// takes 51 ms to drain, like the queues of real access links. Queue dynamics only depend on ratios of rates.
    /// </summary>
    public const long HostRateBitsPerSecond = 10_000_000;

    /// <summary>Links between switches: twice a host's, so that two hosts of a leaf do not fill one uplink.</summary>
    public const long SwitchRateBitsPerSecond = 20_000_000;

    /// <summary>One way, host links.</summary>
    public const long HostDelayNs = 50_000;

    /// <summary>One way, links between switches.</summary>
    public const long SwitchDelayNs = 100_000;

    /// <summary>BMv2's default.</summary>
    public const int QueueDepthPackets = 64;

    private const int FirstRouterId = 1001;

    private readonly List<TierNode> _tiers = [];
    private readonly List<ManagementLink> _management = [];
    private readonly List<SwitchNode> _switches = [];
    private readonly List<HostNode> _hosts = [];
    private readonly List<Link> _links = [];
    private readonly Dictionary<string, int> _nextPort = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _hostsOf = new(StringComparer.Ordinal);

    /// <summary>Adds <c>sN</c>.</summary>
    public string AddSwitch(int layer, string cluster = "c1")
    {
        int id = _switches.Count(s => s.Role == SwitchRole.Switch) + 1;
        string name = "s" + id.ToString(CultureInfo.InvariantCulture);
        _switches.Add(new SwitchNode(name, id, layer, null, null, null, cluster));
        return name;
    }

    /// <summary>Adds a router or firewall; its node id is above those of switches.</summary>
    public void AddRouter(string name, SwitchRole role, int layer, string cluster, params FirewallRule[] rules)
    {
        int id = FirstRouterId + _switches.Count(s => s.Role != SwitchRole.Switch);
        _switches.Add(new SwitchNode(name, id, layer, null, null, null, cluster, Role: role) { Rules = rules });
    }

    /// <summary>Adds a machine that runs a tier of the collector.</summary>
    public void AddTier(string name, TierRole role, string cluster)
    {
        byte place = (byte)(_tiers.Count + 1);
        _tiers.Add(new TierNode(
            name, role, cluster, new IPAddress([172, 31, 255, place]), 24, string.Create(CultureInfo.InvariantCulture, $"08:00:fe:00:00:{place:x2}")));
    }

    /// <summary>Joins a tier to another or to a device by a link apart from the data plane.</summary>
    public void Manage(string a, string b) => _management.Add(new ManagementLink(a, b));

    /// <summary>Adds <c>hN</c> on a switch: address 10.0.S.K, MAC 08:00:00:00:S:K for the K-th host of switch S.</summary>
    /// <param name="onDevice">What it is linked to.</param>
    /// <param name="ofSwitch">Whose addresses it gets, when it hangs on a firewall behind that switch.</param>
    public void AddHost(string onDevice, string? ofSwitch = null)
    {
        string name = "h" + (_hosts.Count + 1).ToString(CultureInfo.InvariantCulture);
        ofSwitch ??= onDevice;
        int switchId = _switches.First(s => s.Name == ofSwitch).NodeId;
        int place = _hostsOf[ofSwitch] = _hostsOf.GetValueOrDefault(ofSwitch) + 1;
        string mac = string.Create(CultureInfo.InvariantCulture, $"08:00:00:00:{switchId:x2}:{place:x2}");
        _hosts.Add(new HostNode(name, new IPAddress([10, 0, (byte)switchId, (byte)place]), 24, mac, []));
        _links.Add(new Link(
            new LinkEnd(name, 0), NextPort(onDevice), HostRateBitsPerSecond, HostDelayNs, 0, QueueDepthPackets));
    }

    /// <summary>Joins two switches.</summary>
    public void Connect(string a, string b, long rateBitsPerSecond = SwitchRateBitsPerSecond) => _links.Add(new Link(
        NextPort(a), NextPort(b), rateBitsPerSecond, SwitchDelayNs, 0, QueueDepthPackets));

    /// <summary>The finished topology.</summary>
    public Topology Build(string name) =>
        new(name, [.. _switches], [.. _hosts], [.. _links]) { Tiers = [.. _tiers], Management = [.. _management] };

    private LinkEnd NextPort(string device)
    {
        int port = _nextPort[device] = _nextPort.GetValueOrDefault(device) + 1;
        return new LinkEnd(device, port);
    }
}
