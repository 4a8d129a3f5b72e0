using Telemetry.Controller.App;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Discovery;

/// <summary>
/// Decides from probes which switch-to-switch links are up. A link is down when one direction misses a number of
/// probes in a row, up when both directions have had a number of good intervals in a row. Not thread-safe.
/// </summary>
internal sealed class LinkMonitor
{
    private readonly List<Watch> _watches = [];
    private readonly Dictionary<LinkEnd, Direction> _byReceiver = [];
    private readonly Dictionary<LinkEnd, Direction> _bySender = [];
    private readonly int _missedForDown;
    private readonly int _goodForUp;

    public LinkMonitor(Topology topology, int missedForDown, int goodForUp)
    {
        _missedForDown = missedForDown;
        _goodForUp = goodForUp;
        HashSet<string> switches = [.. topology.Switches.Select(s => s.Name)];
        foreach (Link link in topology.Links.Where(l => switches.Contains(l.A.Device) && switches.Contains(l.B.Device)))
        {
            Watch watch = new(link);
            _watches.Add(watch);
            _bySender[link.A] = watch.Forward;
            _bySender[link.B] = watch.Backward;
            _byReceiver[link.B] = watch.Forward;
            _byReceiver[link.A] = watch.Backward;
        }
    }

    /// <summary>Links in the topology's order.</summary>
    public IReadOnlyList<LinkStatus> Links =>
        [.. _watches.Select(w => new LinkStatus(w.Link.A, w.Link.B, w.Health, w.Reason, w.SinceNs))];

    /// <summary>Ends that probes leave by, in the topology's order.</summary>
    public IEnumerable<LinkEnd> Senders => _watches.SelectMany(w => new[] { w.Link.A, w.Link.B });

    public bool IsDown(Link link) => _watches.Find(w => w.Link.A == link.A && w.Link.B == link.B) is { Health: LinkHealth.Down };

    /// <summary>A probe was sent from this end.</summary>
    public void OnSent(LinkEnd from) => _bySender[from].Sent = true;

    /// <summary>A probe arrived; false if the topology has no such wire.</summary>
    public bool OnProbe(LinkEnd at, LinkEnd from)
    {
        if (!_byReceiver.TryGetValue(at, out Direction? direction) || direction.From != from)
        {
            return false;
        }

        direction.Seen = true;
        return true;
    }

    /// <summary>Ends an interval and returns the links whose state changed in it, in the topology's order.</summary>
    public IReadOnlyList<LinkChanged> Tick(long nowNs, Func<string, Reach> reach)
    {
        List<LinkChanged> changes = [];
        foreach (Watch watch in _watches)
        {
            Judge(watch.Forward, nowNs, reach);
            Judge(watch.Backward, nowNs, reach);
            Direction? missing = watch.Forward.Missed >= _missedForDown ? watch.Forward
                : watch.Backward.Missed >= _missedForDown ? watch.Backward : null;
            int needed = watch.Health == LinkHealth.Unknown ? 1 : _goodForUp;
            bool good = watch.Forward.Good >= needed && watch.Backward.Good >= needed;
            if (missing is not null && watch.Health != LinkHealth.Down)
            {
                // Down since the last interval that was good, not since it was noticed.
                Change(watch, LinkHealth.Down, missing.GoodUntilNs ?? nowNs, missing.Gone is { } gone
                    ? $"{gone} does not answer"
                    : $"{missing.Missed} probes missed from {Name(missing.From)} to {Name(missing.To)}");
            }
            else if (good && watch.Health != LinkHealth.Up)
            {
                Change(watch, LinkHealth.Up, nowNs, $"{needed} probe{(needed == 1 ? "" : "s")} in each direction");
            }
        }

        return changes;

        void Change(Watch watch, LinkHealth health, long sinceNs, string reason)
        {
            watch.Health = health;
            watch.Reason = reason;
            watch.SinceNs = sinceNs;
            changes.Add(new LinkChanged(watch.Link.A, watch.Link.B, health == LinkHealth.Up, reason, sinceNs));
        }
    }

    private static void Judge(Direction direction, long nowNs, Func<string, Reach> reach)
    {
        Reach from = reach(direction.From.Device);
        Reach to = reach(direction.To.Device);
        direction.Gone = from == Reach.Gone ? direction.From.Device : to == Reach.Gone ? direction.To.Device : null;
        bool judged = from != Reach.Unjudged && to != Reach.Unjudged && (direction.Sent || direction.Gone is not null);
        if (!judged)
        {
            direction.Missed = direction.Good = 0;
        }
        else if (direction.Seen && direction.Gone is null)
        {
            direction.Good++;
            direction.Missed = 0;
            direction.GoodUntilNs = nowNs;
        }
        else
        {
            direction.Missed++;
            direction.Good = 0;
        }

        direction.Sent = direction.Seen = false;
    }

    private static string Name(LinkEnd end) => $"{end.Device}-p{end.Port}";

    private sealed class Watch(Link link)
    {
        public Link Link { get; } = link;

        public Direction Forward { get; } = new(link.A, link.B);

        public Direction Backward { get; } = new(link.B, link.A);

        public LinkHealth Health { get; set; }

        public string Reason { get; set; } = "";

        public long SinceNs { get; set; }
    }

    private sealed class Direction(LinkEnd from, LinkEnd to)
    {
        public LinkEnd From { get; } = from;

        public LinkEnd To { get; } = to;

        public bool Sent { get; set; }

        public bool Seen { get; set; }

        public int Missed { get; set; }

        public int Good { get; set; }

        public long? GoodUntilNs { get; set; }

        public string? Gone { get; set; }
    }
}
