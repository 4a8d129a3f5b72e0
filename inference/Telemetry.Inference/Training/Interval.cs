namespace Telemetry.Inference.Training;

/// <summary>A figure with the interval that holds 95 % of its resamples by run.</summary>
/// <param name="Value">The figure over all runs.</param>
/// <param name="Low">2.5th percentile.</param>
/// <param name="High">97.5th percentile.</param>
public sealed record Interval(double Value, double Low, double High);
