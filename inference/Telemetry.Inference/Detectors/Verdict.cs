namespace Telemetry.Inference.Detectors;

/// <summary>What a detector says about one port over one window.</summary>
/// <param name="Score">0 (surely not congested) to 1; a probability where the detector is a calibrated model.</param>
/// <param name="Congested">True when the score reaches the detector's window threshold.</param>
/// <param name="Reasons">Why, strongest first; empty for scores near 0.</param>
public readonly record struct Verdict(double Score, bool Congested, ReasonList Reasons);
