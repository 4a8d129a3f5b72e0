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

    private readonly List<SwitchNode> _switches = [];
    private readonly List<HostNode> _hosts = [];
    private readonly List<Link> _links = [];
    private readonly Dictionary<string, int> _nextPort = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _hostsOf = new(StringComparer.Ordinal);

    /// <summary>Adds <c>sN</c>.</summary>
    public string AddSwitch(int layer)
    {
        int id = _switches.Count + 1;
        string name = "s" + id.ToString(CultureInfo.InvariantCulture);
        _switches.Add(new SwitchNode(name, id, layer, null, null, null, "c1"));
        return name;
    }

    /// <summary>Adds <c>hN</c> on a switch: address 10.0.S.K, MAC 08:00:00:00:S:K for the K-th host of switch S.</summary>
    public void AddHost(string onSwitch)
    {
        string name = "h" + (_hosts.Count + 1).ToString(CultureInfo.InvariantCulture);
        int switchId = _switches.First(s => s.Name == onSwitch).NodeId;
        int place = _hostsOf[onSwitch] = _hostsOf.GetValueOrDefault(onSwitch) + 1;
        string mac = string.Create(CultureInfo.InvariantCulture, $"08:00:00:00:{switchId:x2}:{place:x2}");
        _hosts.Add(new HostNode(name, new IPAddress([10, 0, (byte)switchId, (byte)place]), 24, mac, []));
        _links.Add(new Link(
            new LinkEnd(name, 0), NextPort(onSwitch), HostRateBitsPerSecond, HostDelayNs, 0, QueueDepthPackets));
    }

    /// <summary>Joins two switches.</summary>
    public void Connect(string a, string b) => _links.Add(new Link(
        NextPort(a), NextPort(b), SwitchRateBitsPerSecond, SwitchDelayNs, 0, QueueDepthPackets));

    /// <summary>The finished topology.</summary>
    public Topology Build(string name) => new(name, [.. _switches], [.. _hosts], [.. _links]);

    private LinkEnd NextPort(string device)
    {
        int port = _nextPort[device] = _nextPort.GetValueOrDefault(device) + 1;
        return new LinkEnd(device, port);
    }
}
