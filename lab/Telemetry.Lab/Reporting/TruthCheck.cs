using Telemetry.Collector.Contracts;
using Telemetry.Lab.Running;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Reporting;

/// <summary>
/// A run's alerts held against its truth: an episode is covered by an alert of its kind at its entity that overlaps it,
/// give or take a slack; an alert that covers none is extra.
/// </summary>
public sealed class TruthCheck
{
    /// <summary>Of congestion and microbursts, whose episodes follow each other quickly.</summary>
    public const long QueueSlackNs = 300_000_000;

    /// <summary>Of all else: what counts over seconds is told as late.</summary>
    public const long SlackNs = 3_000_000_000;

    private TruthCheck(IReadOnlyList<KindCheck> kinds, IReadOnlyList<TruthEpisode> missed, IReadOnlyList<Alert> extra) =>
        (Kinds, Missed, Extra) = (kinds, missed, extra);

    /// <summary>Figures of each kind that occurs, by name.</summary>
    public IReadOnlyList<KindCheck> Kinds { get; }

    /// <summary>Episodes that no alert covers.</summary>
    public IReadOnlyList<TruthEpisode> Missed { get; }

    /// <summary>Alerts that cover no episode.</summary>
    public IReadOnlyList<Alert> Extra { get; }

    /// <summary>Whether every episode is covered and no alert is extra.</summary>
    public bool Holds => Missed.Count == 0 && Extra.Count == 0;

    /// <summary>Checks a run; null when nobody knows its truth.</summary>
    public static TruthCheck? Of(LabResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Truth is null ? null : Of(result.Episodes, result.Totals.Alerts, result.StartNs);
    }

    internal static TruthCheck Of(IReadOnlyList<TruthEpisode> episodes, IReadOnlyList<Alert> alerts, long startNs)
    {
        TruthEpisode[] missed = [.. episodes.Where(e => !alerts.Any(a => Covers(a, e, startNs)))];
        Alert[] extra = [.. alerts.Where(a => !episodes.Any(e => Covers(a, e, startNs)))];
        IEnumerable<string> kinds = episodes.Select(e => e.Kind).Concat(alerts.Select(a => a.Kind)).Distinct().Order(StringComparer.Ordinal);
        return new TruthCheck(
            [.. kinds.Select(kind => new KindCheck(
                kind,
                episodes.Count(e => e.Kind == kind),
                episodes.Count(e => e.Kind == kind) - missed.Count(e => e.Kind == kind),
                alerts.Count(a => a.Kind == kind),
                extra.Count(a => a.Kind == kind)))],
            missed,
            extra);
    }

    private static bool Covers(Alert alert, TruthEpisode episode, long startNs)
    {
        long slack = alert.Kind is "congestion" or "microburst" ? QueueSlackNs : SlackNs;
        return alert.Kind == episode.Kind && alert.Entity == episode.Entity
            && (episode.EndNs is not { } end || alert.StartNs - startNs <= end + slack)
            && (!alert.HasEndNs || alert.EndNs - startNs >= episode.StartNs - slack);
    }
}
