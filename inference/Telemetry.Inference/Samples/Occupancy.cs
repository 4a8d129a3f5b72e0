namespace Telemetry.Inference.Samples;

/// <summary>Queue depths as shares of the capacity.</summary>
internal static class Occupancy
{
    /// <summary>Mean occupancy, 0..1; NaN when it was not measured or the capacity is unknown.</summary>
    public static double Mean(in PortSample sample) => Of(sample, sample.DepthMean);

    /// <summary>A depth of this sample as a share, 0..1; NaN when it was not measured or the capacity is unknown.</summary>
    public static double Of(in PortSample sample, double depth) =>
        sample.Packets <= 0 || sample.QueueCapacity <= 0 ? double.NaN : Math.Clamp(depth / sample.QueueCapacity, 0, 1);
}
