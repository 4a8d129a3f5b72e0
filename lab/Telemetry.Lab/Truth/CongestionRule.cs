namespace Telemetry.Lab.Truth;

/// <summary>When a queue counts as congested: the rule of the ground truth, the same for every run and every reader.</summary>
public static class CongestionRule
{
    /// <summary>Occupancy from which a queue is high, as a fraction of its capacity.</summary>
    public const double HighFraction = 0.7;

    /// <summary>How long it has to stay high to count.</summary>
    public const long MinLengthNs = 100_000_000;

    /// <summary>
    /// A dip below the level that is shorter than this does not end a high span: at the level, every departure before
    /// the next arrival is a dip, and 10 ms are a dozen packets of the default access link.
    /// </summary>
    public const long MaxDipNs = 10_000_000;

    /// <summary>
    /// Two congested spans of one queue that are closer than this are one episode: an alert may start up to 300 ms
    /// from its episode, so closer ones could not be told apart.
    /// </summary>
    public const long MergeNs = 300_000_000;

    /// <summary>Smallest number of waiting packets that is high for a queue of <paramref name="capacity"/> packets.</summary>
    public static int HighDepth(int capacity) => Math.Max(1, (int)Math.Ceiling((capacity * 7) / 10.0));
}
