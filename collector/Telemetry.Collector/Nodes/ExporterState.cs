namespace Telemetry.Collector.Nodes;

/// <summary>One source of reports: a switch's telemetry hardware id at an address, with its own sequence.</summary>
internal sealed class ExporterState(in ExporterKey key, int sequenceBits)
{
    // Below it a jump is loss; above, a restart.
    private const int JumpBits = 20;

    private long _publishedLost;

    public ExporterKey Key { get; } = key;

    public uint NodeId => Key.NodeId;

    /// <summary>Sequence of the datagrams. A jump above 2^20 is taken for a restart, not for a million lost reports.</summary>
    public SequenceTracker Sequence = new(sequenceBits, 1 << JumpBits, restartsAtZero: true, trustAtOnce: true);

    /// <summary>Datagrams that came.</summary>
    public long Received { get; set; }

    /// <summary>Datagrams that are missing for certain.</summary>
    public long Lost => _publishedLost;

    /// <summary>The switch that it is a part of; null until looked up, and after the inventory changed.</summary>
    public SwitchState? Switch { get; set; }

    /// <summary>Number of the newest window in which reports were missing; a flow's gaps then are no proof of loss.</summary>
    public long LastGapWindow { get; set; } = long.MinValue / 2;

    /// <summary>Reports that became lost since the last call.</summary>
    public long TakeLost()
    {
        Sequence.Settle();
        long lost = Math.Max(0, Sequence.Lost - _publishedLost);
        _publishedLost = Math.Max(_publishedLost, Sequence.Lost);
        return lost;
    }
}
