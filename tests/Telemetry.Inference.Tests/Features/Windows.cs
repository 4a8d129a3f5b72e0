using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Tests.Features;

/// <summary>Hand-made windows of one port: 10 Mbit/s, a queue of 100 packets, full-size frames, 100 ms.</summary>
internal static class Windows
{
    public const long LengthNs = 100_000_000;
    public const long RateBps = 10_000_000;
    public const int Capacity = 100;

    /// <summary>One frame on the wire: 1500 bytes at 10 Mbit/s.</summary>
    public const double FrameNs = 1_200_000;

    /// <summary>Window number <paramref name="index"/>, with the queue at one depth all the time.</summary>
    public static PortSample At(int index, double depth, long packets = 83, string port = "s1-p1") => new()
    {
        Port = port,
        StartNs = index * LengthNs,
        LengthNs = LengthNs,
        Packets = packets,
        QueueCapacity = Capacity,
        RateBps = RateBps,
        DepthMean = depth,
        DepthP50 = depth,
        DepthP90 = depth,
        DepthMax = depth,
        DepthHighShare = depth >= PortSample.HighLevel * Capacity ? 1 : 0,
        LatencyP50Ns = (depth + 1) * FrameNs,
        LatencyP99Ns = (depth + 1) * FrameNs,
        LatencyMaxNs = (depth + 1) * FrameNs,
        TxBytes = packets * 1500,
        Drops = 0,
    };
}
