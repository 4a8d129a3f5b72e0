using Telemetry.Inference.Alerts;

namespace Telemetry.Inference.Training;

/// <summary>A detector's thresholds, tuned on the validation runs and frozen.</summary>
/// <param name="Window">Score from which a window counts as congested: best F1.</param>
/// <param name="Flag">Score from which a window can belong to an alert.</param>
/// <param name="OnMs">Expected congested time over flagged windows in a row that opens an alert, milliseconds.</param>
public sealed record DetectorThresholds(double Window, double Flag, double OnMs)
{
    /// <summary>The tracker's options with these thresholds.</summary>
    public AlertOptions ToAlertOptions() =>
        new() { FlagThreshold = Flag, OnCongestedNs = (long)Math.Round(OnMs * 1e6) };
}
