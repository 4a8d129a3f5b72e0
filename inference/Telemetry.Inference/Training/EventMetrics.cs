using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Training;

/// <summary>Figures over whole episodes: the alerts that a tracker makes of scores, held against the truth.</summary>
/// <param name="Episodes">Truth episodes.</param>
/// <param name="Found">Those with an alert that starts within 300 ms of theirs.</param>
/// <param name="FalseAlarms">Alerts that overlap no episode.</param>
/// <param name="DelaysNs">For each found episode the time from its start to the alert being raised, ascending.</param>
/// <param name="RunNs">Time that the runs cover.</param>
internal sealed record EventMetrics(int Episodes, int Found, int FalseAlarms, long[] DelaysNs, long RunNs)
{
    public const long StartToleranceNs = 300_000_000;

    private const double MissWeight = 2;

    /// <summary>What thresholds are tuned for, 0..1: F-measure over episodes in which a missed one weighs as much as two false alarms.</summary>
    public double Balance
    {
        get
        {
            double right = (1 + MissWeight) * Found;
            return Found == 0 ? 0 : right / (right + MissWeight * (Episodes - Found) + FalseAlarms);
        }
    }

    public static EventMetrics Of(LabelledSet set, double[] scores, DetectorThresholds thresholds)
    {
        int episodes = 0, found = 0, falseAlarms = 0;
        long runNs = 0;
        List<long> delays = [];
        foreach (LabelledSet.Run run in set.Runs)
        {
            ReadOnlySpan<LabelledSample> rows = set.Rows.AsSpan(run.First, run.Count);
            List<PortAlert> alerts = Track(rows, scores.AsSpan(run.First, run.Count), thresholds);
            episodes += run.Episodes.Count;
            runNs += rows[^1].Sample.EndNs - rows[0].Sample.StartNs;
            falseAlarms += alerts.Count(alert => !run.Episodes.Any(episode => Overlap(alert, episode)));
            foreach (LabelledSet.Episode episode in run.Episodes)
            {
                PortAlert? first = alerts.Find(alert =>
                    Overlap(alert, episode) && Math.Abs(alert.StartNs - episode.StartNs) <= StartToleranceNs);
                if (first is not null)
                {
                    found++;
                    delays.Add(Math.Max(0, first.DetectedNs - episode.StartNs));
                }
            }
        }

        delays.Sort();
        return new EventMetrics(episodes, found, falseAlarms, [.. delays], runNs);
    }

    private static bool Overlap(PortAlert alert, LabelledSet.Episode episode) =>
        alert.Port == episode.Port && alert.StartNs < episode.EndNs && (alert.EndNs ?? long.MaxValue) > episode.StartNs;

    private static List<PortAlert> Track(
        ReadOnlySpan<LabelledSample> rows, ReadOnlySpan<double> scores, DetectorThresholds thresholds)
    {
        var tracker = new AlertTracker(thresholds.ToAlertOptions(), "evaluation");
        List<PortAlert> changed = [];
        Dictionary<ulong, int> places = [];
        List<PortAlert> alerts = [];
        for (int i = 0; i < rows.Length; i++)
        {
            PortSample sample = rows[i].Sample;
            tracker.Observe(sample, new Verdict(scores[i], scores[i] >= thresholds.Window, default), changed);
            foreach (PortAlert alert in changed)
            {
                if (places.TryAdd(alert.Id, alerts.Count))
                {
                    alerts.Add(alert);
                }
                else
                {
                    alerts[places[alert.Id]] = alert;
                }
            }

            changed.Clear();
        }

        return alerts;
    }
}
