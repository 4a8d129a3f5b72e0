using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Network;

/// <summary>
/// Packets that a link loses without being down, by counting: what one end sent and the other did not receive. Both
/// ends are read at times of their own, so only the least difference within a second counts, and how it grew in two.
/// Flows that cross the link and miss packets are the other evidence, and say whether all destinations suffer; not those
/// whose way has a queue that was full just now, which is why they miss them.
/// </summary>
internal sealed class LossDetector(NetworkOptions options)
{
    private const string Name = "counter-balance";
    private const int EnvelopeWindows = 12;
    private const int SpanWindows = 20;

    /// <summary>Windows after a change of state in which counters of both ends do not belong together yet.</summary>
    private const int SettleWindows = 25;

    /// <summary>Windows after a queue was full in which a flow through it may notice its loss: TCP sends again after a second at most.</summary>
    private const int FullWindows = 15;

    /// <summary>Share of the capacity from which a queue was full between two packets that tell of it.</summary>
    private const double FullShare = 0.85;

    /// <summary>Windows in a row that open an alert: more than one reading's, since those that show the same reading prove no more than it.</summary>
    private const int OpenWindows = 6;

    /// <summary>Windows that an end of a link may go unread; the poller reads every fifth one. Then the ends do not belong together.</summary>
    private const int UnreadWindows = 10;

    private readonly LossWitnesses _witnesses = new(SpanWindows + EnvelopeWindows);
    private readonly Dictionary<string, int> _fullPorts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, LinkBalance> _links = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Direction> _byEgress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Direction> _byIngress = new(StringComparer.Ordinal);

    /// <summary>Takes up the links between switches; what is known of those that stay is kept.</summary>
    public void SetMap(NetworkMap map)
    {
        foreach ((string from, string to) in map.SwitchLinks)
        {
            map.TryBetween(from, to, out string egress, out string ingress);
            if (_byEgress.ContainsKey(egress))
            {
                continue;
            }

            string entity = NetworkMap.LinkName(from, to);
            if (!_links.TryGetValue(entity, out LinkBalance? link))
            {
                _links.Add(entity, link = new LinkBalance(entity));
            }

            Direction direction = new(from, to);
            link.Directions.Add(direction);
            link.Directions.Sort(static (a, b) => string.CompareOrdinal(a.From, b.From));
            _byEgress[egress] = direction;
            _byIngress[ingress] = direction;
        }
    }

    /// <summary>A link went down or came up: what its ends count does not belong together for a while.</summary>
    public void OnLink(string entity, bool up)
    {
        if (_links.TryGetValue(entity, out LinkBalance? link))
        {
            (link.IsDown, link.Settling) = (!up, SettleWindows);
        }
    }

    /// <summary>Takes a port's counters.</summary>
    public void Observe(in PortSample port)
    {
        if (port.Drops is > 0 || (port.QueueCapacity > 0 && port.DepthMax >= FullShare * port.QueueCapacity))
        {
            _fullPorts[port.Port] = FullWindows;
        }

        if (port.TxPackets is { } sent && _byEgress.TryGetValue(port.Port, out Direction? away))
        {
            away.Sent += sent;
            (away.Readings, away.SentUnread) = (away.Readings + 1, 0);
        }

        if (port.RxPackets is { } received && _byIngress.TryGetValue(port.Port, out Direction? towards))
        {
            towards.Received += received;
            (towards.Readings, towards.ReceivedUnread) = (towards.Readings + 1, 0);
        }
    }

    /// <summary>Takes a flow that missed packets, or did not.</summary>
    public void Observe(in FlowSample flow, NetworkMap map)
    {
        if (flow.Lost is not { } lost)
        {
            return;
        }

        bool full = map.TryAccess(flow.Dst, out string access, out _) && _fullPorts.ContainsKey(access);
        for (int i = 1; i < flow.Path.Count && !full; i++)
        {
            full = map.TryBetween(flow.Path[i - 1], flow.Path[i], out string passed, out _) && _fullPorts.ContainsKey(passed);
        }

        _witnesses.Add(flow.Path, flow.Packets, lost, full);
        for (int i = 1; i < flow.Path.Count; i++)
        {
            if (map.TryBetween(flow.Path[i - 1], flow.Path[i], out string egress, out _) && _byEgress.TryGetValue(egress, out Direction? direction))
            {
                direction.AddFlow(flow.DstAddress >> 8, flow.Packets, lost);
            }
        }
    }

    /// <summary>Judges the window that ends.</summary>
    public void Close(long startNs, long endNs, ICollection<NetworkAlert> changed)
    {
        _witnesses.EndWindow();
        foreach (LinkBalance link in _links.Values)
        {
            bool hit = false;
            if (link.Settling > 0)
            {
                link.Settling -= link.IsDown ? 0 : 1;
                link.Directions.ForEach(static d => d.Restart());
            }
            else
            {
                foreach (Direction direction in link.Directions)
                {
                    if (direction.IsUnread(UnreadWindows))
                    {
                        direction.Restart();
                    }

                    direction.Close(EnvelopeWindows, SpanWindows);
                    hit |= direction.Lost >= options.LossPackets && direction.Lost >= options.LossShare * direction.Passed
                        && direction.Grows && ((options.LossByCountersAlone && !direction.FlowsSeen) || _witnesses.Confirm(direction.From, direction.To, direction.Lost));
                }
            }

            Judge(link, hit, startNs, endNs, changed);
        }

        foreach (string port in _fullPorts.Keys)
        {
            if (--_fullPorts[port] <= 0)
            {
                _fullPorts.Remove(port);
            }
        }
    }

    private static void Judge(LinkBalance link, bool hit, long startNs, long endNs, ICollection<NetworkAlert> changed)
    {
        // The span reaches back, so the loss began before the first window that shows it, and ends before the last one.
        EventTrack.Turn turn = link.Track.Observe(hit, startNs, endNs);
        if (hit && link.Directions.MaxBy(d => d.Lost) is { } worst)
        {
            double share = (double)worst.Lost / Math.Max(1, worst.Passed);
            link.Share = Math.Max(link.Share, share);
            link.Worst = worst;
            link.LastLossNs = worst.LastLossNs(endNs);
        }

        if (turn == EventTrack.Turn.Opened)
        {
            link.StartNs = Math.Min(startNs, link.Worst!.FirstLossNs(endNs));
        }

        if (turn != EventTrack.Turn.None && link.Worst is { } direction)
        {
            string text = string.Create(null, $"{link.Entity} loses {link.Share * 100:F1} % of the packets from {direction.From} to {direction.To} without being down{direction.Victims()}");
            changed.Add(new NetworkAlert(
                "loss", link.Entity, link.StartNs, turn == EventTrack.Turn.Closed ? Math.Max(link.StartNs, link.LastLossNs) : null, link.Track.DetectedNs, 1, text,
                [new Reason("lost_share", link.Share, 1)], Name));
        }

        if (turn == EventTrack.Turn.Closed)
        {
            link.Share = 0;
        }
    }

    private sealed class LinkBalance(string entity)
    {
        public string Entity { get; } = entity;

        public List<Direction> Directions { get; } = [];

        public EventTrack Track { get; } = new(OpenWindows, closeAfter: 10);

        public bool IsDown { get; set; }

        public int Settling { get; set; } = SettleWindows;

        public double Share { get; set; }

        public Direction? Worst { get; set; }

        public long StartNs { get; set; }

        public long LastLossNs { get; set; }
    }

    private sealed class Direction(string from, string to)
    {
        private readonly List<long> _differences = [];
        private readonly List<long> _envelope = [];
        private readonly List<long> _sent = [];
        private int _calm;
        private readonly SortedDictionary<uint, (long Packets, long Lost)> _prefixes = [];

        public string From { get; } = from;

        public string To { get; } = to;

        public long Sent { get; set; }

        public long Received { get; set; }

        public int Readings { get; set; }

        /// <summary>Windows since the sender was read.</summary>
        public int SentUnread { get; set; }

        /// <summary>Windows since the receiver was read.</summary>
        public int ReceivedUnread { get; set; }

        /// <summary>Grew by so much over the span.</summary>
        public long Lost { get; private set; }

        /// <summary>Sent over the span.</summary>
        public long Passed { get; private set; }

        public void AddFlow(uint prefix, long packets, long lost)
        {
            FlowsSeen = true;
            (long Packets, long Lost) sum = _prefixes.GetValueOrDefault(prefix);
            _prefixes[prefix] = (sum.Packets + packets, sum.Lost + lost);
        }

        /// <summary>Whether both halves of the span have losses: a latency that rises moves packets from one end to the wire, once.</summary>
        public bool Grows => _envelope.Count > SpanWindows && _envelope[^1] - _envelope[SpanWindows / 2] >= 2 && _envelope[SpanWindows / 2] - _envelope[0] >= 1;

        /// <summary>Whether flows that count cross it.</summary>
        public bool FlowsSeen { get; private set; }

        /// <summary>Counts a window more since each end was read; true when one was not for too long.</summary>
        public bool IsUnread(int limit)
        {
            (SentUnread, ReceivedUnread) = (SentUnread + 1, ReceivedUnread + 1);
            return SentUnread > limit || ReceivedUnread > limit;
        }

        public void Restart()
        {
            _prefixes.Clear();
            _differences.Clear();
            _envelope.Clear();
            _sent.Clear();
            (Sent, Received, Readings, Lost, Passed) = (0, 0, 0, 0, 0);
        }

        public void Close(int envelopeWindows, int spanWindows)
        {
            if (Readings == 0 && _differences.Count == 0)
            {
                return;
            }

            if (Lost == 0 && ++_calm % (2 * spanWindows) == 0)
            {
                _prefixes.Clear(); // what passed before a loss must not thin it out
            }

            Push(_differences, Sent - Received, envelopeWindows);
            long least = long.MaxValue;
            foreach (long difference in _differences)
            {
                least = Math.Min(least, difference);
            }

            Push(_envelope, least, spanWindows + 1);
            Push(_sent, Sent, spanWindows + 1);
            bool whole = _envelope.Count > spanWindows;
            Lost = whole ? _envelope[^1] - _envelope[0] : 0;
            Passed = whole ? _sent[^1] - _sent[0] : 0;
        }

        /// <summary>When the difference began to grow: the envelope tells it late by its own length.</summary>
        public long FirstLossNs(long endNs)
        {
            int at = _envelope.FindIndex(d => d > _envelope[0]);
            return endNs - ((_envelope.Count - Math.Max(0, at) + EnvelopeWindows) * WindowNs);
        }

        /// <summary>When it grew last.</summary>
        public long LastLossNs(long endNs)
        {
            int at = _envelope.FindLastIndex(d => d < _envelope[^1]);
            return endNs - (Math.Max(0, _envelope.Count - 2 - at + EnvelopeWindows) * WindowNs);
        }

        /// <summary>Which destinations suffer, when others that use the link as much do not.</summary>
        public string Victims()
        {
            uint[] hurt = [.. _prefixes.Where(p => p.Value.Lost * 100 >= p.Value.Packets && p.Value.Lost >= 3).Select(p => p.Key)];
            bool spared = _prefixes.Any(p => p.Value.Packets >= 200 && p.Value.Lost * 1000 < p.Value.Packets);
            return hurt.Length is 1 or 2 && spared
                ? $", of packets to {string.Join(" and ", hurt.Select(p => string.Create(null, $"{p >> 16}.{(p >> 8) & 255}.{p & 255}.0/24")))} only"
                : "";
        }

        private static void Push(List<long> ring, long value, int limit)
        {
            ring.Add(value);
            if (ring.Count > limit)
            {
                ring.RemoveAt(0);
            }
        }
    }

    private const long WindowNs = 100_000_000;
}
