using Telemetry.Inference.Alerts;

namespace Telemetry.Inference.Detectors;

/// <summary>The detectors that exist, and which of them ships with which thresholds.</summary>
public sealed class DetectorSet
{
    private readonly AlertOptions _alerts = new() { OnThreshold = 0.7, OffThreshold = 0.5 };

    private DetectorSet()
    {
    }

    /// <summary>Name of the detector that ships.</summary>
    public string Shipped { get; } = ThresholdDetector.DetectorName;

    /// <summary>Loads what is embedded in this assembly.</summary>
    public static DetectorSet LoadShipped() => new();

    /// <summary>A new monitor (detector and alert tracker) with the shipped detector and its frozen thresholds.</summary>
    public CongestionMonitor CreateMonitor() => new(new ThresholdDetector(), _alerts);
}
