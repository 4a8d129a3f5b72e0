using System.Net;
using Telemetry.Controller.Client;
using Telemetry.Controller.Hosts;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.App;

public sealed partial class ControllerApp
{
    /// <summary>Searches that are remembered at most, so that a flood of made-up addresses costs nothing.</summary>
    private const int MaximumSearches = 1024;

    private readonly HostNetwork _hostNetwork;
    private readonly HostTable? _hosts;
    private readonly Dictionary<IPAddress, long> _searches = [];
    private long _hostsAgedNs;
    private long _answers;

    /// <summary>Raised when a host was learned, moved or was forgotten, or when a claim is not believed; on the thread that found out.</summary>
    public event Action<HostEvent, LearnedHost>? HostChanged;

    /// <summary>Hosts that told of themselves, by address; a snapshot. Empty where the options do not learn any.</summary>
    public IReadOnlyList<LearnedHost> Hosts
    {
        get
        {
            lock (_gate)
            {
                return _hosts is null ? [] : [.. _hosts.Hosts.OrderBy(h => h.Address.ToString(), StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Requests for addresses that were answered on behalf of their owners.</summary>
    public long AddressAnswers => Interlocked.Read(ref _answers);

    /// <summary>The topology, with hosts where they were heard.</summary>
    private Topology Network()
    {
        lock (_gate)
        {
            return _hosts is null ? _topology : _hostNetwork.With(_hosts.Hosts);
        }
    }

    private void OnHostPacket(SwitchAgent agent, int port, ReadOnlySpan<byte> frame)
    {
        LinkEnd at = new(agent.Node.Name, port);
        if (_hosts is null || !_hostNetwork.IsHostPort(at) || !HostMessage.TryRead(frame, out HostMessage message))
        {
            return;
        }

        HostEvent found = HostEvent.Seen;
        LearnedHost? host = null;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            if (message.Sender is { } sender)
            {
                (found, host) = Learn(sender, MacAddress.Format(message.SenderMac), at);
            }
        }

        if (found is HostEvent.Learned or HostEvent.Moved)
        {
            Reroute();
        }

        if (host is not null && found is not HostEvent.Seen)
        {
            HostChanged?.Invoke(found, host);
        }

        if (found is not (HostEvent.Conflict or HostEvent.Refused))
        {
            Resolve(message, at, frame);
        }
    }

    private (HostEvent, LearnedHost?) Learn(IPAddress address, string mac, LinkEnd at)
    {
        long nowNs = NowNs();
        if (_hosts!.Find(address) is null && _hostNetwork.Named(address) is { } named)
        {
            // What the topology says is known already; only who has its MAC address can be elsewhere.
            if (named.Host.Mac != mac)
            {
                return (HostEvent.Conflict, new LearnedHost(address, mac, at, nowNs, nowNs, 0));
            }

            HostEvent first = _hosts.Learn(address, mac, at, nowNs);
            return (first == HostEvent.Learned && named.At != at ? HostEvent.Moved : first, _hosts.Find(address));
        }

        HostEvent found = _hosts.Learn(address, mac, at, nowNs);
        return (found, found is HostEvent.Conflict or HostEvent.Refused ? new LearnedHost(address, mac, at, nowNs, nowNs, 0) : _hosts.Find(address));
    }

    /// <summary>Answers for hosts that are known, passes answers on to who asked, and has other hosts asked for the rest.</summary>
    private void Resolve(HostMessage message, LinkEnd at, ReadOnlySpan<byte> frame)
    {
        if (message.Target is not { } target || target.Equals(message.Sender))
        {
            return; // said to everybody: who wants to know asks
        }

        if (!message.IsRequest)
        {
            if (Whereabouts(target) is { } asker && asker.At != at)
            {
                Send(asker.At, frame);
            }

            return;
        }

        (string Mac, LinkEnd At)? owner = Whereabouts(target);
        if (owner is null && _hostNetwork.IsGateway(target))
        {
            owner = (PortMac.Of(_agentByName[at.Device].Node.NodeId, at.Port), default);
        }

        if (owner is { } found)
        {
            if (found.At != at && MacAddress.TryParse(found.Mac, out ulong mac) && mac != message.SenderMac)
            {
                Interlocked.Increment(ref _answers);
                Send(at, HostMessage.Answer(frame, mac));
            }

            return;
        }

        foreach (LinkEnd port in message.Sender is null ? [] : Search(target, at))
        {
            Send(port, frame);
        }
    }

    /// <summary>Ports where hosts are to be asked for an address that nobody has told of; none if that was done just now.</summary>
    private IReadOnlyList<LinkEnd> Search(IPAddress target, LinkEnd asker)
    {
        long nowNs = NowNs();
        lock (_gate)
        {
            if (_searches.TryGetValue(target, out long lastNs) && nowNs - lastNs < _options.Hosts!.SearchInterval.Ticks * 100)
            {
                return [];
            }

            if (_searches.Count >= MaximumSearches)
            {
                _searches.Clear();
            }

            _searches[target] = nowNs;
            return [.. _hostNetwork.HostPorts.Concat(_hosts!.Hosts.Select(h => h.At)).Distinct().Where(p => p != asker)];
        }
    }

    private (string Mac, LinkEnd At)? Whereabouts(IPAddress address)
    {
        lock (_gate)
        {
            return _hosts!.Find(address) is { } learned ? (learned.Mac, learned.At)
                : _hostNetwork.Named(address) is { } named ? (named.Host.Mac, named.At)
                : null;
        }
    }

    private void Send(LinkEnd to, ReadOnlySpan<byte> frame)
    {
        if (_agentByName.TryGetValue(to.Device, out SwitchAgent? agent))
        {
            agent.Switch.TrySend(frame, ("egress_port", to.Port)); // one that is lost is asked for again
        }
    }

    /// <summary>Forgets hosts that were not heard for long; looks once a second.</summary>
    private void AgeHosts()
    {
        long nowNs = NowNs();
        IReadOnlyList<LearnedHost> gone;
        lock (_gate)
        {
            if (_hosts is null || nowNs - _hostsAgedNs < 1_000_000_000)
            {
                return;
            }

            _hostsAgedNs = nowNs;
            gone = _hosts.Expire(nowNs);
        }

        if (gone.Count > 0)
        {
            Reroute();
            foreach (LearnedHost host in gone)
            {
                HostChanged?.Invoke(HostEvent.Gone, host);
            }
        }
    }
}
