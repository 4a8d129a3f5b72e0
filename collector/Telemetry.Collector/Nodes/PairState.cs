namespace Telemetry.Collector.Nodes;

/// <summary>
/// A source and destination address. Senders count the IPv4 identification for each connection or for the pair of
/// addresses; in the second case only all flows of the pair together show what is missing. Which it is shows in a window
/// with packets of two flows: their numbers form one sequence, or they do not.
/// </summary>
internal sealed class PairState
{
    private long _publishedLost;
    private bool _broken;
    private bool _joint;
    private int _activeFlows;

    public SequenceTracker Identifications { get; } = new(16, 8192, restartsAtZero: false, trustAtOnce: false);

    public int Flows { get; set; }

    /// <summary>The flow with most packets in the closing window: what the pair lost is told with it.</summary>
    public FlowState? Largest { get; private set; }

    /// <summary>What the flows of the pair may say of loss in the closing window.</summary>
    public LossSource Source { get; private set; }

    /// <summary>Lost in the closing window by the pair's common count; null when it does not count.</summary>
    public long? Lost { get; private set; }

    public enum LossSource
    {
        /// <summary>Each flow's own numbers tell.</summary>
        Own,

        /// <summary>The pair's common numbers tell.</summary>
        Pair,

        /// <summary>The common count broke off: nobody knows for this window.</summary>
        Unknown,
    }

    public void Observe(ushort identification)
    {
        if (Identifications.Observe(identification) is SequenceTracker.Step.Strange or SequenceTracker.Step.Restart)
        {
            _broken = true;
        }
    }

    /// <summary>First pass over a closing window: called with each of its flows.</summary>
    public void Offer(FlowState flow)
    {
        _activeFlows += flow.Packets > 0 ? 1 : 0;
        if (Largest is null || flow.Packets > Largest.Packets)
        {
            Largest = flow;
        }
    }

    /// <summary>Between the passes: decides who tells of loss. Does nothing when that was decided already.</summary>
    public void Judge()
    {
        if (_activeFlows < 0)
        {
            return;
        }

        Identifications.Settle();
        Lost = Identifications.Counts ? Math.Max(0, Identifications.Lost - _publishedLost) : null;
        _publishedLost = Identifications.Lost;
        if (_broken)
        {
            Source = _joint ? LossSource.Unknown : LossSource.Own;
            _joint = false;
        }
        else
        {
            _joint = _joint || (_activeFlows >= 2 && Identifications.Counts);
            Source = _joint ? LossSource.Pair : LossSource.Own;
        }

        _broken = false;
        _activeFlows = -1;
    }

    /// <summary>After the last pass.</summary>
    public void Reset()
    {
        Largest = null;
        _activeFlows = 0;
    }
}
