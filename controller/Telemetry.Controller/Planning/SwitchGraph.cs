using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Planning;

/// <summary>A switch at the other end of a port.</summary>
internal readonly record struct Neighbour(int Port, SwitchNode Switch, int RemotePort, Link Link);

/// <summary>Where a host hangs.</summary>
internal readonly record struct Attachment(HostNode Host, SwitchNode Switch, int Port);

/// <summary>A topology, indexed by switch.</summary>
internal sealed class SwitchGraph
{
    private readonly Dictionary<string, List<Neighbour>> _neighbours = [];
    private readonly Dictionary<string, List<Attachment>> _attached = [];

    public SwitchGraph(Topology topology)
    {
        Dictionary<string, SwitchNode> switches = topology.Switches.ToDictionary(s => s.Name);
        Dictionary<string, HostNode> hosts = topology.Hosts.ToDictionary(h => h.Name);
        List<Attachment> attachments = [];
        foreach (SwitchNode node in topology.Switches)
        {
            _neighbours.Add(node.Name, []);
            _attached.Add(node.Name, []);
        }

        foreach (Link link in topology.Links)
        {
            Add(link, link.A, link.B);
            Add(link, link.B, link.A);
        }

        foreach (List<Neighbour> list in _neighbours.Values)
        {
            list.Sort((x, y) => x.Port.CompareTo(y.Port));
        }

        ILookup<string, Attachment> byHost = attachments.ToLookup(a => a.Host.Name);
        Hosts = [.. topology.Hosts.SelectMany(h => byHost[h.Name])];
        foreach (Attachment attachment in Hosts)
        {
            _attached[attachment.Switch.Name].Add(attachment);
        }

        return;

        void Add(Link link, LinkEnd near, LinkEnd far)
        {
            if (!switches.TryGetValue(near.Device, out SwitchNode? node))
            {
                return;
            }

            if (hosts.TryGetValue(far.Device, out HostNode? host))
            {
                attachments.Add(new Attachment(host, node, near.Port));
            }
            else
            {
                _neighbours[near.Device].Add(new Neighbour(near.Port, switches[far.Device], far.Port, link));
            }
        }
    }

    /// <summary>Hosts in the topology's order.</summary>
    public IReadOnlyList<Attachment> Hosts { get; }

    /// <summary>Switches next to this one, by ascending port.</summary>
    public IReadOnlyList<Neighbour> Neighbours(string switchName) => _neighbours[switchName];

    /// <summary>Hosts at this switch, in the topology's order.</summary>
    public IReadOnlyList<Attachment> HostsAt(string switchName) => _attached[switchName];

    /// <summary>The switch behind a port; null if there is none.</summary>
    public string? NeighbourAt(string switchName, int port) => _neighbours[switchName].Find(n => n.Port == port).Switch?.Name;
}
