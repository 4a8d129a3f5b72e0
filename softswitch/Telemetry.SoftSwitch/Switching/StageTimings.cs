namespace Telemetry.SoftSwitch.Switching;

/// <summary>What each stage of the program has taken since timing was turned on.</summary>
/// <param name="Parser">Parser and checksum verification.</param>
/// <param name="Ingress">Ingress pipeline.</param>
/// <param name="Egress">Egress pipeline.</param>
/// <param name="Deparser">Checksum update and deparser.</param>
public readonly record struct StageTimings(StageTiming Parser, StageTiming Ingress, StageTiming Egress, StageTiming Deparser);
