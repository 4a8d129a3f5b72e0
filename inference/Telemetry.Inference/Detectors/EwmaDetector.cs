namespace Telemetry.Inference.Detectors;

/// <summary>Baseline: the score is the mean occupancy, exponentially smoothed over time.</summary>
internal sealed class EwmaDetector : OccupancyDetector<EwmaDetector.State>
{
    /// <summary>Its name.</summary>
    public const string DetectorName = "ewma";

    private readonly double _tauNs;

    /// <summary>Creates it.</summary>
    /// <param name="threshold">Smoothed occupancy from which a window is flagged, 0..1.</param>
    /// <param name="tauNs">Time constant, nanoseconds.</param>
    public EwmaDetector(double threshold = 0.6, double tauNs = 150e6)
        : base(DetectorName, threshold, "occ_ewma") => _tauNs = tauNs;

    /// <inheritdoc />
    protected override double Next(State state, double occupancy, long lengthNs)
    {
        if (!double.IsNaN(occupancy))
        {
            state.Value += (occupancy - state.Value) * (1 - Math.Exp(-lengthNs / _tauNs));
        }

        return state.Value;
    }

    /// <summary>One port's smoothed occupancy.</summary>
    internal sealed class State
    {
        internal double Value { get; set; }
    }
}
