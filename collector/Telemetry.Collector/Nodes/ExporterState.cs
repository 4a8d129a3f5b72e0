namespace Telemetry.Collector.Nodes;

/// <summary>One source of reports: a switch's telemetry hardware id, with its own sequence.</summary>
internal sealed class ExporterState(uint nodeId, byte hardwareId)
{
    private long _publishedLost;

    public uint NodeId { get; } = nodeId;

    public byte HardwareId { get; } = hardwareId;

    /// <summary>22-bit sequence of the datagrams. A jump above 2^20 is taken for a restart, not for a million lost reports.</summary>
    public SequenceTracker Sequence { get; } = new(22, 1 << 20, restartsAtZero: true, trustAtOnce: true);

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
