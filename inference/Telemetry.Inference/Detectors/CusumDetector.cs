namespace Telemetry.Inference.Detectors;

/// <summary>
/// Baseline: one-sided CUSUM of the mean occupancy above a reference level, capped so that it falls back soon after
/// the queue does; the score is the sum as a share of the cap.
/// </summary>
internal sealed class CusumDetector : OccupancyDetector<CusumDetector.State>
{
    /// <summary>Its name.</summary>
    public const string DetectorName = "cusum";

    private const double UnitNs = 100e6;

    private readonly double _reference;
    private readonly double _cap;

    /// <summary>Creates it.</summary>
    /// <param name="threshold">Share of the cap from which a window is flagged, 0..1.</param>
    /// <param name="reference">Occupancy above which a window adds and below which it takes away, 0..1.</param>
    /// <param name="cap">Largest sum, in occupancy times 100 ms.</param>
    public CusumDetector(double threshold = 0.4, double reference = 0.4, double cap = 1)
        : base(DetectorName, threshold, "occ_cusum") => (_reference, _cap) = (reference, cap);

    /// <inheritdoc />
    protected override double Next(State state, double occupancy, long lengthNs)
    {
        if (!double.IsNaN(occupancy))
        {
            state.Sum = Math.Clamp(state.Sum + (occupancy - _reference) * lengthNs / UnitNs, 0, _cap);
        }

        return state.Sum / _cap;
    }

    /// <summary>One port's sum.</summary>
    internal sealed class State
    {
        internal double Sum { get; set; }
    }
}
