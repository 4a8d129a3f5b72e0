namespace Telemetry.Collector.Nodes;

/// <summary>
/// A source and destination address. Senders count the IPv4 identification for each connection or for the pair of
/// addresses; in the second case only all flows of the pair together show what is missing. Which it is shows where packets
/// of one flow follow those of another: their numbers are neighbours again and again, or they are not.
/// </summary>
internal sealed class PairState
{
    private const int NeighboursToJoin = 4;

    private FlowState? _lastFlow;
    private FlowState? _alone;
    private int _neighbours;
    private long _publishedLost;
    private bool _broken;
    private bool _joint;
    private bool _judged;
    private long _ownLost;
    private bool _ownUnknown;

    /// <summary>Numbers of two flows are one count only if they stay close: two counts far apart would look like loss.</summary>
    public SequenceTracker Identifications = new(16, SequenceTracker.Reordering, restartsAtZero: false, trustAtOnce: false);

    public int Flows { get; private set; }

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

    /// <summary>Adds a flow. While it is alone its packets need not be observed here: they would say what its own numbers say.</summary>
    public void Join(FlowState flow)
    {
        flow.IsAlone = Flows++ == 0;
        if (flow.IsAlone)
        {
            (_alone, _joint) = (flow, false);
        }
        else if (_alone is { } other)
        {
            other.IsAlone = false;
            _alone = null;
        }
    }

    /// <summary>Takes a flow out.</summary>
    public void Leave(FlowState flow)
    {
        Flows--;
        _alone = _alone == flow ? null : _alone;
        _lastFlow = _lastFlow == flow ? null : _lastFlow;
    }

    public void Observe(FlowState flow, ushort identification)
    {
        SequenceTracker.Step step = Identifications.Observe(identification);
        bool neighbour = step == SequenceTracker.Step.Late
            || (step == SequenceTracker.Step.Forward && Identifications.LastAdvance <= SequenceTracker.Reordering);
        if (flow != _lastFlow && _lastFlow is not null)
        {
            _neighbours += neighbour ? 1 : 0;
            _broken |= !neighbour;
        }

        _broken |= step is SequenceTracker.Step.Strange or SequenceTracker.Step.Restart;
        _lastFlow = flow;
    }

    /// <summary>First pass over a closing window: called with each of its flows.</summary>
    public void Offer(FlowState flow)
    {
        _ownLost += flow.OwnLost ?? 0;
        _ownUnknown |= flow.OwnLost is null;
        ulong packets = flow.Closing?.Packets ?? 0;
        if (Largest is null || packets > (Largest.Closing?.Packets ?? 0))
        {
            Largest = flow;
        }
    }

    /// <summary>Between the passes: decides who tells of loss. Does nothing when that was decided already.</summary>
    public void Judge()
    {
        if (_judged)
        {
            return;
        }

        Identifications.Settle();
        Lost = Identifications.Counts ? Math.Max(0, Identifications.Lost - _publishedLost) : null;
        _publishedLost = Identifications.Counts ? Identifications.Lost : _publishedLost;
        if (_broken)
        {
            Source = _joint ? LossSource.Unknown : LossSource.Own;
            _joint = false;
        }
        else
        {
            _joint = _joint || (_neighbours >= NeighboursToJoin && Identifications.Counts);

            // Where each flow's own numbers explain the window with less loss, they are the ones that the sender counts.
            bool ownExplains = !_ownUnknown && _ownLost <= Lost;
            Source = _joint && !ownExplains ? LossSource.Pair : LossSource.Own;
        }

        _broken = false;
        _neighbours = 0;
        _judged = true;
    }

    /// <summary>After the last pass.</summary>
    public void Reset()
    {
        Largest = null;
        _judged = false;
        _ownLost = 0;
        _ownUnknown = false;
    }
}
