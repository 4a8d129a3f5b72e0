using System.Text;
using Telemetry.Inference.Training;

namespace Telemetry.Inference.Models;

/// <summary>Cards and evaluations as Markdown.</summary>
internal static class CardText
{
    public static string Of(ModelCard card)
    {
        var text = new StringBuilder();
        text.Append(null, $"# Model card: {card.Name}\n\n");
        text.Append(null, $"- Ships: **{card.Shipped}**. {Verdict(card.Lead)}\n");
        text.Append(null, $"- Predicts: {card.Label}\n");
        text.Append(null, $"- Data: {card.Source}\n");
        text.Append(null, $"- Trained: {card.Date}, {card.Settings.Trainer}, seed {card.Settings.Seed}, {card.Settings.Trees} trees of at most ");
        text.Append(null, $"{card.Settings.Leaves} leaves with {card.Settings.RowsPerLeaf} rows or more, learning rate {card.Settings.LearningRate}\n");
        text.Append(null, $"- Model file: SHA-256 `{card.ModelSha256}`\n\n## Data\n\n");
        text.Append("| part | topologies | seeds | runs | windows | congested | episodes |\n|---|---|---|---:|---:|---:|---:|\n");
        foreach (DataSummary part in card.Data)
        {
            text.Append(null, $"| {part.Part} | {string.Join(", ", part.Topologies)} | {Ranges(part.Seeds)} | {part.Runs} ");
            text.Append(null, $"| {part.Rows} | {part.Congested} | {part.Episodes} |\n");
        }

        text.Append("\n## Test runs\n\nPer window without point adjustment; [95 % of resamples by run]; thresholds frozen on validation.\n\n");
        Append(text, card.Metrics);
        text.Append("\n## Thresholds\n\n| detector | window | alert flag | alert on ms |\n|---|---:|---:|---:|\n");
        foreach ((string name, DetectorThresholds t) in card.Thresholds.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            text.Append(null, $"| {name} | {t.Window:F3} | {t.Flag:F3} | {t.OnMs:F0} |\n");
        }

        text.Append("\n## Features, by the PR-AUC that shuffling one costs\n\n| feature | meaning | PR-AUC lost |\n|---|---|---:|\n");
        foreach (FeatureSummary f in card.Features.OrderByDescending(f => f.Importance).ThenBy(f => f.Name, StringComparer.Ordinal))
        {
            text.Append(null, $"| {f.Name} | {f.Meaning} | {f.Importance:F4} |\n");
        }

        return text.ToString();
    }

    public static string Of(Evaluation evaluation)
    {
        var text = new StringBuilder();
        Append(text, evaluation.Detectors);
        if (evaluation.Lead is { } lead)
        {
            text.Append(null, $"\n{Verdict(lead)}\n");
        }

        return text.ToString();
    }

    /// <summary>Ascending numbers with runs of neighbours as <c>first-last</c>.</summary>
    private static string Ranges(IReadOnlyList<long> seeds)
    {
        List<string> ranges = [];
        for (int first = 0, next; first < seeds.Count; first = next)
        {
            next = first + 1;
            while (next < seeds.Count && seeds[next] == seeds[next - 1] + 1)
            {
                next++;
            }

            ranges.Add(next == first + 1 ? $"{seeds[first]}" : $"{seeds[first]}-{seeds[next - 1]}");
        }

        return string.Join(", ", ranges);
    }

    private static string Verdict(ModelLead lead) =>
        string.Create(null, $"The model's F1 is {lead.F1.Value:+0.000;-0.000} [{lead.F1.Low:+0.000;-0.000}, {lead.F1.High:+0.000;-0.000}] against the best baseline, ")
        + $"{lead.Baseline}: {(lead.Wins ? "it wins" : "no win, so the baseline ships")}.";

    private static void Append(StringBuilder text, IReadOnlyList<DetectorMetrics> metrics)
    {
        text.Append("| detector | precision | recall | F1 | PR-AUC | Brier | calibration error | episodes found | false alarms/h | delay p50/p95 ms |\n");
        text.Append("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (DetectorMetrics m in metrics)
        {
            text.Append(null, $"| {m.Detector} | {m.Precision:F3} | {m.Recall:F3} | {m.F1.Value:F3} [{m.F1.Low:F3}, {m.F1.High:F3}] ");
            text.Append(null, $"| {m.PrAuc.Value:F3} [{m.PrAuc.Low:F3}, {m.PrAuc.High:F3}] | {m.Brier:F4} | {m.CalibrationError:F4} ");
            text.Append(null, $"| {m.EventRecall:P1} of {m.Episodes} | {m.FalseAlarmsPerHour:F1} | {m.DelayP50Ms:F0}/{m.DelayP95Ms:F0} |\n");
        }
    }
}
