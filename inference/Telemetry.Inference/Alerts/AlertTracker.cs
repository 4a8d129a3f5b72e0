using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Alerts;

/// <summary>
/// Turns each port's verdicts into alerts: one opens when the flagged windows in a row promise enough congested time,
/// starts at the first of them, and closes after some windows in a row that are not flagged. One thread.
/// </summary>
public sealed class AlertTracker
{
    /// <summary>How often an alert that lasts is told again.</summary>
    private const long RefreshNs = 1_000_000_000;

    private readonly AlertOptions _options;
    private readonly string _detector;
    private readonly Dictionary<string, PortTrack> _tracks = new(StringComparer.Ordinal);

    // Ascending by name, so that what is told about silent ports never depends on hash codes.
    private readonly List<PortTrack> _byName = [];

    /// <summary>Creates a tracker without ports.</summary>
    /// <param name="options">Thresholds and counts.</param>
    /// <param name="detector">Name of the detector whose verdicts come.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public AlertTracker(AlertOptions options, string detector)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _detector = detector;
    }

    /// <summary>Takes one verdict. A port's windows come in the order of time.</summary>
    /// <param name="sample">The window.</param>
    /// <param name="verdict">What the detector said about it.</param>
    /// <param name="changed">Receives alerts that closed, opened, or lasted another second; an alert is known by its id.</param>
    public void Observe(in PortSample sample, in Verdict verdict, ICollection<PortAlert> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        if (!_tracks.TryGetValue(sample.Port, out PortTrack? track))
        {
            track = new PortTrack(sample.Port);
            _tracks.Add(sample.Port, track);
            _byName.Insert(~_byName.BinarySearch(track, PortTrack.ByName), track);
        }

        if (track.MissedBefore(sample) is > 0 and int missed)
        {
            track.ForgetFlagged();
            track.QuietWindows += missed;
            if (track.IsOpen && track.QuietWindows >= _options.CloseAfterWindows)
            {
                changed.Add(track.Close(_detector));
            }
        }

        track.Saw(sample);
        if (track.IsOpen)
        {
            Continue(track, sample, verdict, changed);
        }
        else
        {
            TryOpen(track, sample, verdict, changed);
        }
    }

    /// <summary>Closes the alerts of ports that sent no window for as long as closing takes.</summary>
    /// <param name="nowNs">Time up to which all windows were observed.</param>
    /// <param name="changed">Receives the closed alerts, ascending by port name.</param>
    public void CloseSilent(long nowNs, ICollection<PortAlert> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        foreach (PortTrack track in _byName)
        {
            if (track.IsOpen && track.QuietWindows + track.MissedUntil(nowNs) >= _options.CloseAfterWindows)
            {
                changed.Add(track.Close(_detector));
            }
        }
    }

    private void TryOpen(PortTrack track, in PortSample sample, in Verdict verdict, ICollection<PortAlert> changed)
    {
        if (!(verdict.Score >= _options.FlagThreshold))
        {
            track.ForgetFlagged();
            return;
        }

        track.Flag(sample, verdict, _options.BackdateWindows + 1);
        if (track.CongestedNs >= _options.OnCongestedNs)
        {
            track.Open();
            changed.Add(track.Snapshot(_detector));
        }
    }

    private void Continue(PortTrack track, in PortSample sample, in Verdict verdict, ICollection<PortAlert> changed)
    {
        if (verdict.Score >= _options.FlagThreshold)
        {
            track.QuietWindows = 0;
            track.Extend(sample, verdict);
        }
        else
        {
            track.QuietWindows++;
        }

        if (track.QuietWindows >= _options.CloseAfterWindows)
        {
            changed.Add(track.Close(_detector));
        }
        else if (sample.EndNs - track.ToldNs >= RefreshNs)
        {
            changed.Add(track.Snapshot(_detector));
        }
    }
}
