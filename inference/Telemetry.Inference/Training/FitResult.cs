using Telemetry.Inference.Models;

namespace Telemetry.Inference.Training;

/// <summary>A trained model.</summary>
/// <param name="Model">Bytes of the model file (<c>congestion.zip</c>).</param>
/// <param name="Card">Its card (<c>congestion.json</c>, <c>congestion.md</c>).</param>
public sealed record FitResult(byte[] Model, ModelCard Card);
