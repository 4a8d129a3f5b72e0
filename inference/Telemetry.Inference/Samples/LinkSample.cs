namespace Telemetry.Inference.Samples;

/// <summary>One direction of a link between two switches over one window: its latency, as their timestamps tell it.</summary>
public readonly record struct LinkSample
{
    /// <summary>Starts with everything unmeasured.</summary>
    public LinkSample()
    {
    }

    /// <summary>Switch that sends.</summary>
    public required string From { get; init; }

    /// <summary>Switch that receives.</summary>
    public required string To { get; init; }

    /// <summary>Entity of the link, the same in both directions, e.g. <c>s1-s2</c>.</summary>
    public required string Entity { get; init; }

    /// <summary>Packets measured.</summary>
    public required long Packets { get; init; }

    /// <summary>10th percentile of the latency, nanoseconds; NaN unmeasured.</summary>
    public double LatencyP10Ns { get; init; } = double.NaN;

    /// <summary>Mean latency, nanoseconds; NaN unmeasured.</summary>
    public double LatencyMeanNs { get; init; } = double.NaN;
}
