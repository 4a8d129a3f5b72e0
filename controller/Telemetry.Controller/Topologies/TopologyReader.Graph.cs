using System.Net;
using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.Topologies;

internal sealed partial class TopologyReader
{
    private void CheckHostsLinked()
    {
        foreach (HostDraft host in _hosts.Where(h => h.Tier is null && !_usedEnds.ContainsKey(new LinkEnd(h.Name, 0))))
        {
            Fault(host.Part, $"{host.Name} has no link; expected one to a switch");
        }
    }

    private void CheckConnected()
    {
        Dictionary<string, int> distances = Distances([_switches[0].Name]);
        foreach (SwitchDraft node in _switches.Where(s => !distances.ContainsKey(s.Name)))
        {
            Fault(node.Part, $"{node.Name} cannot be reached from {_switches[0].Name}; expected one connected network");
        }
    }

    /// <summary>Gives hosts without an address 10.0.(switch).(n)/24 and without a MAC 08:00:00:00:(switch):(n).</summary>
    private void AssignAddresses()
    {
        HashSet<IPAddress> addresses = [.. _hosts.Select(h => h.Address).OfType<IPAddress>()];
        HashSet<string> macs = [.. _hosts.Select(h => h.Mac).OfType<string>()];
        AssignManagement(addresses, macs);
        foreach (HostDraft host in _hosts.Where(h => h.Tier is null))
        {
            if (_links.Find(l => l.Link.A.Device == host.Name || l.Link.B.Device == host.Name) is not { } attached)
            {
                continue;
            }

            LinkEnd end = attached.Link.A.Device == host.Name ? attached.Link.B : attached.Link.A;
            int nodeId = _switches.Find(s => s.Name == end.Device)!.NodeId;
            for (int n = 1; host.Address is null; n++)
            {
                if (n > 254)
                {
                    Fault(host.Part, $"no address is left on {end.Device}; expected at most 254 hosts without an ip");
                    return;
                }

                IPAddress address = new([10, (byte)(nodeId >> 8), (byte)nodeId, (byte)n]);
                if (addresses.Add(address))
                {
                    host.Address = address;
                }
            }

            for (int n = 1; host.Mac is null; n++)
            {
                string mac = $"08:00:00:{nodeId >> 8:x2}:{nodeId & 255:x2}:{n & 255:x2}";
                if (macs.Add(mac))
                {
                    host.Mac = mac;
                }
            }
        }
    }

    private void AssignLayers()
    {
        HashSet<string> hosts = [.. _hosts.Select(h => h.Name)];
        List<string> edge = [];
        foreach (LinkDraft link in _links)
        {
            edge.AddRange(hosts.Contains(link.Link.A.Device) ? [link.Link.B.Device] : []);
            edge.AddRange(hosts.Contains(link.Link.B.Device) ? [link.Link.A.Device] : []);
        }

        Dictionary<string, int> distances = Distances(edge);
        foreach (SwitchDraft node in _switches.Where(s => s.Layer == 0))
        {
            node.Layer = 1 + distances.GetValueOrDefault(node.Name);
        }
    }

    /// <summary>Hops from the nearest of <paramref name="start"/> to every switch that can be reached.</summary>
    private Dictionary<string, int> Distances(IReadOnlyList<string> start)
    {
        Dictionary<string, int> distances = [];
        Queue<string> queue = new();
        foreach (string name in start)
        {
            if (distances.TryAdd(name, 0))
            {
                queue.Enqueue(name);
            }
        }

        while (queue.TryDequeue(out string? at))
        {
            foreach (LinkDraft link in _links)
            {
                string? next = link.Link.A.Device == at ? link.Link.B.Device
                    : link.Link.B.Device == at ? link.Link.A.Device : null;
                if (next is not null && _switches.Exists(s => s.Name == next) && distances.TryAdd(next, distances[at] + 1))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return distances;
    }
}
