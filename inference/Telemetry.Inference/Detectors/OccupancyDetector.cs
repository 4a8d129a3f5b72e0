using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Detectors;

/// <summary>A baseline that follows each port's mean occupancy with a state of its own; an unmeasured window changes nothing.</summary>
/// <typeparam name="T">The state of one port.</typeparam>
internal abstract class OccupancyDetector<T> : IPortDetector
    where T : class, new()
{
    private readonly PerPort<T> _states = new();
    private readonly double _threshold;
    private readonly string _reason;

    protected OccupancyDetector(string name, double threshold, string reason)
    {
        Name = name;
        _threshold = threshold;
        _reason = reason;
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public Verdict Observe(in PortSample sample)
    {
        double score = Next(_states[sample.Port], Occupancy.Mean(sample), sample.LengthNs);
        var reasons = default(ReasonList);
        if (score > 0)
        {
            reasons.Offer(new Reason(_reason, score, score));
        }

        return new Verdict(score, score >= _threshold, reasons);
    }

    /// <summary>Score after one more window, 0..1; <paramref name="occupancy"/> is NaN when it was not measured.</summary>
    protected abstract double Next(T state, double occupancy, long lengthNs);
}
