using Microsoft.ML.Data;
using Telemetry.Inference.Features;

namespace Telemetry.Inference.Training;

/// <summary>A row as ML.NET wants it.</summary>
internal sealed class FeatureRow
{
    [VectorType(PortFeatures.Count)]
    public required float[] Features { get; set; }

    public bool Label { get; set; }
}
