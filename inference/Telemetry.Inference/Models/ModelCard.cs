using System.Text.Json;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Training;

namespace Telemetry.Inference.Models;

/// <summary>What a model was made of, what it reaches on runs that it never saw, and the thresholds frozen for it.</summary>
public sealed record ModelCard
{
    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>Date of the training.</summary>
    public required string Date { get; init; }

    /// <summary>Where the rows come from.</summary>
    public required string Source { get; init; }

    /// <summary>What is predicted.</summary>
    public required string Label { get; init; }

    /// <summary>Name of the detector that ships: the model, or the baseline that tied or beat it.</summary>
    public required string Shipped { get; init; }

    /// <summary>SHA-256 of the model file, lower-case hexadecimal.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>How it was trained.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>The rows, one entry for train, validation and test each.</summary>
    public required IReadOnlyList<DataSummary> Data { get; init; }

    /// <summary>The features in the order of the vector.</summary>
    public required IReadOnlyList<FeatureSummary> Features { get; init; }

    /// <summary>Thresholds by detector, tuned on validation.</summary>
    public required IReadOnlyDictionary<string, DetectorThresholds> Thresholds { get; init; }

    /// <summary>What each detector reaches on the test rows.</summary>
    public required IReadOnlyList<DetectorMetrics> Metrics { get; init; }

    /// <summary>The model's lead over the best baseline on the test rows.</summary>
    public required ModelLead Lead { get; init; }

    /// <summary>Score of the constant baseline: the share of congested windows in training.</summary>
    public required double BaseRate { get; init; }

    /// <summary>Reads a card and checks that it can be used.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <exception cref="ModelException">It is no model card, or lacks something.</exception>
    public static ModelCard Parse(ReadOnlySpan<byte> json)
    {
        ModelCard card;
        try
        {
            card = JsonSerializer.Deserialize(json, CardJson.Default.ModelCard)
                ?? throw new ModelException("the model card is empty");
        }
        catch (JsonException e)
        {
            throw new ModelException($"the model card is not one: {e.Message}", e);
        }

        List<string> faults =
        [
            .. DetectorSet.Names.Where(name => !card.Thresholds.ContainsKey(name)).Select(name => $"no thresholds for {name}"),
            .. card.Thresholds.Where(t => !IsUsable(t.Value)).Select(t => $"thresholds of {t.Key} are out of bounds"),
        ];
        if (!DetectorSet.Names.Contains(card.Shipped))
        {
            faults.Add($"it ships {card.Shipped}, known are {string.Join(", ", DetectorSet.Names)}");
        }

        return faults.Count == 0 ? card : throw new ModelException($"the model card cannot be used: {string.Join("; ", faults)}");
    }

    /// <summary>The card as UTF-8 JSON, indented, with a final newline.</summary>
    public byte[] ToJson() =>
        [.. JsonSerializer.SerializeToUtf8Bytes(this, CardJson.Default.ModelCard), (byte)'\n'];

    /// <summary>The card for people.</summary>
    public string ToMarkdown() => CardText.Of(this);

    private static bool IsUsable(DetectorThresholds thresholds) =>
        thresholds is { Window: > 0 and <= 1, Flag: > 0 and <= 1, OnMs: >= 1e-3 and <= 1e9 };
}
