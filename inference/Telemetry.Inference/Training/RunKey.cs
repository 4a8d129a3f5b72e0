namespace Telemetry.Inference.Training;

/// <summary>Where a labelled window comes from; splits and confidence intervals go by it, features never see it.</summary>
/// <param name="Topology">Topology name.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Scenario">Recipe of the run; empty when there is only one.</param>
public readonly record struct RunKey(string Topology, long Seed, string Scenario = "") : IComparable<RunKey>
{
    /// <inheritdoc />
    public int CompareTo(RunKey other)
    {
        int order = string.CompareOrdinal(Topology, other.Topology);
        order = order != 0 ? order : Seed.CompareTo(other.Seed);
        return order != 0 ? order : string.CompareOrdinal(Scenario, other.Scenario);
    }

    public static bool operator <(RunKey left, RunKey right) => left.CompareTo(right) < 0;

    public static bool operator <=(RunKey left, RunKey right) => left.CompareTo(right) <= 0;

    public static bool operator >(RunKey left, RunKey right) => left.CompareTo(right) > 0;

    public static bool operator >=(RunKey left, RunKey right) => left.CompareTo(right) >= 0;
}
