namespace Telemetry.Inference.Training;

/// <summary>
/// What a detector with frozen thresholds reaches on labelled runs: windows without point adjustment, then whole
/// episodes. Intervals hold 95 % of resamples by run.
/// </summary>
public sealed record DetectorMetrics
{
    /// <summary>Detector's name.</summary>
    public required string Detector { get; init; }

    /// <summary>Of the flagged windows, the share that overlaps an episode, 0..1; 0 when none was flagged.</summary>
    public required double Precision { get; init; }

    /// <summary>Of the windows that overlap an episode, the share that was flagged, 0..1.</summary>
    public required double Recall { get; init; }

    /// <summary>Harmonic mean of precision and recall.</summary>
    public required Interval F1 { get; init; }

    /// <summary>Area under precision over recall, all thresholds (average precision).</summary>
    public required Interval PrAuc { get; init; }

    /// <summary>Mean squared difference between score and truth; only a calibrated score makes it small.</summary>
    public required double Brier { get; init; }

    /// <summary>Mean difference between score and observed share over ten bins of the score, weighted by windows.</summary>
    public required double CalibrationError { get; init; }

    /// <summary>Truth episodes.</summary>
    public required int Episodes { get; init; }

    /// <summary>Share of episodes with an alert that starts within 300 ms of theirs, 0..1.</summary>
    public required double EventRecall { get; init; }

    /// <summary>Alerts that overlap no episode.</summary>
    public required int FalseAlarms { get; init; }

    /// <summary>False alarms for each hour of a run (all its ports together).</summary>
    public required double FalseAlarmsPerHour { get; init; }

    /// <summary>Median time from an episode's start to the alert being raised, milliseconds; null without any.</summary>
    public required double? DelayP50Ms { get; init; }

    /// <summary>95th percentile of that time, milliseconds; null without any.</summary>
    public required double? DelayP95Ms { get; init; }
}
