using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Alerts;

/// <summary>A detector and its tracker as one: windows of ports in, alerts out. One thread.</summary>
public sealed class CongestionMonitor(IPortDetector detector, AlertOptions options)
{
    private readonly AlertTracker _tracker = new(options, detector.Name);

    /// <summary>Name of the detector.</summary>
    public string Detector => detector.Name;

    /// <summary>Judges one window; a port's windows come in the order of time.</summary>
    /// <param name="sample">The window.</param>
    /// <param name="changed">Receives alerts that closed, opened, or lasted another second; an alert is known by its id.</param>
    /// <returns>The detector's verdict.</returns>
    public Verdict Observe(in PortSample sample, ICollection<PortAlert> changed)
    {
        Verdict verdict = detector.Observe(sample);
        _tracker.Observe(sample, verdict, changed);
        return verdict;
    }

    /// <summary>Closes the alerts of ports that sent no window for as long as closing takes.</summary>
    /// <param name="nowNs">Time up to which all windows were observed.</param>
    /// <param name="changed">Receives the closed alerts, ascending by port name.</param>
    public void CloseSilent(long nowNs, ICollection<PortAlert> changed) => _tracker.CloseSilent(nowNs, changed);
}
