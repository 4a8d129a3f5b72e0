namespace Telemetry.Lab.Truth;

/// <summary>Watches the depth of one queue and finds the spans in which it was congested (<see cref="CongestionRule"/>).</summary>
internal sealed class CongestionMeter
{
    private readonly int _highDepth;
    private readonly List<(long StartNs, long EndNs)> _spans = [];
    private bool _high;
    private long _startNs = -1;
    private long _lowSinceNs;

    /// <summary>Creates a meter of an empty queue.</summary>
    /// <param name="capacity">Packets, at least 1.</param>
    public CongestionMeter(int capacity) => _highDepth = CongestionRule.HighDepth(capacity);

    /// <summary>Deepest seen, packets.</summary>
    public int MaxDepth { get; private set; }

    /// <summary>Takes the depth after a packet came or went.</summary>
    public void Observe(int depth, long nowNs)
    {
        MaxDepth = Math.Max(MaxDepth, depth);
        bool high = depth >= _highDepth;
        if (high == _high)
        {
            return;
        }

        _high = high;
        if (!high)
        {
            _lowSinceNs = nowNs;
        }
        else if (_startNs < 0 || nowNs - _lowSinceNs >= CongestionRule.MaxDipNs)
        {
            CloseSpan();
            _startNs = nowNs;
        }
    }

    /// <summary>The episodes up to <paramref name="nowNs"/>; the end is null for one that lasts.</summary>
    public IReadOnlyList<(long StartNs, long? EndNs)> Episodes(long nowNs)
    {
        List<(long StartNs, long? EndNs)> episodes = [];
        foreach ((long start, long end) in _spans)
        {
            Append(episodes, start, end);
        }

        if (_startNs >= 0)
        {
            bool lasts = _high || nowNs - _lowSinceNs < CongestionRule.MaxDipNs;
            if ((_high ? nowNs : _lowSinceNs) - _startNs >= CongestionRule.MinLengthNs)
            {
                Append(episodes, _startNs, lasts ? null : _lowSinceNs);
            }
        }

        return episodes;
    }

    private static void Append(List<(long StartNs, long? EndNs)> episodes, long start, long? end)
    {
        if (episodes.Count > 0 && start - episodes[^1].EndNs < CongestionRule.MergeNs)
        {
            episodes[^1] = (episodes[^1].StartNs, end);
        }
        else
        {
            episodes.Add((start, end));
        }
    }

    private void CloseSpan()
    {
        if (_startNs >= 0 && _lowSinceNs - _startNs >= CongestionRule.MinLengthNs)
        {
            _spans.Add((_startNs, _lowSinceNs));
        }
    }
}
