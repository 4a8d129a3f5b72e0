namespace Telemetry.Collector.Nodes;

/// <summary>
/// A source and destination address: senders may count the IPv4 identification for the pair rather than for each
/// connection, and then only all its flows together show what is missing.
/// </summary>
internal sealed class PairState
{
    private long _publishedLost;

    public SequenceTracker Identifications { get; } = new(16, 8192, restartsAtZero: false, trustAtOnce: false);

    public int Flows { get; set; }

    /// <summary>The flow with most packets in the closing window: what the pair lost is told with it.</summary>
    public FlowState? Largest { get; set; }

    public long? TakeLost()
    {
        Identifications.Settle();
        if (!Identifications.Counts)
        {
            return null;
        }

        long lost = Math.Max(0, Identifications.Lost - _publishedLost);
        _publishedLost = Identifications.Lost;
        return lost;
    }
}
