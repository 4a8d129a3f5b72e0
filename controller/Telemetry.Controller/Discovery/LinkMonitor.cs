using Telemetry.Controller.App;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Discovery;

/// <summary>
/// Decides from probes which switch-to-switch links are up. After its probes each switch gets an echo: a packet that it
/// sends straight back. An echo of the sender tells that a probe has left, a later one of the receiver that it would
/// have come: only then it counts as lost, however busy switches and controller are. Not thread-safe.
/// </summary>
internal sealed class LinkMonitor
{
    private const int FrameBits = 1500 * 8;
    private readonly LinkMonitorOptions _options;
    private readonly List<ProbedLink> _links = [];
    private readonly List<ProbedSwitch> _switches = [];
    private readonly Dictionary<string, ProbedSwitch> _switchByName = new(StringComparer.Ordinal);
    private readonly Dictionary<LinkEnd, ProbedDirection> _bySender = [];
    private readonly List<LinkChanged> _changes = [];
    private long _order;

    public LinkMonitor(Topology topology, LinkMonitorOptions options)
    {
        _options = options;
        foreach (SwitchNode node in topology.Switches.Where(s => s.RunsP4))
        {
            ProbedSwitch probed = new(node.Name);
            _switches.Add(probed);
            _switchByName.Add(node.Name, probed);
        }

        foreach (Link link in topology.Links)
        {
            if (_switchByName.TryGetValue(link.A.Device, out ProbedSwitch? a) && _switchByName.TryGetValue(link.B.Device, out ProbedSwitch? b))
            {
                _links.Add(new ProbedLink(link, Add(link, a, b, link.A, link.B), Add(link, b, a, link.B, link.A)));
            }
        }
    }

    /// <summary>Links in the topology's order.</summary>
    public IReadOnlyList<LinkStatus> Links =>
        [.. _links.Select(w => new LinkStatus(w.Link.A, w.Link.B, w.Health, w.Reason, w.SinceNs))];

    /// <summary>Links that are down.</summary>
    public HashSet<Link> Down => [.. _links.Where(w => w.Health == LinkHealth.Down).Select(w => w.Link)];

    /// <summary>Ends that probes of a switch leave by, in the topology's order.</summary>
    public IEnumerable<LinkEnd> EndsOf(string name) => _switchByName[name].Out.Select(d => d.From);

    /// <summary>Whether a switch may be sent another round: not while several are on their way.</summary>
    public bool MayProbe(string name, long nowNs)
    {
        ProbedSwitch probed = _switchByName[name];
        return !probed.Echoes || probed.Pending < ProbedSwitch.MostPending
            || nowNs - probed.LastSentNs >= ProbedSwitch.MostPending * _options.IntervalNs;
    }

    /// <summary>A probe is about to be sent from this end, or an echo of its switch if it is none of a link.</summary>
    public void OnSent(LinkEnd from, ulong cookie, long nowNs)
    {
        _order++;
        if (_bySender.TryGetValue(from, out ProbedDirection? direction))
        {
            direction.OnSent(cookie, _order, nowNs);
        }
        else
        {
            _switchByName[from.Device].OnSent(cookie, _order, nowNs);
        }
    }

    /// <summary>It could not be sent after all.</summary>
    public void OnNotSent(LinkEnd from, ulong cookie)
    {
        if (_bySender.TryGetValue(from, out ProbedDirection? direction))
        {
            direction.OnNotSent(cookie);
        }
        else
        {
            _switchByName[from.Device].OnNotSent(cookie);
        }
    }

    /// <summary>A probe or an echo came.</summary>
    public ProbeReceipt OnProbe(LinkEnd at, LinkEnd from, ulong cookie, long nowNs)
    {
        if (_bySender.TryGetValue(from, out ProbedDirection? direction))
        {
            if (!direction.Knows(cookie))
            {
                return ProbeReceipt.Foreign;
            }

            if (direction.To != at)
            {
                return ProbeReceipt.Miswired;
            }

            direction.OnProbe(cookie);
            return ProbeReceipt.Taken;
        }

        if (!_switchByName.TryGetValue(from.Device, out ProbedSwitch? probed) || probed.Name != at.Device
            || probed.OnEcho(cookie) is not { } echo)
        {
            return ProbeReceipt.Foreign;
        }

        foreach (ProbedDirection leaving in probed.Out)
        {
            leaving.OnLeft(echo.Order, nowNs);
        }

        foreach (ProbedDirection coming in probed.In)
        {
            coming.OnReceiverEcho(echo.SentNs);
        }

        foreach (ProbedLink link in _links)
        {
            if (link.Forward.To.Device == probed.Name || link.Backward.To.Device == probed.Name)
            {
                FindDown(link, nowNs);
            }
        }

        return ProbeReceipt.Taken;
    }

    /// <summary>
    /// Directions of links in use whose last probe is neither here nor known to be lost, or was lost: worth another
    /// probe now. None of a switch that has not answered the last one.
    /// </summary>
    /// <param name="nowNs">The time.</param>
    /// <param name="patienceNs">How long a probe may take before it is doubted.</param>
    public IReadOnlyList<(LinkEnd From, LinkEnd To)> Doubtful(long nowNs, long patienceNs)
    {
        List<(LinkEnd, LinkEnd)> doubtful = [];
        foreach (ProbedLink link in _links)
        {
            if (link.Health != LinkHealth.Down)
            {
                Look(link.Forward);
                Look(link.Backward);
            }
        }

        return doubtful;

        void Look(ProbedDirection direction)
        {
            ProbedSwitch from = _switchByName[direction.From.Device];
            ProbedSwitch to = _switchByName[direction.To.Device];
            bool overdue = direction.UndecidedSinceNs is > 0 and var since && nowNs - since >= patienceNs;
            if ((overdue || direction.Missed > 0) && from.Echoes && to.Echoes && from.Pending <= 1 && to.Pending <= 1)
            {
                doubtful.Add((direction.From, direction.To));
            }
        }
    }

    /// <summary>Ends an interval.</summary>
    public void EndInterval(long nowNs, Func<string, Reach> reach)
    {
        foreach (ProbedSwitch probed in _switches)
        {
            Reach now = reach(probed.Name);
            if (now != Reach.Probed && probed.Reach == Reach.Probed)
            {
                probed.Forget();
            }

            probed.Reach = now;
        }

        FindSilent(nowNs);
        foreach (ProbedLink link in _links)
        {
            if (_switchByName[link.Link.A.Device].Reach == Reach.Unjudged || _switchByName[link.Link.B.Device].Reach == Reach.Unjudged)
            {
                (link.Health, link.Reason, link.SinceNs) = (LinkHealth.Unknown, "", 0); // another client is primary: what was known grows old
            }

            Judge(link.Forward, nowNs);
            Judge(link.Backward, nowNs);
            FindDown(link, nowNs);
            FindUp(link, nowNs);
            link.Forward.EndInterval();
            link.Backward.EndInterval();
        }

        _switches.ForEach(s => s.EndInterval());
    }

    /// <summary>Links whose state changed since the last call, in the order in which it was found.</summary>
    public IReadOnlyList<LinkChanged> TakeChanges()
    {
        LinkChanged[] changes = [.. _changes];
        _changes.Clear();
        return changes;
    }

    private ProbedDirection Add(Link link, ProbedSwitch from, ProbedSwitch to, LinkEnd near, LinkEnd far)
    {
        // At most a frame that is just being sent, and the probe itself.
        long framesNs = link.RateBitsPerSecond > 0 ? 2 * FrameBits * 1_000_000_000L / link.RateBitsPerSecond : 0;
        ProbedDirection direction = new(near, far, link.DelayNs + framesNs + _options.SlackNs);
        from.Out.Add(direction);
        to.In.Add(direction);
        _bySender[near] = direction;
        return direction;
    }

    /// <summary>A switch is silent that has echoes to send for an interval while another answered what was sent no earlier.</summary>
    private void FindSilent(long nowNs)
    {
        foreach (ProbedSwitch probed in _switches)
        {
            long since = probed.PendingSinceNs;
            if (probed.AnsweredNs == 0 && since != 0 && since <= nowNs - _options.IntervalNs
                && _switches.Exists(other => other != probed && other.AnsweredNs >= since))
            {
                probed.SilentIntervals++;
            }
        }
    }

    private void Judge(ProbedDirection direction, long nowNs)
    {
        ProbedSwitch from = _switchByName[direction.From.Device];
        ProbedSwitch to = _switchByName[direction.To.Device];
        if (from.Reach == Reach.Unjudged || to.Reach == Reach.Unjudged)
        {
            direction.Forget();
            return;
        }

        direction.Gone = from.Reach == Reach.Gone || IsSilent(from) ? from.Name : to.Reach == Reach.Gone || IsSilent(to) ? to.Name : null;
        direction.GoneIntervals = direction.Gone is null ? 0 : IsSilent(from) || IsSilent(to) ? _options.MissedForDown : direction.GoneIntervals + 1;
        if (direction.Gone is not null || from.SilentIntervals > 0 || to.SilentIntervals > 0)
        {
            direction.Doubt();
        }
        else if (direction is { Sent: true, Seen: false } && !(from.Echoes && to.Echoes))
        {
            direction.MissInterval(nowNs - _options.IntervalNs);
        }

        bool IsSilent(ProbedSwitch probed) => probed.SilentIntervals >= _options.SilentForGone;
    }

    private void FindDown(ProbedLink link, long nowNs)
    {
        if (link.Health == LinkHealth.Down)
        {
            return;
        }

        ProbedDirection[] directions = [link.Forward, link.Backward];
        if (Array.Find(directions, d => d.GoneIntervals >= _options.MissedForDown) is { } gone)
        {
            Change(link, LinkHealth.Down, nowNs - (gone.GoneIntervals * _options.IntervalNs), $"{gone.Gone} does not answer");
        }
        else if (Array.Find(directions, d => d.Missed >= Needed(d)) is { } missing)
        {
            // Down since the first probe that was lost, not since it was noticed.
            Change(link, LinkHealth.Down, missing.MissedSinceNs, $"{missing.Missed} probes missed from {Name(missing.From)} to {Name(missing.To)}");
        }

        int Needed(ProbedDirection direction) => _switchByName[direction.From.Device].Echoes && _switchByName[direction.To.Device].Echoes
            && !direction.IsLossy
            ? _options.MissedForDown
            : _options.SilentForGone;
    }

    private void FindUp(ProbedLink link, long nowNs)
    {
        int needed = link.Health == LinkHealth.Unknown ? 1 : _options.GoodForUp;
        if (link.Health != LinkHealth.Up && link.Forward.Good >= needed && link.Backward.Good >= needed)
        {
            Change(link, LinkHealth.Up, nowNs, $"{needed} probe{(needed == 1 ? "" : "s")} in each direction");
        }
    }

    private void Change(ProbedLink link, LinkHealth health, long sinceNs, string reason)
    {
        link.Health = health;
        link.Reason = reason;
        link.SinceNs = sinceNs;
        _changes.Add(new LinkChanged(link.Link.A, link.Link.B, health == LinkHealth.Up, reason, sinceNs));
    }

    private static string Name(LinkEnd end) => $"{end.Device}-p{end.Port}";
}
