namespace Telemetry.Inference.Detectors;

/// <summary>One feature's part in a verdict.</summary>
/// <param name="Feature">Feature name, as in the model card.</param>
/// <param name="Value">The feature's value; <see cref="Features.PortFeatures.Missing"/> where it was not measured.</param>
/// <param name="Contribution">Signed share of the score that it explains: positive speaks for congestion.</param>
public readonly record struct Reason(string Feature, double Value, double Contribution);
