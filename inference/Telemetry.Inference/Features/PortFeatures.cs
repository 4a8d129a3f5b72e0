using System.Collections.Immutable;

namespace Telemetry.Inference.Features;

/// <summary>
/// The features of one port window: a vector of <see cref="Count"/> floats in the order of <see cref="Names"/>. Depths
/// are shares of the queue's capacity, latencies shares of the time that a full queue takes to drain, loads shares of
/// the line rate; no time, address, port or switch is in it. What was not measured is <see cref="Missing"/>, and the
/// features that end in <c>_missing</c> say so.
/// </summary>
public static class PortFeatures
{
    /// <summary>Value of a feature that could not be measured; no measured value is this low.</summary>
    public const float Missing = -2;

    /// <summary>Length of the vector.</summary>
    public const int Count = HighRecent + 1;

    internal const int OccMean = 0;
    internal const int OccP50 = 1;
    internal const int OccP90 = 2;
    internal const int OccMax = 3;
    internal const int HighShare = 4;
    internal const int HighTime = 5;
    internal const int HighBefore = 6;
    internal const int HighSpan = 7;
    internal const int OccSlope = 8;
    internal const int OccFast = 9;
    internal const int OccSlow = 10;
    internal const int LatP50 = 11;
    internal const int LatP99 = 12;
    internal const int LatMax = 13;
    internal const int LatSlope = 14;
    internal const int Load = 15;
    internal const int LoadSlow = 16;
    internal const int Utilisation = 17;
    internal const int DropShare = 18;
    internal const int DepthMissing = 19;
    internal const int LatencyMissing = 20;
    internal const int CountersMissing = 21;
    internal const int WindowsMissing = 22;
    internal const int HighRecent = 23;

    /// <summary>Names, in the order of the vector.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>What each feature holds, in the order of the vector.</summary>
    public static ImmutableArray<string> Meanings { get; } = [.. Table.Select(row => row.Meaning)];

    private static (string Name, string Meaning)[] Table =>
    [
        ("occ_mean", "mean queue depth / capacity"),
        ("occ_p50", "median queue depth / capacity"),
        ("occ_p90", "90th percentile of the queue depth / capacity"),
        ("occ_max", "deepest queue / capacity"),
        ("high_share", "share of the packets that met a queue of 70 % or more"),
        ("high_time", "time that those packets took on the wire / window"),
        ("high_before", "high_time of the window before"),
        ("high_span", "longest span at 70 % or more that can reach into this window / 100 ms"),
        ("occ_slope", "occ_mean minus that of the window before, per 100 ms"),
        ("occ_fast", "occ_mean smoothed over 200 ms"),
        ("occ_slow", "occ_mean smoothed over 2 s"),
        ("lat_p50", "median hop latency / drain time of a full queue"),
        ("lat_p99", "99th percentile of the hop latency / drain time of a full queue"),
        ("lat_max", "longest hop latency / drain time of a full queue"),
        ("lat_slope", "lat_p50 minus that of the window before, per 100 ms"),
        ("load", "packets seen, as 1500-byte frames / what the line carries in a window"),
        ("load_slow", "load smoothed over 2 s"),
        ("utilisation", "bytes counted by the port / what the line carries in a window"),
        ("drop_share", "packets dropped / packets offered"),
        ("depth_missing", "1 when queue depth or capacity is unknown"),
        ("latency_missing", "1 when latency, capacity or rate is unknown"),
        ("counters_missing", "1 when the port's counters were not read for this window"),
        ("windows_missing", "windows without a sample just before this one, at most 8"),
        ("high_recent", "share of the last 8 windows whose median depth was 70 % or more"),
    ];
}
