using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Network;

/// <summary>
/// Service that gets worse without a queue: a link that became slow for all its packets, or a flow whose time through
/// the network rose though neither its queues nor its links did. Both against what they usually are.
/// </summary>
internal sealed class LatencyDetector(NetworkOptions options)
{
    private const string Name = "latency-baseline";
    private const int LearnWindows = 10;
    private const int MinPackets = 2;
    private const int FlowWindows = 3;

    /// <summary>Windows that must agree; each of them stands for several, of which the lowest counts.</summary>
    private const int LinkWindows = 2;
    private const int IdleWindows = 100;

    /// <summary>A link without packets for so long says nothing of its switch.</summary>
    private const int PauseWindows = 3;

    /// <summary>Links that wait for the same switch do so by very different times: on BMv2 that had too little of two cores a fifth was seldom missed.</summary>
    private const double WaitShare = 0.2;

    /// <summary>The smallest packets are about a third of the mean one; half of that.</summary>
    private const double LowShare = 0.15;

    /// <summary>A queue up to here does not explain a flow's latency.</summary>
    private const double CalmQueue = 0.1;

    private readonly SortedDictionary<string, SlowLink> _links = new(StringComparer.Ordinal);
    private readonly Dictionary<FlowName, SlowFlow> _flows = [];
    private readonly SortedDictionary<string, SlowPair> _pairs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _busyPorts = new(StringComparer.Ordinal);
    private readonly List<(string Pair, FlowSample Flow)> _window = [];
    private readonly Dictionary<string, double> _waitNs = new(StringComparer.Ordinal);
    private readonly List<FlowName> _gone = [];

    /// <summary>Takes a port's window: its queue may explain what flows see.</summary>
    public void Observe(in PortSample port)
    {
        if (port.QueueCapacity > 0 && port.DepthMax >= CalmQueue * port.QueueCapacity)
        {
            _busyPorts[port.Port] = 3; // packets of this window may be told of in the next one
        }

        double before = _waitNs.GetValueOrDefault(port.Port) / 2;
        _waitNs[port.Port] = port.LatencyP99Ns > before ? port.LatencyP99Ns : before;
    }

    /// <summary>Takes a direction of a link; links come before flows.</summary>
    public void Observe(in LinkSample sample)
    {
        if (sample.Packets < MinPackets || double.IsNaN(sample.LatencyP10Ns) || double.IsNaN(sample.LatencyMeanNs))
        {
            return;
        }

        if (!_links.TryGetValue(sample.Entity, out SlowLink? link))
        {
            _links.Add(sample.Entity, link = new SlowLink(sample.Entity));
        }

        link.Of(sample.From, sample.To).Add(sample.LatencyP10Ns, sample.LatencyMeanNs);
    }

    /// <summary>Takes a flow.</summary>
    public void Observe(in FlowSample flow, NetworkMap map)
    {
        if (double.IsNaN(flow.LatencyP50Ns) || flow.Packets < 1 || flow.Path.Count < 2)
        {
            return;
        }

        string pair = $"{flow.Src}>{flow.Dst}";
        for (int i = 1; i < flow.Path.Count; i++)
        {
            if (_links.TryGetValue(NetworkMap.LinkName(flow.Path[i - 1], flow.Path[i]), out SlowLink? crossed))
            {
                crossed.Of(flow.Path[i - 1], flow.Path[i]).AddFlow(pair, flow.Packets, flow.Bytes);
            }
        }

        if (map.Hosts.Contains(flow.Src))
        {
            _window.Add((pair, flow));
        }
    }

    /// <summary>Judges the window that ends.</summary>
    public void Close(long startNs, long endNs, NetworkMap map, ICollection<NetworkAlert> changed)
    {
        foreach (SlowLink link in _links.Values)
        {
            Judge(link, startNs, endNs, map, changed);
        }

        foreach ((string pair, FlowSample flow) in _window)
        {
            Judge(pair, flow, map);
        }

        _window.Clear();
        foreach (SlowPair pair in _pairs.Values)
        {
            // Windows without a packet of the class say nothing.
            if (pair.Hit || pair.Seen)
            {
                string protocol = pair.Protocol == 17 ? "udp" : pair.Protocol == 6 ? "tcp" : "ip";
                Tell(pair.Track, pair.Track.Observe(pair.Hit, startNs, endNs), pair.Name,
                    $"{protocol} to port {pair.Port} of {pair.Name} takes {pair.NowNs / 1e6:F2} ms instead of {pair.UsualNs / 1e6:F2} ms over {string.Join(" ", pair.Path)}; their queues and links are calm",
                    pair.NowNs, pair.UsualNs, changed);
                pair.NowNs = pair.Track.IsHit || pair.Track.IsOpen ? pair.NowNs : 0;
            }

            (pair.Hit, pair.Seen) = (false, false);
        }

        Age();
    }

    /// <summary>
    /// Where only one pair of hosts uses a link, nobody can tell a slow link from a pair that is served badly: then the
    /// pair is told. A class of packets that is delayed leaves the fastest ones as they were: so those must be slow too.
    /// </summary>
    private void Judge(SlowLink link, long startNs, long endNs, NetworkMap map, ICollection<NetworkAlert> changed)
    {
        bool seen = false;
        bool slow = false;
        link.Suspect = false;
        foreach (LinkLatency way in link.Directions)
        {
            bool shared = way.Pairs >= 2;
            if (!way.Close(map.RateBetween(way.From, way.To), options.LatencyWindows))
            {
                continue;
            }

            seen = true;
            bool known = way.Low.Windows >= LearnWindows;
            link.Suspect |= known && shared && IsSlow(way, way.Newest.LowNs, way.Newest.RestNs);
            if (!known || !IsSlow(way, way.LowNs, way.RestNs))
            {
                if (!known || !way.Rest.IsAbove(way.Newest.RestNs, options.LatencyRiseNs / 3.0, 0.5))
                {
                    way.Learn();
                }

                continue;
            }

            shared &= !options.SwitchesWait || !SharesItsSwitch(way);
            slow |= shared;
            if (shared && way.MeanNs > link.NowNs)
            {
                (link.NowNs, link.UsualNs) = (way.MeanNs, way.MeanNs - way.Newest.RestNs + way.Rest.MeanNs);
            }
        }

        if (seen)
        {
            Tell(link.Track, link.Track.Observe(slow, startNs, endNs), link.Entity,
                $"{link.Entity} takes {link.NowNs / 1e6:F2} ms instead of {link.UsualNs / 1e6:F2} ms, without a queue", link.NowNs, link.UsualNs, changed);
            link.NowNs = link.Track.IsHit || link.Track.IsOpen ? link.NowNs : 0;
        }
    }

    /// <summary>
    /// Whether other links rose too that the same switch sends to, or receives from: BMv2 stamps a packet before it waits to send
    /// it, and when it has waited to be received.
    /// </summary>
    private bool SharesItsSwitch(LinkLatency way)
    {
        foreach (SlowLink link in _links.Values)
        {
            foreach (LinkLatency other in link.Directions)
            {
                if (other != way && (other.From == way.From || other.To == way.To)
                    && other.Silent < PauseWindows && other.Low.Windows >= LearnWindows && other.RiseNs > WaitShare * way.RiseNs)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// The fastest tenth must be slower by a share of what the mean is slower by: all of it where a link delays everything,
    /// what small packets take of it where a line's rate fell, nothing where one class is delayed.
    /// </summary>
    private bool IsSlow(LinkLatency way, double lowNs, double restNs) =>
        way.Rest.IsAbove(restNs, options.LatencyRiseNs / 3.0, 0.5)
        && way.Low.IsAbove(lowNs, Math.Max(options.LatencyRiseNs / 10.0, LowShare * (restNs - way.Rest.MeanNs)), 0.1, 0);

    private void Judge(string name, in FlowSample flow, NetworkMap map)
    {
        FlowName key = FlowName.Of(flow);
        if (!_flows.TryGetValue(key, out SlowFlow? known))
        {
            if (_flows.Count >= 50_000)
            {
                return; // a flood of flows: none of them lasts long enough to be judged
            }

            _flows.Add(key, known = new SlowFlow());
        }

        known.Idle = 0;
        if (flow.PathChanges > 0 || (!ReferenceEquals(known.Path, flow.Path) && !known.Path.SequenceEqual(flow.Path)))
        {
            known.Usual.Forget();
            known.Hits = 0;
        }

        known.Path = flow.Path;
        bool above = known.Usual.Windows >= LearnWindows && known.Usual.IsAbove(flow.LatencyP50Ns, options.LatencyRiseNs * 3.0, 0.5);
        bool explained = above && Explained(flow, flow.LatencyP50Ns - known.Usual.MeanNs, map);
        known.Hits = above && !explained ? known.Hits + 1 : 0;
        if (!above)
        {
            known.Usual.Learn(flow.LatencyP50Ns);
        }

        if (known.Hits >= FlowWindows)
        {
            if (!_pairs.TryGetValue(name, out SlowPair? pair))
            {
                _pairs.Add(name, pair = new SlowPair(name, options.LatencyWindows));
            }

            pair.Hit = true;
            pair.NowNs = Math.Max(pair.NowNs, flow.LatencyP50Ns);
            (pair.UsualNs, pair.Protocol, pair.Port, pair.Path) = (known.Usual.MeanNs, flow.Protocol, flow.DstPort, flow.Path);
        }
        else if (_pairs.TryGetValue(name, out SlowPair? calm))
        {
            calm.Seen = true;
        }
    }

    private void Age()
    {
        foreach (string port in _busyPorts.Keys)
        {
            if (--_busyPorts[port] <= 0)
            {
                _busyPorts.Remove(port);
            }
        }

        _gone.Clear();
        foreach ((FlowName name, SlowFlow flow) in _flows)
        {
            if (++flow.Idle > IdleWindows)
            {
                _gone.Add(name);
            }
        }

        _gone.ForEach(name => _flows.Remove(name));
    }

    /// <summary>Whether queues on the way, or a slow link, can be why a flow takes so much longer.</summary>
    private bool Explained(in FlowSample flow, double riseNs, NetworkMap map)
    {
        double waitNs = 0;
        if (map.TryAccess(flow.Dst, out string access, out _))
        {
            if (_busyPorts.ContainsKey(access))
            {
                return true;
            }

            waitNs = _waitNs.GetValueOrDefault(access);
        }

        for (int i = 1; i < flow.Path.Count; i++)
        {
            string from = flow.Path[i - 1];
            string to = flow.Path[i];
            bool known = map.TryBetween(from, to, out string egress, out _);
            waitNs += known ? _waitNs.GetValueOrDefault(egress) : 0;
            if ((known && _busyPorts.ContainsKey(egress))
                || (_links.TryGetValue(NetworkMap.LinkName(from, to), out SlowLink? link) && (link.Track.IsHit || link.Track.IsOpen || link.Suspect)))
            {
                return true;
            }
        }

        return waitNs * 2 >= riseNs;
    }

    private static void Tell(
        EventTrack track, EventTrack.Turn turn, string entity, FormattableString text, double nowNs, double usualNs, ICollection<NetworkAlert> changed)
    {
        if (turn != EventTrack.Turn.None)
        {
            changed.Add(new NetworkAlert(
                "qos", entity, track.StartNs, turn == EventTrack.Turn.Closed ? track.LastNs : null, track.DetectedNs, 1,
                FormattableString.Invariant(text), [new Reason("latency_ms", nowNs / 1e6, 0.8), new Reason("usual_ms", usualNs / 1e6, 0.2)], Name));
        }
    }

    private sealed class SlowLink(string entity)
    {
        private readonly List<LinkLatency> _directions = [];

        public string Entity { get; } = entity;

        public EventTrack Track { get; } = new(LinkWindows, closeAfter: 5);

        public IReadOnlyList<LinkLatency> Directions => _directions;

        /// <summary>Whether the newest window alone looks slow.</summary>
        public bool Suspect { get; set; }

        public double NowNs { get; set; }

        public double UsualNs { get; set; }

        public LinkLatency Of(string from, string to)
        {
            foreach (LinkLatency known in _directions)
            {
                if (known.From == from && known.To == to)
                {
                    return known;
                }
            }

            _directions.Add(new LinkLatency(from, to));
            return _directions[^1];
        }
    }

    private sealed class SlowFlow
    {
        public Baseline Usual { get; } = new();

        public IReadOnlyList<string> Path { get; set; } = [];

        public int Hits { get; set; }

        public int Idle { get; set; }
    }

    private sealed class SlowPair(string name, int openAfter)
    {
        public string Name { get; } = name;

        public EventTrack Track { get; } = new(openAfter, closeAfter: 5);

        public bool Hit { get; set; }

        public bool Seen { get; set; }

        public double NowNs { get; set; }

        public double UsualNs { get; set; }

        public int Protocol { get; set; }

        public int Port { get; set; }

        public IReadOnlyList<string> Path { get; set; } = [];
    }
}
