using System.Text.Json.Serialization;

namespace Telemetry.Inference.Models;

/// <summary>JSON of the card: snake case, indented, unknown members ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ModelCard))]
[JsonSerializable(typeof(Training.Evaluation))]
internal sealed partial class CardJson : JsonSerializerContext;
