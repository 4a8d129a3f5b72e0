namespace Telemetry.Inference.Detectors;

/// <summary>
/// Baseline: how far the mean occupancy lies above the median of the port's last windows, in median absolute
/// deviations; the score is z / (z + 10).
/// </summary>
internal sealed class RobustZDetector : OccupancyDetector<RobustZDetector.State>
{
    /// <summary>Its name.</summary>
    public const string DetectorName = "robustz";

    private const int Windows = 64;
    private const double HalfScore = 10;

    /// <summary>Deviation that an always empty queue is given: one packet of a queue of fifty.</summary>
    private const double LeastDeviation = 0.02;

    /// <summary>Makes the median absolute deviation of normal data its standard deviation.</summary>
    private const double NormalFactor = 1.4826;

    /// <summary>Creates it.</summary>
    /// <param name="threshold">Score from which a window is flagged, 0..1.</param>
    public RobustZDetector(double threshold = 0.5)
        : base(DetectorName, threshold, "occ_robust_z")
    {
    }

    /// <inheritdoc />
    protected override double Next(State state, double occupancy, long lengthNs)
    {
        if (double.IsNaN(occupancy))
        {
            return 0;
        }

        double z = state.Deviation(occupancy);
        state.Add(occupancy);
        return z <= 0 ? 0 : z / (z + HalfScore);
    }

    /// <summary>One port's last windows.</summary>
    internal sealed class State
    {
        private readonly double[] _ring = new double[Windows];
        private int _count;
        private int _next;

        internal void Add(double value)
        {
            _ring[_next] = value;
            _next = (_next + 1) % Windows;
            _count = Math.Min(_count + 1, Windows);
        }

        internal double Deviation(double value)
        {
            if (_count == 0)
            {
                return 0;
            }

            Span<double> sorted = stackalloc double[Windows];
            sorted = sorted[.._count];
            _ring.AsSpan(0, _count).CopyTo(sorted);
            sorted.Sort();
            double median = sorted[_count / 2];
            for (int i = 0; i < sorted.Length; i++)
            {
                sorted[i] = Math.Abs(sorted[i] - median);
            }

            sorted.Sort();
            return (value - median) / Math.Max(NormalFactor * sorted[_count / 2], LeastDeviation);
        }
    }
}
