namespace Telemetry.Inference.Network;

/// <summary>What a latency usually is, and how much it usually differs from that: exponential averages over calm windows.</summary>
internal sealed class Baseline
{
    private const double Weight = 0.05;
    private double _mean;
    private double _deviation;

    /// <summary>Calm windows so far.</summary>
    public int Windows { get; private set; }

    /// <summary>The usual value, nanoseconds.</summary>
    public double MeanNs => _mean;

    /// <summary>Whether a value is above the usual by a rise, by a share of the usual, and by more than it ever differs.</summary>
    public bool IsAbove(double valueNs, double riseNs, double share, double deviations = 6) =>
        valueNs > _mean + Math.Max(riseNs, Math.Max(_mean * share, _deviation * deviations));

    /// <summary>Takes a calm window.</summary>
    public void Learn(double valueNs)
    {
        double weight = Windows < 1 / Weight ? 1.0 / (Windows + 1) : Weight;
        _deviation += weight * (Math.Abs(valueNs - _mean) - _deviation) * (Windows == 0 ? 0 : 1);
        _mean += weight * (valueNs - _mean);
        Windows++;
    }

    /// <summary>Starts anew.</summary>
    public void Forget() => (Windows, _mean, _deviation) = (0, 0, 0);
}
