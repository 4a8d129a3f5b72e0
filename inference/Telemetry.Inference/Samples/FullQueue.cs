namespace Telemetry.Inference.Samples;

/// <summary>The yardstick for latencies: the time that a full queue of full-size frames takes to drain.</summary>
public static class FullQueue
{
    /// <summary>Bytes of the frame that queues are assumed to hold.</summary>
    public const int FrameBytes = 1500;

    /// <summary>Time to drain a full queue, nanoseconds; 0 when capacity (packets) or rate (bits per second) is unknown.</summary>
    public static long DrainNs(long capacity, long rateBps) =>
        capacity <= 0 || rateBps <= 0 ? 0 : (long)(capacity * FrameBytes * 8 * 1e9 / rateBps);
}
