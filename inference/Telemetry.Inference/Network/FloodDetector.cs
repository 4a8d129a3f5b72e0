using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Network;

/// <summary>
/// Floods by what arrives at a host: connections that begin and never go on, datagrams of senders that nobody knows,
/// more datagrams than its line takes. By rules: see the README for what they reach.
/// </summary>
internal sealed class FloodDetector(NetworkOptions options)
{
    private const string Name = "flood-rate";
    private const int NamedSources = 4;

    /// <summary>Windows of 100 ms over which load is averaged: losses are told late and in lumps.</summary>
    private const double LoadWeight = 0.3;

    private readonly Dictionary<string, Victim> _victims = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _drops = new(StringComparer.Ordinal);
    private readonly HashSet<FlowName> _knownFlows = [];
    private readonly HashSet<FlowName> _olderFlows = [];
    private long _knownSinceNs;

    /// <summary>Takes a port's window: what it dropped.</summary>
    public void Observe(in PortSample port)
    {
        if (port.Drops is > 0)
        {
            _drops[port.Port] = port.Drops.Value;
        }
    }

    /// <summary>Takes a flow of the window.</summary>
    public void Observe(in FlowSample flow, NetworkMap map)
    {
        if (flow.Protocol is not (6 or 17) || !map.Hosts.Contains(flow.Dst))
        {
            return;
        }

        if (!_victims.TryGetValue(flow.Dst, out Victim? victim))
        {
            _victims.Add(flow.Dst, victim = new Victim(flow.Dst));
        }

        bool unknown = !map.Hosts.Contains(flow.Src);
        if (flow.Protocol == 6)
        {
            FlowName name = FlowName.Of(flow);
            bool isNew = _knownFlows.Add(name) && !_olderFlows.Contains(name);
            victim.TcpFlows++;
            if (isNew && flow.Packets == 1 && flow.Bytes <= 80)
            {
                victim.HalfOpen++;
                victim.SynSources.Add(flow.Src, unknown, 1);
            }

            return;
        }

        long offered = flow.Packets + (flow.Lost ?? 0);
        victim.Datagrams += offered;
        victim.DatagramBytes += flow.Packets > 0 ? (double)flow.Bytes / flow.Packets * offered : 0;
        victim.UdpSources.Add(flow.Src, unknown, offered);
        if (unknown)
        {
            victim.UnknownDatagrams += offered;
            victim.UnknownSenders++;
        }
    }

    /// <summary>Judges the window that ends.</summary>
    public void Close(long startNs, long endNs, NetworkMap map, ICollection<NetworkAlert> changed)
    {
        if (endNs - _knownSinceNs > 5_000_000_000)
        {
            // What began longer ago than this and sends one packet now is no new connection.
            _olderFlows.Clear();
            _olderFlows.UnionWith(_knownFlows);
            _knownFlows.Clear();
            _knownSinceNs = endNs;
        }

        foreach (Victim victim in _victims.Values)
        {
            Judge(victim, startNs, endNs, map, changed);
            victim.Clear();
        }

        _drops.Clear();
    }

    private void Judge(Victim victim, long startNs, long endNs, NetworkMap map, ICollection<NetworkAlert> changed)
    {
        map.TryAccess(victim.Name, out string port, out long rateBps);
        double seconds = (endNs - startNs) / 1e9;
        bool open = victim.Syn.IsOpen;
        bool syn = victim.HalfOpen >= (open ? options.HalfOpenPerWindow / 2 : options.HalfOpenPerWindow)
            && victim.HalfOpen * 2 >= victim.TcpFlows;
        EventTrack.Turn turn = victim.Syn.Observe(syn, startNs, endNs);
        victim.SynRate = syn ? Math.Max(victim.SynRate, victim.HalfOpen / seconds) : victim.SynRate;
        if (turn != EventTrack.Turn.None)
        {
            string text = string.Create(null, $"{victim.SynRate:F0} connections/s to {victim.Name} over {port} begin and do not go on, from {victim.SynSources.InWords(NamedSources)}");
            Tell(victim, victim.Syn, "synflood", turn, text, [new Reason("half_open_per_s", victim.SynRate, 1)], changed);
            victim.SynRate = turn == EventTrack.Turn.Closed ? 0 : victim.SynRate;
        }

        double size = victim.Datagrams > 0 ? victim.DatagramBytes / victim.Datagrams : 0;
        if (victim.UnknownDatagrams * 2 >= victim.Datagrams && victim.Datagrams > 0)
        {
            // Nobody counts the packets of made-up senders: what the last queue dropped was theirs.
            victim.DatagramBytes += _drops.GetValueOrDefault(port) * victim.DatagramBytes / victim.Datagrams;
        }

        double load = rateBps > 0 ? victim.DatagramBytes * 8 / seconds / rateBps : 0;
        victim.Load += LoadWeight * (load - victim.Load);
        double ease = victim.Udp.IsOpen ? 0.7 : 1;
        bool many = victim.Datagrams >= 4 * ease * victim.UsualDatagrams;
        victim.OverSinceNs = victim.Load < options.LastingFloodLoad * ease ? null : victim.OverSinceNs ?? startNs;
        bool udp = (victim.UnknownSenders >= options.UnknownSendersPerWindow * ease && victim.UnknownDatagrams * 2 >= victim.Datagrams)
            || (victim.Load >= options.FloodLoad * ease && load >= options.FloodLoad * ease)
            || endNs - victim.OverSinceNs >= options.LastingFloodNs
            || (size <= options.SmallPacketBytes && load >= options.SmallPacketLoad * ease && many);
        turn = victim.Udp.Observe(udp, startNs, endNs);
        if (udp)
        {
            victim.UdpRate = Math.Max(victim.UdpRate, victim.Datagrams / seconds);
            victim.UdpLoad = Math.Max(victim.UdpLoad, victim.Load);
            victim.UdpBytes = size;
        }
        else if (!victim.Udp.IsOpen)
        {
            victim.UsualDatagrams += 0.05 * (victim.Datagrams - victim.UsualDatagrams);
        }

        if (turn != EventTrack.Turn.None)
        {
            string text = string.Create(null, $"{victim.UdpRate:F0} datagrams/s of {victim.UdpBytes:F0} bytes to {victim.Name} over {port}, {victim.UdpLoad:F1} times its line, from {victim.UdpSources.InWords(NamedSources)}");
            Reason[] reasons = [new("datagrams_per_s", victim.UdpRate, 0.5), new("load", victim.UdpLoad, 0.5)];
            Tell(victim, victim.Udp, "udpflood", turn, text, reasons, changed);
            (victim.UdpRate, victim.UdpLoad) = turn == EventTrack.Turn.Closed ? (0, 0) : (victim.UdpRate, victim.UdpLoad);
        }

        if (!victim.Syn.IsOpen && !syn)
        {
            victim.SynSources.Clear();
        }

        if (!victim.Udp.IsOpen && !udp)
        {
            victim.UdpSources.Clear();
        }
    }

    private static void Tell(
        Victim victim, EventTrack track, string kind, EventTrack.Turn turn, string text, Reason[] reasons, ICollection<NetworkAlert> changed) =>
        changed.Add(new NetworkAlert(
            kind, victim.Name, track.StartNs, turn == EventTrack.Turn.Closed ? track.LastNs : null, track.DetectedNs, 1, text, reasons, Name));

    private sealed class Victim(string name)
    {
        public string Name { get; } = name;

        public EventTrack Syn { get; } = new(openAfter: 3, closeAfter: 5);

        public EventTrack Udp { get; } = new(openAfter: 3, closeAfter: 5);

        public SourceTally SynSources { get; } = new();

        public SourceTally UdpSources { get; } = new();

        public int TcpFlows { get; set; }

        public int HalfOpen { get; set; }

        public long Datagrams { get; set; }

        public double DatagramBytes { get; set; }

        public long UnknownDatagrams { get; set; }

        public int UnknownSenders { get; set; }

        public double UsualDatagrams { get; set; }

        /// <summary>Offered by UDP as a factor of the line's rate, averaged.</summary>
        public double Load { get; set; }

        /// <summary>Since when the line has been offered more than it carries; null while it is not.</summary>
        public long? OverSinceNs { get; set; }

        public double SynRate { get; set; }

        public double UdpRate { get; set; }

        public double UdpLoad { get; set; }

        public double UdpBytes { get; set; }

        public void Clear() => (TcpFlows, HalfOpen, Datagrams, DatagramBytes, UnknownDatagrams, UnknownSenders) = (0, 0, 0, 0, 0, 0);
    }
}
