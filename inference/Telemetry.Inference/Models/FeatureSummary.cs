namespace Telemetry.Inference.Models;

/// <summary>One feature.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it holds.</param>
/// <param name="Importance">Loss of PR-AUC on test rows when its values are shuffled among them.</param>
public sealed record FeatureSummary(string Name, string Meaning, double Importance);
