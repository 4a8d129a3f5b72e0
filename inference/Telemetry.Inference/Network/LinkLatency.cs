namespace Telemetry.Inference.Network;

/// <summary>
/// One direction of a link: what its packets waited besides the time that their bytes take at the line's rate, and what
/// the fastest of them took; the lowest of the last windows each, and what those usually are.
/// </summary>
internal sealed class LinkLatency(string from, string to)
{
    private const int PairWindows = 5;
    private readonly List<(double LowNs, double RestNs)> _recent = [];
    private readonly Dictionary<string, int> _pairs = new(StringComparer.Ordinal);
    private long _packets;
    private long _bytes;
    private double _lowNs;
    private double _meanNs;
    private bool _measured;

    public string From => from;

    public string To => to;

    public Baseline Low { get; } = new();

    public Baseline Rest { get; } = new();

    /// <summary>Lowest 10th percentile of the last windows.</summary>
    public double LowNs { get; private set; }

    /// <summary>Lowest mean of the last windows, without the time of the bytes.</summary>
    public double RestNs { get; private set; }

    /// <summary>The same of the newest window alone.</summary>
    public (double LowNs, double RestNs) Newest => _recent[^1];

    /// <summary>Mean of the newest window, bytes included.</summary>
    public double MeanNs => _meanNs;

    /// <summary>Windows since the newest one.</summary>
    public int Silent { get; private set; }

    /// <summary>By how much the lowest mean of the last windows is above the usual one.</summary>
    public double RiseNs => RestNs - Rest.MeanNs;

    /// <summary>Pairs of hosts that crossed it within the last windows.</summary>
    public int Pairs => _pairs.Count;

    public void Add(double lowNs, double meanNs) => (_lowNs, _meanNs, _measured) = (lowNs, meanNs, true);

    public void AddFlow(string pair, long packets, long bytes)
    {
        _packets += packets;
        _bytes += bytes;
        _pairs[pair] = PairWindows;
    }

    /// <summary>Ends the window; false when it measured nothing, or the line's rate is unknown.</summary>
    public bool Close(long rateBps, int windows)
    {
        bool measured = _measured && _packets > 0 && rateBps > 0;
        Silent = measured ? 0 : Silent + 1;
        if (measured)
        {
            double bytesNs = 8e9 / rateBps * _bytes / _packets;
            _recent.Add((_lowNs, Math.Max(0, _meanNs - bytesNs)));
            if (_recent.Count > windows)
            {
                _recent.RemoveAt(0);
            }

            (LowNs, RestNs) = (double.MaxValue, double.MaxValue);
            foreach ((double low, double rest) in _recent)
            {
                (LowNs, RestNs) = (Math.Min(LowNs, low), Math.Min(RestNs, rest));
            }
        }

        (_packets, _bytes, _measured) = (0, 0, false);
        foreach (string pair in _pairs.Keys)
        {
            if (--_pairs[pair] <= 0)
            {
                _pairs.Remove(pair);
            }
        }

        return measured;
    }

    public void Learn()
    {
        Low.Learn(LowNs);
        Rest.Learn(RestNs);
    }
}
