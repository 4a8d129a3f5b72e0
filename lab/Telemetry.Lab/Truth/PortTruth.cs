namespace Telemetry.Lab.Truth;

/// <summary>What really happened at one switch port, egress side.</summary>
public sealed class PortTruth
{
    private readonly long[] _depths;

    internal PortTruth(string switchName, int port, int queueCapacity, long shortestBurstNs = 0)
    {
        Switch = switchName;
        Port = port;
        QueueCapacity = queueCapacity;
        _depths = new long[queueCapacity + 1];
        Meter = new CongestionMeter(queueCapacity);
        Bursts = new BurstMeter(queueCapacity, shortestBurstNs);
    }

    /// <summary>Switch name.</summary>
    public string Switch { get; }

    /// <summary>Port number.</summary>
    public int Port { get; }

    /// <summary>Packets, each queue.</summary>
    public int QueueCapacity { get; }

    /// <summary>Entity name, e.g. <c>s1-p3</c>.</summary>
    public string Entity => $"{Switch}-p{Port}";

    /// <summary>Ingress to dequeue, nanoseconds, of the packets whose telemetry was reported.</summary>
    public SampleSet HopLatencyNs { get; } = new();

    /// <summary>Packets seen by telemetry that this port sent.</summary>
    public long MeasuredPackets { get; private set; }

    /// <summary>Packets that found their queue full.</summary>
    public long TailDrops { get; internal set; }

    /// <summary>Frames put on the wire.</summary>
    public long TxFrames { get; internal set; }

    /// <summary>Bytes of those.</summary>
    public long TxBytes { get; internal set; }

    /// <summary>Deepest that the data queue was, packets; includes packets that telemetry never saw.</summary>
    public int MaxOccupancy => Meter.MaxDepth;

    /// <summary>
    /// Most packets for this port that were inside its switch at once, behind one that left, whatever kept them: the queue and,
    /// where the switch is a process that waits for a processor, everything else in it. Null where only the queue is known.
    /// </summary>
    public int? MaxInside { get; private set; }

    internal CongestionMeter Meter { get; }

    internal BurstMeter Bursts { get; }

    /// <summary>Queue depth at dequeue: the smallest that the fraction <paramref name="q"/> of measured packets do not exceed; null when none was measured.</summary>
    public int? DepthQuantile(double q)
    {
        if (MeasuredPackets == 0)
        {
            return null;
        }

        long rank = Math.Clamp((long)Math.Ceiling(q * MeasuredPackets), 1, MeasuredPackets);
        int depth = 0;
        for (long seen = _depths[0]; seen < rank; seen += _depths[depth])
        {
            depth++;
        }

        return depth;
    }

    internal void OnInside(int packets) => MaxInside = Math.Max(MaxInside ?? 0, packets);

    internal void AddMeasured(long latencyNs, int depth)
    {
        MeasuredPackets++;
        HopLatencyNs.Add(latencyNs);
        _depths[Math.Min(depth, _depths.Length - 1)]++;
    }
}
