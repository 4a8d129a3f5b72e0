using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Discovery;

/// <summary>
/// Probes over one direction of a link. A probe counts as lost when it is known that the sending switch had it on the
/// wire, and that the receiving switch has since handed over what came after it. How late anybody runs plays no part.
/// </summary>
internal sealed class ProbedDirection(LinkEnd from, LinkEnd to, long allowanceNs)
{
    private const int Remembered = 16;

    /// <summary>A direction that lost a probe and then let others through loses some of its frames; it is trusted again after so many.</summary>
    private const int TrustedAfter = 100;
    private int _goodSinceLoss = TrustedAfter;
    private readonly List<Probe> _probes = [];

    public LinkEnd From { get; } = from;

    public LinkEnd To { get; } = to;

    /// <summary>Probes lost in a row.</summary>
    public int Missed { get; private set; }

    /// <summary>True when it lost probes lately without being dead: then some lost in a row prove less.</summary>
    public bool IsLossy => _goodSinceLoss < TrustedAfter;

    /// <summary>Probes that came in a row.</summary>
    public int Good { get; private set; }

    /// <summary>When the first of the lost ones was sent.</summary>
    public long MissedSinceNs { get; private set; }

    /// <summary>Intervals in a row in which an end did not answer.</summary>
    public int GoneIntervals { get; set; }

    public string? Gone { get; set; }

    /// <summary>A probe was sent in this interval.</summary>
    public bool Sent { get; private set; }

    /// <summary>A probe came in this interval.</summary>
    public bool Seen { get; private set; }

    public int Undecided => _probes.Count(p => p.State == Fate.Open);

    /// <summary>When the oldest probe was sent of which nothing is known; 0 for none.</summary>
    public long UndecidedSinceNs => _probes.Find(p => p.State == Fate.Open)?.SentNs ?? 0;

    public void OnSent(ulong cookie, long order, long nowNs)
    {
        if (_probes.Count == Remembered)
        {
            _probes.RemoveAt(0);
        }

        _probes.Add(new Probe(cookie, order, nowNs));
        Sent = true;
    }

    public void OnNotSent(ulong cookie) => _probes.RemoveAll(p => p.Cookie == cookie);

    public bool Knows(ulong cookie) => _probes.Exists(p => p.Cookie == cookie);

    /// <summary>A probe came, also one that was taken for lost.</summary>
    public void OnProbe(ulong cookie)
    {
        int index = _probes.FindIndex(p => p.Cookie == cookie);
        for (int i = 0; i <= index; i++)
        {
            _probes[i].State = Fate.Decided;
        }

        Seen = true;
        _goodSinceLoss = Missed > 0 ? 0 : Math.Min(_goodSinceLoss + 1, TrustedAfter);
        Missed = 0;
        Good++;
    }

    /// <summary>The sending switch has worked off all that was sent before <paramref name="order"/>.</summary>
    public void OnLeft(long order, long nowNs)
    {
        foreach (Probe probe in _probes)
        {
            if (probe.LeftNs == 0 && probe.Order < order)
            {
                probe.LeftNs = nowNs;
            }
        }
    }

    /// <summary>The receiving switch has handed over all that reached it before <paramref name="sentNs"/>.</summary>
    public void OnReceiverEcho(long sentNs)
    {
        foreach (Probe probe in _probes)
        {
            if (probe.State == Fate.Open && probe.LeftNs != 0 && probe.LeftNs + allowanceNs <= sentNs)
            {
                probe.State = Fate.Decided;
                Miss(probe.SentNs);
            }
        }
    }

    /// <summary>Without echoes only time tells: nothing came in an interval.</summary>
    public void MissInterval(long sinceNs) => Miss(sinceNs);

    /// <summary>Ends a row of good probes without a lost one.</summary>
    public void Doubt() => Good = 0;

    public void EndInterval() => Sent = Seen = false;

    public void Forget()
    {
        _probes.Clear();
        Missed = Good = GoneIntervals = 0;
        Gone = null;
    }

    private void Miss(long sinceNs)
    {
        MissedSinceNs = Missed == 0 ? sinceNs : MissedSinceNs;
        Missed++;
        Good = 0;
    }

    private enum Fate
    {
        Open,
        Decided,
    }

    private sealed class Probe(ulong cookie, long order, long sentNs)
    {
        public ulong Cookie { get; } = cookie;

        public long Order { get; } = order;

        public long SentNs { get; } = sentNs;

        public long LeftNs { get; set; }

        public Fate State { get; set; }
    }
}
