using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Hosts;

/// <summary>A topology's hosts, and what hosts that were learned add to it or change. Immutable.</summary>
internal sealed partial class HostNetwork
{
    private readonly Topology _topology;
    private readonly Dictionary<IPAddress, (HostNode Host, LinkEnd At)> _named = [];
    private readonly HashSet<LinkEnd> _switchPorts = [];
    private readonly HashSet<IPAddress> _gateways = [];

    public HostNetwork(Topology topology)
    {
        _topology = topology;
        HashSet<string> switches = topology.Switches.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (Link link in topology.Links)
        {
            if (switches.Contains(link.A.Device) && switches.Contains(link.B.Device))
            {
                _switchPorts.Add(link.A);
                _switchPorts.Add(link.B);
            }
        }

        foreach (HostNode host in topology.Hosts)
        {
            foreach (Link link in topology.Links.Where(l => l.A.Device == host.Name || l.B.Device == host.Name).Take(1))
            {
                _named.TryAdd(host.Address, (host, link.A.Device == host.Name ? link.B : link.A));
            }

            foreach (Match match in host.Commands.SelectMany(c => Gateway().Matches(c)))
            {
                if (IPAddress.TryParse(match.Groups[1].Value, out IPAddress? gateway))
                {
                    _gateways.Add(gateway);
                }
            }
        }
    }

    /// <summary>Ports that hosts of the topology hang on.</summary>
    public IEnumerable<LinkEnd> HostPorts => _named.Values.Select(n => n.At);

    /// <summary>Whether hosts may be at a port: none that the topology gives to a link between switches.</summary>
    public bool IsHostPort(LinkEnd at) => !_switchPorts.Contains(at);

    /// <summary>Whether hosts' own commands make it their way out: a switch answers for it.</summary>
    public bool IsGateway(IPAddress address) => _gateways.Contains(address);

    /// <summary>The topology's host with this address and where the topology has it; null for others.</summary>
    public (HostNode Host, LinkEnd At)? Named(IPAddress address) => _named.TryGetValue(address, out var found) ? found : null;

    /// <summary>
    /// The topology with hosts where they were heard: those that it names moved to their new port, and others added, named
    /// by their address. The same object where nothing differs.
    /// </summary>
    public Topology With(IEnumerable<LearnedHost> learned)
    {
        List<HostNode> hosts = [.. _topology.Hosts];
        List<Link> links = [.. _topology.Links];
        bool changed = false;
        foreach (LearnedHost host in learned.Where(h => !IsLinkLocal(h.Address)).OrderBy(h => h.Address.ToString(), StringComparer.Ordinal))
        {
            if (Named(host.Address) is { } named)
            {
                if (named.At != host.At)
                {
                    changed = true;
                    int index = links.FindIndex(l => l.A.Device == named.Host.Name || l.B.Device == named.Host.Name);
                    links[index] = links[index] with { A = new LinkEnd(named.Host.Name, 0), B = host.At };
                }

                continue;
            }

            changed = true;
            string name = host.Address.ToString();
            hosts.Add(new HostNode(name, host.Address, host.Address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128, host.Mac, []));
            links.Add(new Link(new LinkEnd(name, 0), host.At, 0, 0, 0, 64));
        }

        return changed ? _topology with { Hosts = hosts, Links = links } : _topology;
    }

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal;

    [GeneratedRegex(@"(?:\bgw|\bvia)\s+([0-9a-fA-F.:]+)")]
    private static partial Regex Gateway();
}
