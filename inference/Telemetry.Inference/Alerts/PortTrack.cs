using System.Runtime.InteropServices;
using System.Text;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Alerts;

/// <summary>What a tracker knows about one port: the run of flagged windows before an alert, and the alert that lasts.</summary>
internal sealed class PortTrack(string port)
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;
    private const int IdBits = 53;

    // The newest windows flagged in a row, oldest first: those that an alert would start with.
    private readonly List<(PortSample Sample, Verdict Verdict)> _flagged = [];

    private long _lastEndNs = long.MinValue;
    private long _lastLengthNs;
    private long _startNs;
    private long _endNs;
    private long _detectedNs;
    private long _flaggedNs;
    private double _score;
    private ReasonList _reasons;
    private double _depthShare;
    private double _latencyNs;
    private long _fullQueueNs;
    private long _dropped;

    public static IComparer<PortTrack> ByName { get; } =
        Comparer<PortTrack>.Create((a, b) => string.CompareOrdinal(a.Port, b.Port));

    public string Port { get; } = port;

    public bool IsOpen { get; private set; }

    /// <summary>Windows in a row that spoke for closing, missing ones included.</summary>
    public int QuietWindows { get; set; }

    /// <summary>Expected congested time over all windows flagged in a row, while no alert is open.</summary>
    public double CongestedNs { get; private set; }

    /// <summary>Time of the newest snapshot that was handed out.</summary>
    public long ToldNs { get; private set; }

    public int MissedBefore(in PortSample sample) =>
        _lastEndNs == long.MinValue ? 0 : Windows(sample.StartNs - _lastEndNs, sample.LengthNs);

    public int MissedUntil(long nowNs) => Windows(nowNs - _lastEndNs, _lastLengthNs);

    public void Saw(in PortSample sample)
    {
        _lastEndNs = sample.EndNs;
        _lastLengthNs = sample.LengthNs;
    }

    public void Flag(in PortSample sample, in Verdict verdict, int limit)
    {
        CongestedNs += verdict.Score * sample.LengthNs;
        _flagged.Add((sample, verdict));
        if (_flagged.Count > limit)
        {
            _flagged.RemoveAt(0);
        }
    }

    public void ForgetFlagged()
    {
        _flagged.Clear();
        CongestedNs = 0;
    }

    /// <summary>Opens an alert over the flagged windows, of which there is at least one.</summary>
    public void Open()
    {
        IsOpen = true;
        QuietWindows = 0;
        _startNs = _flagged[0].Sample.StartNs;
        _detectedNs = _flagged[^1].Sample.EndNs;
        (_flaggedNs, _score, _depthShare, _latencyNs, _fullQueueNs, _dropped) = (0, 0, double.NaN, double.NaN, 0, 0);
        foreach (ref readonly (PortSample Sample, Verdict Verdict) before in CollectionsMarshal.AsSpan(_flagged))
        {
            Extend(before.Sample, before.Verdict);
        }

        ForgetFlagged();
    }

    public void Extend(in PortSample sample, in Verdict verdict)
    {
        _endNs = sample.EndNs;
        _flaggedNs += sample.LengthNs;
        _dropped += sample.Drops ?? 0;
        if (verdict.Score >= _score)
        {
            _score = verdict.Score;
            _reasons = verdict.Reasons;
        }

        if (sample.Packets == 0)
        {
            return;
        }

        // The worst window tells the story: a queue that is full for two windows of five reads "full", not "40 % full".
        double share = sample.QueueCapacity > 0 ? sample.DepthP90 / sample.QueueCapacity : double.NaN;
        _depthShare = double.IsNaN(_depthShare) ? share : Math.Max(_depthShare, double.IsNaN(share) ? 0 : share);
        if (!(sample.LatencyP99Ns <= _latencyNs))
        {
            _latencyNs = sample.LatencyP99Ns;
        }

        _fullQueueNs = FullQueue.DrainNs(sample.QueueCapacity, sample.RateBps);
    }

    public PortAlert Close(string detector)
    {
        PortAlert alert = Snapshot(detector) with { EndNs = _endNs };
        IsOpen = false;
        QuietWindows = 0;
        return alert;
    }

    public PortAlert Snapshot(string detector)
    {
        ToldNs = _lastEndNs;
        return new PortAlert(
            Id(), Port, _startNs, null, _detectedNs, _score, Explain(), _reasons.ToArray(), detector);
    }

    private static int Windows(long gapNs, long lengthNs) =>
        lengthNs <= 0 ? 0 : (int)Math.Clamp((gapNs + lengthNs / 2) / lengthNs, 0, int.MaxValue / 2);

    private string Explain()
    {
        var text = new StringBuilder();
        text.Append(double.IsNaN(_depthShare)
            ? "queue of unknown depth"
            : string.Create(null, $"queue {Math.Min(_depthShare, 1) * 100:F0} % full"));
        text.Append(null, $" for {_flaggedNs / 1_000_000} ms");
        if (!double.IsNaN(_latencyNs))
        {
            text.Append(null, $", latency {_latencyNs / 1e6:F1} ms");
            if (_fullQueueNs > 0)
            {
                text.Append(null, $" = {_latencyNs / _fullQueueNs:F1} of a full queue");
            }
        }

        if (_dropped > 0)
        {
            text.Append(null, $", {_dropped} dropped");
        }

        string separator = "; most telling: ";
        for (int i = 0; i < _reasons.Count; i++)
        {
            if (_reasons[i].Contribution > 0)
            {
                text.Append(null, $"{separator}{_reasons[i].Feature} {_reasons[i].Value:F2}");
                separator = ", ";
            }
        }

        return text.ToString();
    }

    /// <summary>FNV-1a over port and start, cut to what a JSON number holds exactly.</summary>
    private ulong Id()
    {
        ulong hash = FnvOffset;
        foreach (char c in Port)
        {
            hash = (hash ^ c) * FnvPrime;
        }

        for (int shift = 0; shift < 64; shift += 8)
        {
            hash = (hash ^ (byte)(_startNs >> shift)) * FnvPrime;
        }

        return (hash ^ (hash >> IdBits)) & ((1UL << IdBits) - 1);
    }
}
