using System.Text.Json;
using Telemetry.Inference.Models;

namespace Telemetry.Inference.Training;

/// <summary>Detectors side by side.</summary>
/// <param name="Detectors">One entry a detector.</param>
/// <param name="Lead">The model's lead over the best baseline; null when one of them is not there.</param>
public sealed record Evaluation(IReadOnlyList<DetectorMetrics> Detectors, ModelLead? Lead)
{
    /// <summary>The evaluation as UTF-8 JSON, indented, with a final newline.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, CardJson.Default.Evaluation), (byte)'\n'];

    /// <summary>The evaluation as a Markdown table.</summary>
    public string ToMarkdown() => CardText.Of(this);
}
