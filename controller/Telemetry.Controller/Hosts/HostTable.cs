using System.Net;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Hosts;

/// <summary>Hosts by address: bounded, with ages and moves. Not safe for several threads; no clock of its own.</summary>
internal sealed class HostTable(HostOptions options)
{
    private readonly Dictionary<IPAddress, LearnedHost> _hosts = [];

    /// <summary>Claims that were not believed.</summary>
    public long Conflicts { get; private set; }

    /// <summary>Hosts that found no room.</summary>
    public long Refused { get; private set; }

    /// <summary>In no order.</summary>
    public IReadOnlyCollection<LearnedHost> Hosts => _hosts.Values;

    public LearnedHost? Find(IPAddress address) => _hosts.GetValueOrDefault(address);

    /// <summary>Takes what a host said of itself.</summary>
    public HostEvent Learn(IPAddress address, string mac, LinkEnd at, long nowNs)
    {
        if (!_hosts.TryGetValue(address, out LearnedHost? known))
        {
            if (_hosts.Count >= options.MaximumHosts)
            {
                Refused++;
                return HostEvent.Refused;
            }

            _hosts.Add(address, new LearnedHost(address, mac, at, nowNs, nowNs, 0));
            return HostEvent.Learned;
        }

        bool sameMac = known.Mac == mac;
        if (!sameMac && nowNs - known.LastSeenNs < options.OwnerHold.Ticks * 100)
        {
            Conflicts++;
            return HostEvent.Conflict;
        }

        bool moved = known.At != at || !sameMac;
        _hosts[address] = known with { Mac = mac, At = at, LastSeenNs = nowNs, Moves = known.Moves + (moved ? 1 : 0) };
        return moved ? HostEvent.Moved : HostEvent.Seen;
    }

    /// <summary>Forgets hosts that were not heard for too long, and tells which.</summary>
    public IReadOnlyList<LearnedHost> Expire(long nowNs)
    {
        LearnedHost[] gone = [.. _hosts.Values.Where(h => nowNs - h.LastSeenNs > options.MaximumAge.Ticks * 100)];
        foreach (LearnedHost host in gone)
        {
            _hosts.Remove(host.Address);
        }

        return gone;
    }
}
