namespace Telemetry.Lab.Truth;

/// <summary>Watches the depth of one queue and finds microbursts: at half its capacity or more for less than 100 ms in all, with 300 ms of calm before and after.</summary>
internal sealed class BurstMeter
{
    private readonly int _highDepth;
    private readonly long _shortestNs;
    private readonly List<(long StartNs, long EndNs, long HighNs)> _bursts = [];
    private bool _high;
    private long _sinceNs;

    /// <summary>Creates a meter of an empty queue.</summary>
    /// <param name="capacity">Packets, at least 1.</param>
    /// <param name="shortestNs">Bursts that are high for less in all are none.</param>
    public BurstMeter(int capacity, long shortestNs = 0) => (_highDepth, _shortestNs) = ((capacity + 1) / 2, shortestNs);

    /// <summary>Takes how many wait when a packet leaves.</summary>
    public void Observe(int depth, long nowNs)
    {
        bool high = depth >= _highDepth;
        if (high == _high)
        {
            return;
        }

        _high = high;
        if (high)
        {
            _sinceNs = nowNs;
        }
        else
        {
            Add(_sinceNs, nowNs);
        }
    }

    /// <summary>Microbursts that are over at <paramref name="nowNs"/> and no part of what is congested.</summary>
    /// <param name="congested">Congestion of the same queue.</param>
    /// <param name="nowNs">The end of the run.</param>
    public IEnumerable<(long StartNs, long EndNs)> Episodes(IReadOnlyList<(long StartNs, long? EndNs)> congested, long nowNs) => _bursts
        .Where(b => b.HighNs >= _shortestNs && b.HighNs < CongestionRule.MinLengthNs && nowNs - b.EndNs >= CongestionRule.MergeNs && !(_high && _sinceNs - b.EndNs < CongestionRule.MergeNs))
        .Where(b => !congested.Any(c => b.StartNs - CongestionRule.MergeNs < (c.EndNs ?? nowNs) && b.EndNs + CongestionRule.MergeNs > c.StartNs))
        .Select(b => (b.StartNs, b.EndNs));

    private void Add(long startNs, long endNs)
    {
        if (_bursts.Count > 0 && startNs - _bursts[^1].EndNs < CongestionRule.MergeNs)
        {
            _bursts[^1] = (_bursts[^1].StartNs, endNs, _bursts[^1].HighNs + endNs - startNs);
        }
        else
        {
            _bursts.Add((startNs, endNs, endNs - startNs));
        }
    }
}
