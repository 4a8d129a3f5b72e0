namespace Telemetry.Controller.Discovery;

/// <summary>What echoes say of one switch: packets that the controller has it send to the controller.</summary>
internal sealed class ProbedSwitch(string name)
{
    /// <summary>Echoes under way from which on nothing more is sent: the switch, or this machine, is behind.</summary>
    public const int MostPending = 4;

    private readonly List<Echo> _pending = [];

    public string Name { get; } = name;

    public List<ProbedDirection> Out { get; } = [];

    public List<ProbedDirection> In { get; } = [];

    public Reach Reach { get; set; } = Reach.Unjudged;

    /// <summary>Whether it has ever sent an echo back since it can be probed; programs that send none are judged by time.</summary>
    public bool Echoes { get; private set; }

    public int Pending => _pending.Count;

    /// <summary>When the oldest echo was sent that may still come; 0 if none may.</summary>
    public long PendingSinceNs => _pending.Count > 0 ? _pending[0].SentNs : 0;

    public long LastSentNs => _pending.Count > 0 ? _pending[^1].SentNs : 0;

    /// <summary>When the newest echo was sent that came back in this interval; 0 if none came.</summary>
    public long AnsweredNs { get; private set; }

    /// <summary>Intervals in a row in which it answered nothing while others did.</summary>
    public int SilentIntervals { get; set; }

    public void OnSent(ulong cookie, long order, long nowNs)
    {
        if (_pending.Count > MostPending)
        {
            _pending.RemoveAt(0); // lost on its way, or overdue by far
        }

        _pending.Add(new Echo(cookie, order, nowNs));
    }

    public void OnNotSent(ulong cookie) => _pending.RemoveAll(e => e.Cookie == cookie);

    /// <summary>Takes an echo: when and in what order it was sent; null if it is none that may come.</summary>
    public (long Order, long SentNs)? OnEcho(ulong cookie)
    {
        int index = _pending.FindIndex(e => e.Cookie == cookie);
        if (index < 0)
        {
            return null;
        }

        Echo echo = _pending[index];
        _pending.RemoveRange(0, index + 1); // the way is a queue: older ones are lost
        Echoes = true;
        AnsweredNs = echo.SentNs;
        SilentIntervals = 0;
        return (echo.Order, echo.SentNs);
    }

    public void EndInterval() => AnsweredNs = 0;

    public void Forget()
    {
        _pending.Clear();
        Echoes = false;
        AnsweredNs = 0;
        SilentIntervals = 0;
    }

    private readonly record struct Echo(ulong Cookie, long Order, long SentNs);
}
