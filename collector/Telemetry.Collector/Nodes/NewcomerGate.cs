namespace Telemetry.Collector.Nodes;

/// <summary>
/// Says how many things that no inventory lists a node takes up from what reports name: so many a second, so many of one sender and so many in all. What was
/// taken up stays: newcomers displace nothing. One thread.
/// </summary>
/// <param name="perSecond">Taken up a second in the long run.</param>
/// <param name="total">Taken up in all; one sender has half of it, a rush a quarter.</param>
internal sealed class NewcomerGate(int perSecond, int total)
{
    // Senders told of within a minute; an address can be forged.
    private const int MaxTold = 16;
    private const long TellAgainNs = 60_000_000_000;

    private readonly int _share = Math.Max(1, total / 2);
    private readonly double _burst = Math.Max(1, total / 4);
    private readonly Dictionary<UInt128, int> _takenBySender = [];
    private readonly Dictionary<UInt128, long> _toldNs = [];
    private double _tokens = Math.Max(1, total / 4);
    private long _refilledNs;
    private int _taken;

    /// <summary>How often one was refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Whether one more is taken up.</summary>
    /// <param name="sender">Address of who named it.</param>
    /// <param name="nowNs">Now.</param>
    /// <param name="tell">True when its sender was refused for the first time in a minute.</param>
    public bool TryTake(UInt128 sender, long nowNs, out bool tell)
    {
        tell = false;
        _tokens = Math.Min(_burst, _tokens + (Math.Max(0, nowNs - _refilledNs) * 1e-9 * perSecond));
        _refilledNs = Math.Max(_refilledNs, nowNs);
        int ofSender = _takenBySender.GetValueOrDefault(sender);
        if (_tokens >= 1 && _taken < total && ofSender < _share)
        {
            _tokens--;
            _taken++;
            _takenBySender[sender] = ofSender + 1;
            return true;
        }

        Refused++;
        tell = Tell(sender, nowNs);
        return false;
    }

    private bool Tell(UInt128 sender, long nowNs)
    {
        if (_toldNs.TryGetValue(sender, out long toldNs))
        {
            if (nowNs - toldNs < TellAgainNs)
            {
                return false;
            }
        }
        else if (_toldNs.Count >= MaxTold)
        {
            (UInt128 oldest, long oldestNs) = _toldNs.MinBy(told => told.Value);
            if (nowNs - oldestNs < TellAgainNs)
            {
                return false;
            }

            _toldNs.Remove(oldest);
        }

        _toldNs[sender] = nowNs;
        return true;
    }
}
