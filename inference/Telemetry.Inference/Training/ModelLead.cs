namespace Telemetry.Inference.Training;

/// <summary>How far the model leads the best baseline.</summary>
/// <param name="Baseline">The baseline with the highest F1.</param>
/// <param name="F1">The model's F1 minus the baseline's on the same windows; the interval is over paired resamples.</param>
public sealed record ModelLead(string Baseline, Interval F1)
{
    /// <summary>True when the whole interval is above 0; otherwise the two tie, or the baseline wins.</summary>
    public bool Wins => F1.Low > 0;
}
